"""Pictures that move by themselves follow the clock of the page, in whatever order its frames are rendered."""

from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, make_video
from doors.web import WITH_BROWSER, Folder, pixels_in, write_page

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

STEP = 8
OWN_COLOURS = ("-vf", "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none")
KINDS = {
    ".gif": (*OWN_COLOURS, "-loop", "0"),
    ".webp": ("-c:v", "libwebp_anim", "-lossless", "1", "-loop", "0"),
    ".png": ("-f", "apng", "-plays", "0"),
}
"""What makes ffmpeg write pictures that begin again and again."""


def grey(picture: Path) -> int:
    (pixel,) = pixels_in(picture)
    return pixel[0]


def composition(body: str, seconds: float, code: str = "") -> str:
    return f"""<!doctype html><body style="margin: 0">{body}<script>
      window.framecrew = {{ width: 64, height: 36, fps: 25, duration: {seconds}, seek(t, frame) {{ {code} }} }};
    </script>"""


@pytest.mark.parametrize("ending", [".gif", further(".webp"), further(".png")])
def test_each_frame_shows_the_picture_of_its_moment(tmp_path: Path, ending: str) -> None:
    folder = Folder(tmp_path)
    scene = write_page(
        tmp_path, composition(f'<img src="moving{ending}" style="display: block">', 1.4)
    )
    make_video(scene.parent / f"moving{ending}", *KINDS[ending], step=STEP)

    said = folder.render(scene, "--slots", 2, "--order", "reverse")

    assert said.code == 0, said
    found = [grey(folder.picture(frame)) for frame in range(35)]
    assert found == [20 + STEP * (frame % 20) for frame in range(35)]
    assert "moves by itself" not in said.out


def test_one_that_plays_once_ends_and_one_that_comes_late_begins_when_it_comes(
    tmp_path: Path,
) -> None:
    folder = Folder(tmp_path)
    scene = write_page(
        tmp_path,
        """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=1.2">
        <body style="margin: 0"><script>
          setTimeout(() => document.body.insertAdjacentHTML("beforeend", '<img src="once.gif">'), 200);
        </script>""",
    )
    make_video(scene.parent / "once.gif", *OWN_COLOURS, "-loop", "-1", step=STEP)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    found = [grey(folder.picture(frame)) for frame in range(5, 30)]
    assert found == [20 + STEP * min(frame, 19) for frame in range(25)]


@pytest.mark.thorough
def test_in_a_style_it_is_told(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    behind = '<div style="width: 64px; height: 36px; background: url(moving.gif)"></div>'
    scene = write_page(tmp_path, composition(behind, 0.2))
    make_video(scene.parent / "moving.gif", *KINDS[".gif"], step=STEP)
    said = folder.render(scene, "--slots", 1)
    assert said.code == 0, said
    assert "the picture moving.gif moves by itself" in said.out


def test_in_a_frame_that_is_written_in_the_page_it_moves_as_well(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    inside = '<body style="margin: 0"><img style="display: block" src="moving.gif">'
    framed = f"<iframe style='border: 0; width: 64px; height: 36px' srcdoc='{inside}'></iframe>"
    scene = write_page(tmp_path, composition(framed, 0.8))
    make_video(scene.parent / "moving.gif", *KINDS[".gif"], step=STEP)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    assert "moves by itself" not in said.out + said.err
    found = [grey(folder.picture(frame)) for frame in range(20)]
    assert found == [20 + STEP * frame for frame in range(20)]
