"""The whole house with a real browser: every kind of page, frame by frame."""

import subprocess
from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, make_video
from doors.web import COUNT, EXACT, PAGES, WITH_BROWSER, Folder, pixels_in
from servers import served

from framecrew.media.pixels import open_picture

pytestmark = WITH_BROWSER


@pytest.mark.parametrize(
    "name",
    [
        *("own", "css", "waapi", "raf", "history", "webgl", "frame"),
        *map(further, ("transition", "canvas", "svg", "helios", "hyperframes")),
        *map(further, ("awaited", "drawn_late", "late_css", "counting")),
    ],
)
def test_every_kind_of_page_shows_each_frame_at_its_place(tmp_path: Path, name: str) -> None:
    folder = Folder(tmp_path)

    said = folder.render(PAGES / f"{name}.html", "--slots", 1)

    assert said.code == 0, said
    expected = {**EXACT, **({} if name != "late_css" else dict.fromkeys(range(5), -1))}
    assert folder.shown() == expected


@pytest.mark.parametrize("name", [further("counting"), "chance", further("webgl")])
def test_a_frame_has_the_same_bytes_whoever_renders_it_and_when(
    tmp_path: Path, name: str
) -> None:
    ways: dict[str, tuple[object, ...]] = {
        "one": ("--slots", 1),
        "two": ("--slots", 2, "--chunk-size", 3),
        "five": ("--slots", 5, "--order", "spread"),
        "screenshot": ("--slots", 2, "--order", "reverse", "--capture", "screenshot"),
    }
    made = {}
    for way, arguments in ways.items():
        folder = Folder(tmp_path / way)
        folder.out.mkdir(parents=True)
        said = folder.render(PAGES / f"{name}.html", *arguments)
        assert said.code == 0, said
        made[way] = folder.bytes()

    assert len(made["one"]) == COUNT
    assert len(set(made["one"])) == COUNT
    assert all(one == made["one"] for one in made.values())


def test_what_depends_on_the_frames_before_it_is_told(tmp_path: Path) -> None:
    said = Folder(tmp_path).terminal.run(
        "plan", PAGES / "history.html", "--output", tmp_path / "out" / "f_####.png"
    )

    assert said.code == 0, said
    assert "contract: framecrew" in said.out
    assert "replayed from the start" in said.out
    assert "depend on those rendered before them" in said.out


CAPTION = """<!doctype html><body style="margin: 0; background: rgb(0 90 0)">
<canvas width="64" height="36" style="display: block"></canvas><script>
  const canvas = document.querySelector("canvas"), brush = canvas.getContext("2d");
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) {
    brush.clearRect(0, 0, 64, 36);
    brush.fillStyle = `rgb(0 0 ${frame + 1} / 0.5)`;
    brush.fillRect(0, 0, 40, 36);
    document.querySelector("p")?.remove();
    if (frame >= 10 && frame < 15) document.body.insertAdjacentHTML("beforeend",
      "<p style='position: absolute; inset: 0 0 20px 0; margin: 0; background: red'>");
  } };
</script>"""


@pytest.mark.thorough
def test_pictures_of_a_canvas_are_those_of_the_screen_even_where_something_covers_it(
    tmp_path: Path,
) -> None:
    page = tmp_path / "index.html"
    page.write_text(CAPTION)
    quick, plain = Folder(tmp_path / "quick"), Folder(tmp_path / "plain")
    for one in (quick, plain):
        one.out.mkdir(parents=True)

    told = quick.terminal.run("plan", page, "--output", quick.out / "f_####.jpg")
    first = quick.render(page, "--slots", 1, ending="jpg")
    second = plain.render(page, "--slots", 1, "--frame-order", "any", ending="jpg")

    assert "from its canvas" in told.out
    assert (first.code, second.code) == (0, 0), (first, second)
    assert len(quick.bytes()) == COUNT
    assert quick.bytes() == plain.bytes()
    reds = [max(pixel[0] for pixel in pixels_in(path)) for path in sorted(quick.out.iterdir())]
    assert [red > 200 for red in reds] == [10 <= frame < 15 for frame in range(COUNT)]


def test_a_page_is_opened_by_its_address(tmp_path: Path) -> None:
    with served(PAGES) as address:
        folder = Folder(tmp_path)

        said = folder.render(f"{address}/own.html?x=1", "--frames", "3-5")

    assert said.code == 0, said
    assert folder.shown() == {3: 3, 4: 4, 5: 5}


def test_size_rate_and_length_can_be_asked_for(tmp_path: Path) -> None:
    folder = Folder(tmp_path)

    said = folder.render(
        PAGES / "css.html",
        *("--size", "32x20", "--fps", "12.5", "--duration", 0.4, "--scale", 2),
    )

    assert said.code == 0, said
    assert folder.shown() == {frame: 2 * frame for frame in range(5)}
    with open_picture(folder.picture(0)) as opened:
        part = next(opened.parts())
    assert (part.width, part.height) == (64, 40)


@pytest.mark.parametrize("ending", [further("jpg"), "webp"])
def test_pictures_come_in_the_format_of_their_ending(tmp_path: Path, ending: str) -> None:
    folder = Folder(tmp_path)
    output = folder.out / f"f_####.{ending}"

    said = folder.terminal.run(
        "render", PAGES / "own.html", "--output", output, "--frames", "9"
    )

    assert said.code == 0, said
    (picture,) = folder.out.iterdir()
    assert all(abs(pixel[2] - 10) <= 2 for pixel in pixels_in(picture))


def test_what_a_page_leaves_empty_is_transparent_on_demand(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<p style='margin: 0; height: 10px; background: rgb(255 0 0)'>")
    folder = Folder(tmp_path)

    said = folder.render(page, "--frames", "0", "--size", "20x20", "--transparent")

    assert said.code == 0, said
    assert pixels_in(folder.picture(0)) == {(255, 0, 0, 255), (0, 0, 0, 0)}


@WITH_FFMPEG
@pytest.mark.parametrize(
    ("rate", "moved_by"),
    [
        ("30000/1001", "the page"),
        further("30", "the page"),
        further("25", "itself"),
        further("30", "itself"),
        further("30000/1001", "itself"),
        further("25", "the page"),
    ],
)
def test_a_video_in_a_page_shows_its_frame_of_the_moment(
    tmp_path: Path, moved_by: str, rate: str
) -> None:
    """Of its own rate, so that every moment lies between two of its pictures."""
    make_video(tmp_path / "video.mp4", rate=rate)
    itself = moved_by == "itself"
    script = (
        "video.currentTime = t; if (video.currentTime !== t) throw new Error(video.currentTime)"
    )
    hook = f"window.framecrew = {{ seek(t) {{ const video = document.querySelector('video'); {script} }} }}"
    page = tmp_path / "index.html"
    page.write_text(
        f'<meta name="framecrew" content="width=64, height=36, fps={rate}, duration=0.7">'
        f'<body style="margin: 0"><video src="video.mp4" muted {"autoplay" if itself else ""} '
        f'style="display: block"></video><script>{"" if itself else hook}</script>'
    )
    folder = Folder(tmp_path)

    said = folder.render(page, "--slots", 2, "--frames", f"0-{COUNT - 1}")

    assert said.code == 0, said
    for frame in range(COUNT):
        (grey, *_) = min(pixels_in(folder.picture(frame)))
        assert abs(grey - (20 + 8 * frame)) <= 2, frame


@WITH_FFMPEG
def test_a_film_shows_every_frame_once_in_broadcast_colours(tmp_path: Path) -> None:
    folder, film = Folder(tmp_path), tmp_path / "shot.mp4"

    said = folder.terminal.run(
        "render", PAGES / "own.html", "--fps", "29.97", "--output", film, "--slots", 2
    )

    assert said.code == 0, said
    facts = probe(film)
    assert facts["nb_frames"] == "24"
    assert facts["r_frame_rate"] == "30000/1001"
    assert facts["color_range"] == "tv"
    assert {facts[f"color_{name}"] for name in ("space", "transfer", "primaries")} == {"bt709"}


def probe(film: Path) -> dict[str, str]:
    """What ffprobe tells of a film's pictures."""
    asked = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_streams", str(film)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
