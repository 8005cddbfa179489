"""Films of pages that are one canvas: their pixels go to the encoder as they are."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from cases import further
from doors.media import WITH_FFMPEG, ffmpeg
from doors.terminal import Terminal
from doors.web import COUNT, WITH_BROWSER, write_page
from servers import answering

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

WIDTH, HEIGHT = 64, 36

CANVAS = """<!doctype html>HEAD<body style="margin: 0">
<canvas width="64" height="36" style="display: block"></canvas><script>
  const brush = document.querySelector("canvas").getContext("2d");
  const cover = document.createElement("div");
  cover.style = "position: fixed; inset: 8px; background: rgb(255 128 0 / 0.5)";
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8,
    async seek(t, frame) {
      brush.fillStyle = `rgb(${frame % 3} 200 ${10 * frame + 10})`;
      brush.fillRect(0, 0, 64, 36);
      brush.fillStyle = "rgb(255 0 0 / 0.3)";
      brush.fillRect(frame, 3, 9, 9);
      BODY
    } };
</script>"""
COVERED = "if (frame > 10 && frame < 15) document.body.append(cover); else cover.remove();"
"""In the middle of the film there is more to be seen than the canvas."""

PLAYED = """<!doctype html><body style="margin: 0"><script>
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  canvas.style.display = "block";
  const brush = canvas.getContext("2d");
  const cover = document.createElement("div");
  cover.style = "position: fixed; inset: 8px; background: rgb(255 128 0 / 0.5)";
  addEventListener("load", () => document.body.append(canvas));
  let frame = 0;
  requestAnimationFrame(function draw() {
    brush.fillStyle = `rgb(${frame % 3} 200 ${10 * frame + 10} / 0.5)`;
    brush.fillRect(0, 0, 64, 36);
    BODY
    frame += 1;
    requestAnimationFrame(draw);
  });
</script>"""
"""It has no contract, and each of its pictures is drawn over the one before."""

OF_PLAYED = ("--size", "64x36", "--fps", 25, "--frames", f"0-{COUNT - 1}")

Pictures = npt.NDArray[np.uint8]


def canvas(folder: Path, text: str = CANVAS, *, head: str = "", body: str = "") -> Path:
    return write_page(folder, text.replace("HEAD", head).replace("BODY", body))


def pictures_in(*source: str) -> Pictures:
    raw = ffmpeg(*source, "-f", "rawvideo", "-pix_fmt", "rgb24")
    return np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)


def screen(terminal: Terminal, scene: Path, *arguments: object) -> Pictures:
    """What the screen shows, losslessly: PNG is never taken from a canvas."""
    output = terminal.folder / "screen_####.png"
    said = terminal.run("render", scene, "--output", output, "--slots", 1, *arguments)
    assert said.code == 0, said.err
    return pictures_in("-start_number", "0", "-i", str(output).replace("####", "%04d"))


@pytest.mark.parametrize(
    ("text", "how", "body"),
    [
        further(CANVAS, (), ""),
        (PLAYED, OF_PLAYED, COVERED),
        further(CANVAS, (), COVERED),
        further(PLAYED, OF_PLAYED, ""),
    ],
    ids=["asked", "played, covered", "asked, covered", "played"],
)
def test_every_pixel_of_a_canvas_gets_into_a_lossless_film_for_any_number_of_slots(
    tmp_path: Path, text: str, how: tuple[object, ...], body: str
) -> None:
    terminal, scene = Terminal(tmp_path), canvas(tmp_path, text, body=body)
    wanted = screen(terminal, scene, *how)
    assert len(wanted) == COUNT
    for slots in (1, 3):
        film = tmp_path / f"film-{slots}.mkv"
        arguments = ("--slots", slots, "--segment-size", 6, *how)
        told = terminal.run("plan", scene, "--output", film, *arguments)
        said = terminal.run("render", scene, "--output", film, *arguments)
        assert "for films as raw pixels" in told.out
        assert said.code == 0, said.err
        assert ("pictures are taken of the screen" in said.out + said.err) == bool(body)
        assert np.array_equal(pictures_in("-i", str(film)), wanted)


PATCHES = ((0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (40, 90, 200))

PATCHWORK = (
    "const patches = %s; patches.forEach((one, place) => {"
    " brush.fillStyle = `rgb(${one})`; brush.fillRect(place * 10, 0, 10, 36); });"
)


def broadcast(colour: tuple[int, int, int]) -> tuple[float, float, float]:
    """Luma and chroma of limited BT.709, in 8 bits (ITU-R BT.709-6, section 3)."""
    red, green, blue = (value / 255 for value in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = (blue - luma) / 1.8556, (red - luma) / 1.5748
    return 16 + 219 * luma, 128 + 224 * chroma[0], 128 + 224 * chroma[1]


@pytest.mark.parametrize("preset", [further("h264"), further("vp9"), further("prores-hq")])
def test_a_films_colours_are_those_of_broadcast_whoever_turned_them(
    tmp_path: Path, preset: str
) -> None:
    """The page turns them itself for presets of 8 bits and half the chroma, else ffmpeg does."""
    scene = canvas(tmp_path, body=PATCHWORK % [list(one) for one in PATCHES])
    film = tmp_path / ("film.mov" if preset == "prores-hq" else "film.mkv")
    arguments = ("--film-preset", preset, "--frames", "0-5")
    said = Terminal(tmp_path).run("render", scene, "--output", film, *arguments)
    assert said.code == 0, said.err
    raw = ffmpeg("-i", str(film), "-f", "rawvideo", "-pix_fmt", "yuv444p")
    planes = np.frombuffer(raw, np.uint8).reshape(-1, 3, HEIGHT, WIDTH)
    assert len(planes) == 6
    for place, colour in enumerate(PATCHES):
        # In its middle, for chroma is mixed where two meet.
        found = planes[:, :, 18, place * 10 + 5]
        assert np.allclose(found, broadcast(colour), atol=2), colour


@pytest.mark.thorough
def test_where_a_page_may_have_no_workers_its_canvas_is_encoded_first(tmp_path: Path) -> None:
    policy = "worker-src 'none'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    terminal, scene = Terminal(tmp_path), canvas(tmp_path, head=head)
    film = tmp_path / "film.mkv"
    told = terminal.run("plan", scene, "--output", film)
    said = terminal.run("render", scene, "--output", film, "--slots", 1)
    assert "from its canvas" in told.out
    assert "raw pixels" not in told.out
    assert said.code == 0, said.err
    assert np.array_equal(pictures_in("-i", str(film)), screen(terminal, scene))


@pytest.mark.thorough
def test_pixels_whose_file_is_lost_come_by_another_way(tmp_path: Path) -> None:
    homes = tmp_path / "homes"
    homes.mkdir()
    lost: list[Path] = []

    def lose() -> bytes:
        for path in homes.rglob("File System/*/t/*/*"):
            path.unlink()
            lost.append(path)
        return b""

    with answering(lose) as address:
        scene = canvas(tmp_path, body=f"if (frame === 9) await fetch('{address}');")
        terminal, film = Terminal(tmp_path), tmp_path / "film.mkv"
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(homes))
        arguments = ("render", scene, "--output", film, "--slots", 1)
        said = terminal.run(*arguments, environment=temporary)
        assert said.code == 0, said.err
        assert lost
        assert np.array_equal(pictures_in("-i", str(film)), screen(terminal, scene))


@pytest.mark.thorough
def test_a_played_canvas_that_goes_on_in_a_new_browser_shows_all_that_was_drawn_before(
    tmp_path: Path,
) -> None:
    leaks = "(window.kept ||= []).push(new Uint8Array(4e6).fill(frame));"
    terminal, scene = Terminal(tmp_path), canvas(tmp_path, PLAYED, body=leaks)
    how = ("--size", "64x36", "--fps", 25, "--frames", "0-109")
    film = tmp_path / "film.mkv"
    arguments = ("--slots", 1, "--segment-size", 40, "--growth", 64, *how)

    said = terminal.run("render", scene, "--output", film, *arguments)

    assert said.code == 0, said.err
    assert "a new one takes its place" in terminal.run("logs", 1).out
    assert np.array_equal(pictures_in("-i", str(film)), screen(terminal, scene, *how))
