"""What the program that joins segments is told."""

import json
from dataclasses import replace

import pytest
from stitching import assigned

from framecrew.frames.sets import FrameSet
from framecrew.model.outputs import Segment
from framecrew.model.requests import JoinRequest
from framecrew.renderers.contract import (
    Complaint,
    FoundProgram,
    FramePercent,
    ProgramFlavour,
    Severity,
)
from framecrew.renderers.ffmpeg import FilmReader, open_command
from framecrew.renderers.film_join import (
    CONTAINERS,
    FAMILIES,
    join_mark,
    join_message,
)
from framecrew.renderers.film_presets import AAC, PCM, PRESETS

SEGMENTS = (
    Segment(frames=FrameSet.parse("1-30"), path="/out/a's/0001.mov"),
    Segment(frames=FrameSet.parse("31-59x2"), path="/out/a's/0031.mov"),
)
FRAMES = FrameSet.parse("1-30,31-59x2")
PROGRAM = FoundProgram(name="ffmpeg", path="/usr/bin/ffmpeg", version="5.1")


def request(film: str = "/out/shot.mov", audio: str = "") -> JoinRequest:
    return JoinRequest(segments=SEGMENTS, film=film, fps="30000/1001", audio=audio, sound=True)


def told(asked: JoinRequest, found: FoundProgram = PROGRAM) -> dict[str, object]:
    command = open_command(found, assigned(asked, FRAMES))
    message = json.loads(command.files["film.json"])
    assert isinstance(message, dict)
    return message


def test_segments_are_joined_by_their_own_program() -> None:
    command = open_command(PROGRAM, assigned(request(), FRAMES))
    assert command.arguments[-2].endswith("join_session.py")
    assert command.arguments[-1] == "film.json"
    assert command.without == ("PYTHONSAFEPATH",)


def test_each_segment_is_told_with_its_frames_and_their_number() -> None:
    assert told(request())["segments"] == [
        {
            "path": "/out/a's/0001.mov",
            "frames": "1-30",
            "count": 30,
            "proof": "/out/a's/0001.mov.proof.json",
            "is_closed": False,
            "begins": 0,
        },
        {
            "path": "/out/a's/0031.mov",
            "frames": "31-59x2",
            "count": 15,
            "proof": "/out/a's/0031.mov.proof.json",
            "is_closed": False,
            "begins": 0,
        },
    ]


def test_all_that_is_written_before_the_proof_is_hidden() -> None:
    message = told(request(film="/out/Shot.MOV"))
    assert message["made"] == "film.mov"
    assert (message["part"], message["again"]) == (".film.part.mov", ".film.again.part.mov")


def test_an_ffmpeg_inside_a_python_module_is_asked_for() -> None:
    inside = FoundProgram(
        name="ffmpeg", path="/py", version="", flavour=ProgramFlavour.PYTHON_MODULE
    )
    asks = told(request(), inside)["ask"]
    assert isinstance(asks, list)
    assert asks[0] == "/py"
    assert told(request())["ask"] == []


def test_pcm_stays_what_it_is_where_the_film_can_hold_it() -> None:
    assert CONTAINERS[".mov"].kept["pcm_s24be"] == "pcm_s24be"
    assert CONTAINERS[".mkv"].kept["pcm_s24be"] == "pcm_s24le"
    assert "pcm_s16le" not in CONTAINERS[".mp4"].kept
    assert CONTAINERS[".webm"].kept == {}


def test_films_to_be_cut_get_whole_sound_and_films_to_be_shown_small_sound() -> None:
    sounds = join_message(request(), FRAMES, "film.mov")["sounds"]
    assert isinstance(sounds, dict)
    assert sounds["usual"]["prores"] == PCM
    assert sounds["usual"][""] == AAC


def test_every_preset_of_a_film_that_can_be_joined_can_be_encoded_again() -> None:
    encoders = {way.encoder for ways in FAMILIES.values() for way in ways}
    joined = [preset for preset in PRESETS.values() if set(preset.endings) & CONTAINERS.keys()]
    assert {each.name for preset in joined for each in preset.encoders} <= encoders


def test_a_film_that_cannot_be_joined_is_refused_with_what_can() -> None:
    with pytest.raises(TypeError, match=r"\.mxf; found /out/shot\.gif"):
        open_command(PROGRAM, assigned(request(film="/out/shot.gif"), FRAMES))


def test_the_mark_tells_films_of_other_frames_and_wishes_apart() -> None:
    mark = join_mark(request(), FRAMES)
    assert mark == join_mark(request(), FRAMES)
    assert mark != join_mark(request(), FrameSet.parse("1-60"))
    assert mark != join_mark(request(audio="/a.wav"), FRAMES)
    other = tuple(replace(one, path=one.path.replace("a's", "b")) for one in SEGMENTS)
    assert mark != join_mark(replace(request(), segments=other), FRAMES), "of another content"


def test_checking_the_segments_is_half_of_the_work() -> None:
    reader = FilmReader()
    assert reader.read("framecrew-film: checked 30 of 60") == [FramePercent(percent=25.0)]
    assert reader.read("framecrew-film: compared 30 of 60") == [FramePercent(percent=75.0)]


def test_what_the_program_warns_of_is_shown_and_fails_nothing() -> None:
    line = "framecrew-film: warning the film is encoded again, because segment 2 differs"
    (found,) = FilmReader().read(line)
    assert isinstance(found, Complaint)
    assert found.severity is Severity.WARNING
