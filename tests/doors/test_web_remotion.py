"""Bundles of Remotion: what their components ask of a renderer, by a stand-in page; real ones are in
`test_web_libraries.py`.
"""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cases import further
from doors.media import RATE, WITH_FFMPEG, heard_in, make_video, write_level
from doors.terminal import Said
from doors.web import COUNT, EXACT, PAGES, WITH_BROWSER, Folder, greys, pixels_in

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of the stand-in, to which files can be added."""
    return shutil.copytree(PAGES / "remotion", tmp_path / "bundle") / "index.html"


def render(folder: Folder, page: Path, props: object, *arguments: object) -> Said:
    return folder.render(
        page, "--composition", "Shot", "--props", json.dumps(props), *arguments
    )


def test_a_composition_is_as_its_own_calculation_says_and_is_handed_what_was_given(
    tmp_path: Path, bundle: Path
) -> None:
    folder = Folder(tmp_path)

    said = render(folder, bundle, {}, "--slots", 2)
    assert said.code == 0, said
    assert folder.shown() == EXACT

    said = render(folder, bundle, {"add": 40}, "--frames", "0-2", "--existing", "replace")
    assert said.code == 0, said
    assert [folder.shown()[frame] for frame in range(3)] == [40, 41, 42]

    said = folder.render(bundle, "--composition", "Nope")
    assert said.code == 2, said
    assert "Other, Shot" in said.err


@pytest.mark.parametrize("backwards", [further(False), True])
def test_videos_that_a_renderer_is_asked_for_show_the_picture_of_each_frame(
    tmp_path: Path, bundle: Path, *, backwards: bool
) -> None:
    make_video(bundle.parent / "video.mp4")
    folder, props = Folder(tmp_path), {"video": "video.mp4", "backwards": backwards}

    said = render(folder, bundle, props, "--slots", 2, "--network", "none")

    assert said.code == 0, said
    for frame, grey in greys(folder).items():
        assert abs(grey - (20 + 8 * (19 - frame if backwards else frame))) <= 2, frame


@pytest.mark.thorough
def test_a_video_that_is_over_shows_its_last_picture_and_one_of_few_pictures_the_one_before(
    tmp_path: Path, bundle: Path
) -> None:
    few = ("-vf", "select='eq(n,0)+eq(n,10)'", "-fps_mode", "passthrough", "-c:v", "ffv1")
    make_video(bundle.parent / "video.mkv", *few)
    folder = Folder(tmp_path)

    said = render(folder, bundle, {"video": "video.mkv"}, "--slots", 1)

    assert said.code == 0, said
    assert greys(folder) == {frame: 20 if frame < 10 else 100 for frame in range(COUNT)}


@pytest.mark.thorough
def test_what_is_transparent_in_a_video_lets_the_page_through(
    tmp_path: Path, bundle: Path
) -> None:
    words = ("-f", "lavfi", "-i", "color=red@0.5:64x36:25:d=1,format=yuva420p")
    subprocess.run(
        ["ffmpeg", "-v", "error", *words, "-c:v", "libvpx-vp9", bundle.parent / "half.webm"],
        check=True,
    )
    folder = Folder(tmp_path)
    props = {"video": "half.webm", "alpha": True}

    said = render(folder, bundle, props, "--frames", "3", "--transparent")

    assert said.code == 0, said
    (pixel,) = pixels_in(folder.picture(3))
    assert pixel[0] > 245
    assert abs(pixel[3] - 128) <= 3


@pytest.mark.parametrize(
    ("video", "words"),
    [
        ("gone.mp4", "gone.mp4"),
        further("public/like.json", "like.json shows no picture"),
        ("../secret.mp4", "secret.mp4"),
        further("file:///etc/hostname", "may not reach"),
        ("list.m3u8", "list.m3u8 shows no picture"),
    ],
)
def test_a_video_that_cannot_be_shown_is_named_before_anything_starts(
    tmp_path: Path, bundle: Path, video: str, words: str
) -> None:
    make_video(tmp_path / "secret.mp4")
    # It names what lies outside of the folder, which ffmpeg would follow.
    make_video(tmp_path / "secret.ts")
    entry = f"#EXTINF:4,\n{tmp_path / 'secret.ts'}\n#EXT-X-ENDLIST\n"
    listed = f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n{entry}"
    (bundle.parent / "list.m3u8").write_text(listed)
    folder = Folder(tmp_path)

    said = render(folder, bundle, {"video": video})

    assert said.code == 2, said
    assert words in said.err
    assert not folder.out.exists()


@pytest.mark.thorough
def test_what_is_heard_in_its_frames_is_heard_in_a_film(tmp_path: Path, bundle: Path) -> None:
    """From where to where, from which of its samples on, how loud in each frame; and decoded by the page."""
    for name, level in (("even", 4000), ("rising", 8000), ("decoded", 500)):
        write_level(bundle.parent / f"{name}.wav", level, 2)
    steps = np.repeat(np.arange(1, 21, dtype="<i2") * 100, RATE // 10)
    words = ("-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0")
    path = str(bundle.parent / "steps.wav")
    subprocess.run(["ffmpeg", "-v", "error", *words, path], input=steps.tobytes(), check=True)
    sounds = [
        {"src": "even.wav", "from": 5, "to": 10, "volume": 0.5},
        {"src": "rising.wav", "from": 0, "to": 20, "volume": [0, 0.95]},
        {"src": "decoded.wav", "from": 10, "to": 20, "volume": 1, "isDecoded": True},
        {"src": "steps.wav", "from": 15, "to": 20, "volume": 1, "first": 25},
    ]
    films = {}
    for slots, frames in ((1, "0-19"), (2, "0-19"), (1, "8-19")):
        film = tmp_path / f"film-{slots}-{frames}.mkv"
        said = Folder(tmp_path).terminal.run(
            *("render", bundle, "--composition", "Shot", "--output", film, "--frames", frames),
            *("--props", json.dumps({"sounds": sounds}), "--slots", slots),
        )
        assert said.code == 0, said
        films[slots, frames] = heard_in(film)

    whole = films[1, "0-19"].astype(int)
    frame = RATE // 25
    assert len(whole) == 20 * frame
    wanted = 8000 * 0.95 * np.minimum(np.arange(20 * frame) / (19 * frame), 1)
    wanted[5 * frame : 10 * frame] += 2000
    wanted[10 * frame :] += 500
    # Frames 25 to 29 of the sound: its eleventh and twelfth tenth of a second.
    wanted[15 * frame :] += steps[frame * 25 : frame * 30]
    assert np.abs(whole - wanted).max() <= 2
    assert np.array_equal(films[2, "0-19"], films[1, "0-19"])
    assert np.abs(films[1, "8-19"] - whole[8 * frame :]).max() <= 2


@pytest.mark.thorough
def test_sounds_that_cannot_be_in_the_film_are_told(tmp_path: Path, bundle: Path) -> None:
    sounds = [{"src": "data:audio/wav;base64,UklGRg==", "from": 0, "to": 3, "volume": 1}]

    said = Folder(tmp_path).terminal.run(
        *("render", bundle, "--composition", "Shot", "--output", tmp_path / "film.mkv"),
        *("--frames", "0-4", "--props", json.dumps({"sounds": sounds})),
    )

    assert said.code == 0, said
    assert "1 of its sounds lie in no file" in said.out


@pytest.mark.thorough
def test_pictures_alone_are_rendered_without_listening(tmp_path: Path, bundle: Path) -> None:
    sounds = [{"src": "gone.wav", "from": 0, "to": 20, "volume": 1}]
    folder = Folder(tmp_path)

    said = render(folder, bundle, {"sounds": sounds}, "--frames", "0-3")

    assert said.code == 0, said
    assert folder.shown() == {frame: frame for frame in range(4)}
    assert "listened" not in said.out


@pytest.mark.thorough
def test_other_pages_do_not_take_themselves_to_be_in_node(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(
        '<meta name="framecrew" content="width=64, height=36, fps=25, duration=0.2"><body>'
        "<script>const isNode = typeof process !== 'undefined' || window.remotion_inputProps;"
        "document.body.style.background = `rgb(0 0 ${isNode ? 99 : 1})`</script>"
    )
    folder = Folder(tmp_path)

    said = folder.render(page)

    assert said.code == 0, said
    assert set(folder.shown().values()) == {0}
