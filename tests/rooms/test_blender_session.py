"""The session inside a real Blender: what it promises on the channel and on disk."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import OpenImageIO
import pytest
from cases import further

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "src" / "framecrew" / "sessions" / "blender" / "session.py"
BUILDER = ROOT / "tests" / "scenes" / "build_scene.py"
PATIENCE = 120.0

Message = dict[str, Any]


# ── the Blenders of this machine ─────────────────────────────────────────────────────────────


def blender_commands() -> dict[str, list[str]]:
    """What starts a script in each Blender found: the program, and a Python that has `bpy`."""
    found = {}
    program = shutil.which("blender")
    if program:
        found["blender"] = [program, "-b", "--factory-startup", "--python-exit-code", "7"]
    pythons = os.environ.get("FRAMECREW_BPY_PYTHON", "").split(os.pathsep)
    for index, python in enumerate(pythons):
        if python:
            found[f"bpy{index or ''}"] = [python]
    return found


BLENDERS = blender_commands()


def script_command(name: str, script: Path, *arguments: str) -> list[str]:
    command = BLENDERS[name]
    option = ["--python"] if len(command) > 1 else []
    return [*command, *option, str(script), *(["--", *arguments] if arguments else [])]


NAMES = list(BLENDERS) or ["none"]
"""The program first, if there is one."""

IN_EACH = pytest.mark.parametrize("blender", NAMES, indirect=True, scope="module")


@pytest.fixture(scope="module", params=[NAMES[0], *map(further, NAMES[1:])])
def blender(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "none":
        pytest.skip("no `blender` on PATH, and FRAMECREW_BPY_PYTHON names no Python with bpy")
    return name


@pytest.fixture(scope="module")
def scene(blender: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Builds a scene by name, once per Blender."""
    folder = tmp_path_factory.mktemp("scenes")

    def build(name: str) -> Path:
        path = folder / name / "scene.blend"
        if not path.exists():
            path.parent.mkdir()
            command = script_command(blender, BUILDER, name, str(path))
            subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        return path

    return build


# ── our side of the channel ──────────────────────────────────────────────────────────────────


class Line:
    """One connection with a session: messages out, messages in."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.connection.settimeout(PATIENCE)
        self.lines = connection.makefile("rb")
        self.heard: list[Message] = []
        self.choice: dict[str, str] = {}
        """Told with every chunk, when it is not empty."""
        self.hello = self.hear("hello")

    def say(self, kind: str, **keys: object) -> None:
        self.connection.sendall(json.dumps({"type": kind, **keys}).encode() + b"\n")

    def hear(self, *kinds: str) -> Message:
        """The next message of these kinds; all before it are kept in `heard`."""
        for line in self.lines:
            message: Message = json.loads(line)
            self.heard.append(message)
            if message["type"] in kinds:
                return message
        pytest.fail(f"The session has gone; wanted {kinds}, heard {self.heard}")

    def close(self) -> None:
        self.lines.close()
        self.connection.close()

    def open(self, path: Path, **options: object) -> Message:
        """The scene's facts, or the refusal."""
        target = options.pop("target", "")
        self.say("open", scene=str(path), target=target, options=options)
        return self.hear("opened", "refused")

    def start(self, frames: Sequence[int], workspace: Path, **made: str) -> None:
        workspace.mkdir(exist_ok=True)
        self.say(
            "render",
            chunk="chunk",
            frames=list(frames),
            workspace=str(workspace),
            made=made or {"main": "frame_####.png"},
            threads=1,
            **({"choice": self.choice} if self.choice else {}),
        )

    def render(self, frames: Sequence[int], workspace: Path, **made: str) -> list[Message]:
        """All that is said until the chunk is done."""
        before = len(self.heard)
        self.start(frames, workspace, **made)
        self.hear("chunk_done")
        return self.heard[before:]


class Session(Line):
    """A session's process, started for a test and always ended with it."""

    def __init__(self, blender: str, folder: Path) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        port = self.listener.getsockname()[1]
        self.log = folder / "session.log"
        temporary = folder / "tmp"
        temporary.mkdir()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                script_command(blender, PROGRAM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "FRAMECREW_CHANNEL": f"127.0.0.1:{port}",
                    "FRAMECREW_TOKEN": "secret",
                    "TMPDIR": str(temporary),
                },
            )
        super().__init__(self.listener.accept()[0])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def end(self) -> int:
        self.close()
        self.listener.close()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()


@pytest.fixture
def session(blender: str, tmp_path: Path) -> Iterator[Session]:
    found = Session(blender, tmp_path)
    yield found
    found.end()


def frames_of(messages: Sequence[Message], kind: str) -> list[int]:
    return [message["frame"] for message in messages if message["type"] == kind]


def pixels(path: Path) -> bytes:
    picture = OpenImageIO.ImageBuf(str(path))
    assert picture.read(0, 0, True), picture.geterror()
    values = picture.get_pixels(OpenImageIO.FLOAT)
    assert values is not None
    return values.tobytes()


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.name: pixels(path) for path in folder.iterdir() if path.is_file()}


# ── frames ───────────────────────────────────────────────────────────────────────────────────


def test_a_session_introduces_itself(session: Session) -> None:
    assert session.hello["token"] == "secret"
    assert session.hello["pid"] == session.process.pid
    assert session.hello["version"].split(".")[0].isdigit()


def test_the_facts_of_a_scene_are_told(session: Session, scene: Callable[[str], Path]) -> None:
    facts = session.open(scene("plain"))["facts"]

    assert (facts["first"], facts["last"], facts["step"]) == (1, 10, 1)
    assert (facts["width"], facts["height"], facts["fps"]) == (64, 36, "24")
    assert facts["targets"] == ["Scene"]
    assert facts["layers"] == ["ViewLayer"]
    assert facts["cameras"] == ["Camera"]
    assert (facts["extension"], facts["missing"], facts["views"]) == (".png", [], [])


@IN_EACH
def test_frames_in_any_order_are_the_frames_blender_renders_by_itself(
    session: Session, blender: str, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    path = scene("everything_moves")
    alone = tmp_path / "alone"
    render_alone(blender, path, alone)
    session.open(path)

    messages = session.render([9, 1, 2, 3, 10, 4, 6, 8, 7, 5], tmp_path / "work")

    assert sorted(frames_of(messages, "frame_written")) == list(range(1, 11))
    assert pictures(tmp_path / "work") == pictures(alone)


def render_alone(blender: str, path: Path, folder: Path) -> None:
    """As a person would: `blender -b FILE -a`, or the same in a few lines of Python."""
    output = str(folder / "frame_####.png")
    if len(BLENDERS[blender]) > 1:
        command = [BLENDERS[blender][0], "-b", str(path), "-o", output, "-t", "1", "-a"]
    else:
        lines = (
            f"import bpy, os; bpy.ops.wm.open_mainfile(filepath={str(path)!r})",
            f"bpy.context.scene.render.filepath = {output!r}",
            "bpy.ops.render.render(animation=True); os._exit(0)",
        )
        command = [*BLENDERS[blender], "-c", "\n".join(lines)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)


def test_every_written_frame_was_begun_and_has_its_mark_in_the_log(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"))

    messages = session.render(range(1, 7), tmp_path / "work")

    begun, written = frames_of(messages, "frame_begun"), frames_of(messages, "frame_written")
    assert begun == written == [1, 2, 3, 4, 5, 6]
    log = session.log.read_text(errors="replace")
    marks = [message["mark"] for message in messages if "mark" in message]
    places = [log.index(f"framecrew: mark {mark}\n") for mark in marks]
    # A mark that is no number is none: nobody would wait for it, and lines would for its message.
    assert [type(mark) for mark in marks] == [int] * 7
    assert places == sorted(places)
    assert all(message["seconds"] > 0 for message in messages if "seconds" in message)


def test_negative_and_wide_numbers_land_where_they_were_promised(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"))

    messages = session.render([-3, 0, 12345, 12346], tmp_path / "{a} #1", main="deep/f_###.png")

    assert sorted(frames_of(messages, "frame_written")) == [-3, 0, 12345, 12346]
    names = {path.name for path in (tmp_path / "{a} #1" / "deep").iterdir()}
    assert names == {"f_-003.png", "f_000.png", "f_12345.png", "f_12346.png"}
    assert len({pixels(path) for path in (tmp_path / "{a} #1" / "deep").iterdir()}) == 4


def test_a_second_chunk_goes_to_its_own_workspace(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("side_outputs"))
    made = {name: f"{name}_####.png" for name in ("main", "File_Output_shot_again")}
    session.render([1, 2], tmp_path / "one", **made)

    session.render([3], tmp_path / "two", **made)

    assert len(list((tmp_path / "one").iterdir())) == 4
    assert len(list((tmp_path / "two").iterdir())) == 2


def test_how_far_a_frame_is_is_told_or_printed(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"), samples=400)

    messages = session.render([3], tmp_path / "work")

    percents = [message for message in messages if message["type"] == "frame_percent"]
    is_printed = "Fra:3" in session.log.read_text(errors="replace")
    assert bool(percents) != is_printed
    assert all(message["frame"] == 3 for message in percents)
    assert all(0 <= message["percent"] <= 100 for message in percents)


# ── giving back ──────────────────────────────────────────────────────────────────────────────


def test_frames_are_given_back_or_rendered_and_never_both(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"))
    frames = list(range(1, 121))
    session.start(frames, tmp_path / "work")
    given: list[int] = []
    for number, after in ((100, 4), (101, 0), (110, 6), (9, 2), (12, 1), (15, 0), (60, 3)):
        for _ in range(after):
            session.hear("frame_begun")
        session.say("give_back", frames=[number, number + 1, number + 2])
        given += session.hear("given_back")["frames"]
    session.hear("chunk_done")

    written = frames_of(session.heard, "frame_written")
    assert given
    assert len(given) == len(set(given))
    assert sorted(written + given) == frames
    assert frames_of(session.heard, "frame_begun") == written
    files = {path.name for path in (tmp_path / "work").iterdir()}
    assert files == {f"frame_{frame:04}.png" for frame in written}


def test_a_begun_frame_is_not_given_back(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"))
    session.start([1, 2, 3], tmp_path / "work")
    assert session.hear("frame_begun")["frame"] == 1
    session.say("give_back", frames=[1])

    assert session.hear("given_back")["frames"] == []
    session.hear("chunk_done")
    assert frames_of(session.heard, "frame_written") == [1, 2, 3]


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────


def test_a_failing_handler_fails_exactly_its_frame(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("handler_fails_at_7"))

    messages = session.render(range(1, 11), tmp_path / "work")

    (failed,) = [message for message in messages if message["type"] == "frame_failed"]
    assert (failed["frame"], failed["kind"]) == (7, "script_error")
    for word in ("ValueError: no size for frame 7", "frame_change_pre", "grows.py", "line 4"):
        assert word in failed["reason"]
    assert frames_of(messages, "frame_written") == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert not (tmp_path / "work" / "frame_0007.png").exists()


def test_a_broken_expression_fails_its_frame_and_all_after_it(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("broken_expression"))

    messages = session.render(range(1, 8), tmp_path / "work")

    # Blender says it once and then holds the value still: none of them can be trusted.
    assert frames_of(messages, "frame_written") == [1, 2, 3]
    assert frames_of(messages, "frame_failed") == [4, 5, 6, 7]
    assert "name 'height' is not defined" in messages[-2]["reason"]


@IN_EACH
def test_a_handler_that_leaves_is_named_before_the_session_ends(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("handler_leaves_at_3"))
    session.start([1, 2, 3, 4], tmp_path / "work")

    failed = session.hear("frame_failed")

    assert (failed["frame"], failed["kind"]) == (3, "script_error")
    assert session.process.wait(PATIENCE) == 7


def test_a_frame_that_cannot_be_saved_fails_and_the_session_lives(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"))
    work = tmp_path / "work"
    work.mkdir()
    (work / "taken").write_text("a file where a folder should be")

    messages = session.render([1, 2], work, main="taken/frame_####.png")

    assert frames_of(messages, "frame_failed") == [1, 2]
    assert {message["kind"] for message in messages if "kind" in message} == {
        "output_not_writable"
    }
    assert frames_of(session.render([3], tmp_path / "other"), "frame_written") == [3]


def test_a_scene_without_a_camera_fails_its_frames_as_a_bad_request(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    facts = session.open(scene("plain"), python_before="scene.camera = None")["facts"]

    messages = session.render([1, 2], tmp_path / "work")

    assert any("no active camera" in warning for warning in facts["warnings"])
    failed = [message for message in messages if message["type"] == "frame_failed"]
    assert [message["frame"] for message in failed] == [1, 2]
    assert all(message["kind"] == "bad_request" for message in failed)
    assert "holds the cameras: Camera" in failed[0]["reason"]


def test_a_build_that_cannot_denoise_says_what_to_do(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    wanted = "scene.render.engine = 'CYCLES'; scene.cycles.use_denoising = True"
    session.open(scene("plain"), python_before=wanted)

    messages = session.render([1], tmp_path / "work")

    failed = [message for message in messages if message["type"] == "frame_failed"]
    if not failed:
        pytest.skip("this Blender can denoise")
    assert failed[0]["kind"] == "plugin_missing"
    assert "switch denoising off" in failed[0]["reason"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scene": "Nope"}, ("no scene 'Nope'", "holds: Scene")),
        further({"view_layer": "Nope"}, ("no view layer 'Nope'", "holds: ViewLayer")),
        further({"camera": "Nope"}, ("no camera 'Nope'", "holds: Camera")),
        ({"target": "Nope"}, ("'Nope'", "Scene", "ViewLayer", "Camera")),
        further({"engine": "NOPE"}, ("no render engine 'NOPE'", "cycles")),
        further({"format": "nope"}, ("no format 'nope'", "png")),
        further({"format": "png", "color_depth": "32"}, ("no 32 bits", "8, 16")),
        ({"device": "nope"}, ("no device 'nope'", "cuda")),
    ],
)
def test_what_the_scene_does_not_hold_is_refused_with_what_it_holds(
    session: Session,
    scene: Callable[[str], Path],
    options: dict[str, object],
    words: tuple[str, ...],
) -> None:
    answer = session.open(scene("plain"), **options)

    assert (answer["type"], answer["kind"]) == ("refused", "bad_request")
    for word in words:
        assert word in answer["reason"]


def damaged(scene: Callable[[str], Path], folder: Path, how: str) -> Path:
    whole, packed = scene("plain").read_bytes(), scene("packed").read_bytes()
    contents = {
        "truncated": whole[: len(whole) // 2],
        "empty": b"",
        "garbage": bytes(range(256)) * 40,
        "newer": b"BLENDER17-01v9900" + bytes(4000),
        "truncated gzip": gzip.compress(whole)[:-200],
        "truncated zstd": packed[:-200],
    }
    target = folder / f"{how}.blend"
    target.write_bytes(contents[how])
    return target


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ("truncated", "truncated"),
        ("empty", "is empty"),
        further("garbage", "not a .blend"),
        ("newer", "made by Blender 99.0, newer than this"),
        further("truncated gzip", "truncated"),
        ("truncated zstd", "truncated"),
    ],
)
def test_a_damaged_scene_is_refused_by_what_is_wrong_with_it(
    session: Session, scene: Callable[[str], Path], tmp_path: Path, how: str, word: str
) -> None:
    answer = session.open(damaged(scene, tmp_path, how))

    assert (answer["type"], answer["kind"]) == ("refused", "bad_scene")
    assert word in answer["reason"]


def test_a_refused_session_can_be_asked_again(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    answer = session.open(tmp_path / "nowhere.blend")
    assert (answer["kind"], "does not exist" in answer["reason"]) == ("bad_scene", True)

    assert session.open(scene("plain"))["type"] == "opened"


def test_missing_files_are_told_and_unused_ones_are_not(
    session: Session, scene: Callable[[str], Path]
) -> None:
    missing = session.open(scene("missing_files"))["facts"]["missing"]

    found = {(row["kind"], Path(row["path"]).name) for row in missing}
    assert found == {("missing_asset", "wood.png"), ("missing_library", "library.blend")}
    assert all(Path(row["path"]).is_absolute() for row in missing)
    assert any(row["user"] == 'image "wood on disk"' for row in missing)


def test_a_failing_hook_is_refused_with_its_place(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text("x = 1\nraise KeyError('paint')\n")

    answer = session.open(scene("plain"), python_scripts=[str(hook)])

    assert answer["kind"] == "script_error"
    assert "hook.py, line 2" in answer["reason"]


def test_a_hook_that_is_no_python_is_refused(
    session: Session, scene: Callable[[str], Path]
) -> None:
    answer = session.open(scene("plain"), python_before="scene.camera = = 3")

    assert answer["kind"] == "script_error"
    assert "SyntaxError: invalid syntax (<python_before>, line 1)" in answer["reason"]


def test_a_failing_script_of_the_scene_is_refused_unless_scripts_are_off(
    session: Session, scene: Callable[[str], Path]
) -> None:
    answer = session.open(scene("broken_text"))

    assert answer["kind"] == "script_error"
    assert "nothing_of_this_name" in answer["reason"]
    facts = session.open(scene("broken_text"), autoexec=False)["facts"]
    assert any("scripts are disabled" in warning for warning in facts["warnings"])


# ── outputs and options ──────────────────────────────────────────────────────────────────────


def test_compositor_outputs_land_in_the_workspace(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    path = scene("side_outputs")
    sides = session.open(path)["facts"]["side_outputs"]
    passes = path.parent / "passes"
    finals = {side["name"]: Path(side["final"]) for side in sides}
    assert finals == {
        "File_Output_shot_beauty": passes / "shot_beauty_##.png",
        "File_Output_shot_again": passes / "shot_again####.png",
    }

    made = {side["name"]: side["made"] for side in sides}
    session.render([1, 2, -5], tmp_path / "work", main="frame_####.png", **made)

    names = {file.name for file in (tmp_path / "work").iterdir()}
    stems = ("frame", *finals)
    assert names == {f"{stem}_{n}.png" for stem in stems for n in ("0001", "0002", "-0005")}
    assert not passes.exists()


def test_options_are_laid_over_the_scene(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    facts = session.open(
        scene("plain"), format="exr", color_depth="32", resolution_percent=50, samples=2
    )["facts"]
    assert (facts["width"], facts["height"], facts["extension"]) == (32, 18, ".exr")

    session.render([1], tmp_path / "work", main="frame_####.exr")

    picture = OpenImageIO.ImageBuf(str(tmp_path / "work" / "frame_0001.exr"))
    spec = picture.spec()
    assert (spec.width, spec.height, str(spec.format)) == (32, 18, "float")


def test_a_side_output_tells_of_which_view_layers_it_is(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    path = scene("sides_of_two_layers")
    sides = session.open(path)["facts"]["side_outputs"]
    assert [side["layers"] for side in sides] == [["ViewLayer"], ["Bare"]]

    off = "scene.view_layers['Bare'].use = False"
    (left,) = session.open(path, python_before=off)["facts"]["side_outputs"]
    assert left["layers"] == ["ViewLayer"]

    session.open(path)
    shown = set()
    for layer, side in zip(("ViewLayer", "Bare"), sides, strict=True):
        session.choice = {"view_layer": layer}
        session.render([1], tmp_path / layer, **{side["name"]: "side_####.png"})
        shown.add(pictures(tmp_path / layer)["side_0001.png"])
    assert len(shown) == 2


def test_an_option_holds_where_the_scene_animates_the_same_setting(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    seen: list[bytes] = []
    for name, options in (
        ("animated_samples", {"samples": 1}),
        ("animated_samples", {}),
        ("plain", {}),
    ):
        session.open(scene(name), **options)
        work = tmp_path / f"work {len(seen)}"
        session.render([2], work)
        seen.append(pixels(work / "frame_0002.png"))

    asked, animated, plain = seen
    assert asked == plain
    assert animated != plain


@pytest.mark.parametrize("persistent_data", ["on", further("off")])
def test_another_choice_in_an_open_session_gives_the_picture_of_a_new_one(
    session: Session, scene: Callable[[str], Path], tmp_path: Path, persistent_data: str
) -> None:
    choices = (
        {"view_layer": "Bare", "camera": "Side"},
        {"view_layer": "ViewLayer", "camera": "Camera"},
        {"view_layer": "ViewLayer", "camera": "Side"},
        {"view_layer": "Bare", "camera": "Side"},
    )
    path = scene("two_of_everything")
    anew, switched = [], []
    for number, choice in enumerate(choices):
        session.open(path, persistent_data=persistent_data, **choice)
        session.render([1, 2], tmp_path / f"anew {number}")
        anew.append(pictures(tmp_path / f"anew {number}"))

    session.open(path, persistent_data=persistent_data, **choices[1])
    for number, choice in enumerate(choices):
        session.choice = choice
        session.render([1, 2], tmp_path / f"switched {number}")
        switched.append(pictures(tmp_path / f"switched {number}"))

    assert switched == anew
    assert len({picture for found in anew for picture in found.values()}) > 3


def test_a_target_is_a_scene_or_a_view_layer_or_a_camera(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    seen = {}
    for target in ("", "Other", "Bare", "Side"):
        facts = session.open(scene("two_of_everything"), target=target)["facts"]
        assert set(facts["targets"]) == {"Scene", "Other"}
        session.render([1], tmp_path / f"work {target}")
        picture = tmp_path / f"work {target}" / "frame_0001.png"
        spec = OpenImageIO.ImageBuf(str(picture)).spec()
        assert (spec.width, spec.height) == (facts["width"], facts["height"])
        seen[target] = pixels(picture)

    assert len(set(seen.values())) == 4


def test_a_cropped_frame_has_the_size_that_was_told(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    border = "r = scene.render; r.use_border = r.use_crop_to_border = True; "
    border += "r.border_min_x, r.border_max_x, r.border_min_y, r.border_max_y = .1, .73, .2, .9"
    facts = session.open(scene("plain"), python_before=border)["facts"]

    session.render([1], tmp_path / "work")

    spec = OpenImageIO.ImageBuf(str(tmp_path / "work" / "frame_0001.png")).spec()
    assert (spec.width, spec.height) == (facts["width"], facts["height"])
    assert spec.width < 64


def test_each_view_of_a_stereo_scene_gets_its_file(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    facts = session.open(scene("plain"), python_before="scene.render.use_multiview = True")[
        "facts"
    ]
    assert facts["views"] == ["_L", "_R"]

    session.render([1, 2], tmp_path / "work")

    names = {path.name for path in (tmp_path / "work").iterdir()}
    assert names == {f"frame_000{n}_{side}.png" for n in (1, 2) for side in "LR"}


# ── the end ──────────────────────────────────────────────────────────────────────────────────


@IN_EACH
def test_close_leaves_with_code_0_and_no_temporary_folder(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"))
    session.render([1], tmp_path / "work")

    session.say("close")

    assert session.process.wait(PATIENCE) == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_end_of_the_connection_ends_a_session_in_the_middle_of_a_frame(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    # A frame of this many samples would take far longer than our patience.
    session.open(scene("plain"), samples=10_000_000, resolution_percent=1000)
    session.start([1], tmp_path / "work")
    session.hear("frame_begun")

    session.connection.shutdown(socket.SHUT_RDWR)

    assert session.process.wait(PATIENCE) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are forked on Linux only")
def test_forked_sessions_render_the_same_frames_side_by_side(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    assert session.open(scene("everything_moves"))["facts"]["may_fork"]
    children = []
    for number in (1, 2):
        log = tmp_path / f"child{number}.log"
        session.say("fork", channel=session.address, token=f"child{number}", log=str(log))
        child = Line(session.listener.accept()[0])
        children.append(child)
        assert child.hello["token"] == f"child{number}"
        assert child.hello["pid"] != session.process.pid
        assert not child.hear("opened")["facts"]["may_fork"]

    for number, child in enumerate(children, 1):
        child.start(range(number, 11, 2), tmp_path / f"forked{number}")
    for child in children:
        child.hear("chunk_done")
        child.say("close")
        child.close()
    session.render(range(1, 11), tmp_path / "work")

    forked = pictures(tmp_path / "forked1") | pictures(tmp_path / "forked2")
    assert forked == pictures(tmp_path / "work")
    assert "framecrew: mark" in (tmp_path / "child2.log").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are forked on Linux only")
def test_a_session_that_ran_a_persons_python_refuses_to_be_forked(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    assert not session.open(scene("plain"), python_before="pass")["facts"]["may_fork"]

    session.say("fork", channel=session.address, token="child", log=str(tmp_path / "child.log"))

    assert session.hear("refused")["kind"] == "bad_request"


@pytest.mark.skipif(sys.platform != "linux", reason="sessions are forked on Linux only")
def test_a_session_that_has_rendered_with_persistent_data_refuses_to_be_forked(
    session: Session, scene: Callable[[str], Path], tmp_path: Path
) -> None:
    session.open(scene("plain"), persistent_data="on")
    session.render([1], tmp_path / "work")

    session.say("fork", channel=session.address, token="child", log=str(tmp_path / "child.log"))

    assert session.hear("refused")["kind"] == "bad_request"
    assert frames_of(session.render([2], tmp_path / "work"), "frame_written") == [2]
