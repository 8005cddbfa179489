"""Videos and sounds that a page plays: on its clock they go on, stop, end and tell of it as in any browser."""

from pathlib import Path

import pytest
from cases import further
from doors.media import WITH_FFMPEG, make_video, write_level
from doors.web import COUNT, EXACT, WITH_BROWSER, Folder, greys, write_page
from servers import never_answering

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

HEAD = (
    '<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">'
)
SHOW = (
    "const show = (n) => { document.body.style.background = `rgb(0 0 ${Math.round(n) + 1})`; };"
)


def grey(picture: int) -> int:
    """Of the picture with this number in what `make_video` makes."""
    return 20 + 8 * picture


def check(folder: Folder, wanted: list[int]) -> None:
    """The pictures of its video that the frames show."""
    found = greys(folder)
    assert len(wanted) == COUNT
    for frame, picture in enumerate(wanted):
        assert abs(found[frame] - grey(picture)) <= 2, (frame, found)


def video(code: str, attributes: str = "autoplay") -> str:
    return f"""{HEAD}<body style="margin: 0">
      <video src="video.mp4" muted {attributes} style="display: block"></video>
      <script>const video = document.querySelector("video"); {code}</script>"""


PLAYED = {
    "one after the other": (
        video("""
          video.currentTime = 0.4;
          video.onended = () => { video.src = "video.mp4?again"; video.play(); };"""),
        [*range(10, 20), *range(10)],
    ),
    "from elsewhere, and as fast again": (
        video("""
          video.onloadedmetadata = () => { video.currentTime = 0.16; };
          setTimeout(() => { video.playbackRate = 2; }, 160);
          setTimeout(() => { video.currentTime = 0; }, 400);"""),
        [4, 5, 6, 7, *range(8, 20, 2), *range(0, 20, 2)],
    ),
    "stopped and gone on": (
        video("""
          setTimeout(() => video.pause(), 220);
          setTimeout(() => video.play(), 420);
          setTimeout(() => { video.pause(); video.currentTime = 0.04; }, 700);"""),
        # It stands at 0.22 s, and is 0.2 s late from then on.
        [*range(6), *[5] * 5, *range(6, 13), 1, 1],
    ),
    "once and again": (
        video(
            "video.currentTime = 0.4; video.onended = () => video.remove();", "autoplay loop"
        ),
        [*range(10, 20), *range(10)],
    ),
    "drawn, and nowhere in the page": (
        f"""{HEAD}<body style="margin: 0"><canvas width="64" height="36" style="display: block"></canvas><script>
          const brush = document.querySelector("canvas").getContext("2d"), video = document.createElement("video");
          video.muted = true;
          video.src = "video.mp4";
          video.oncanplay = () => video.play();
          (function draw() {{ brush.drawImage(video, 0, 0, 64, 36); requestAnimationFrame(draw); }})();
        </script>""",
        [*range(20)],
    ),
    "as late as it comes": (
        f"""{HEAD}<body style="margin: 0; background: #141414"><script>
          setTimeout(() => {{
            document.body.innerHTML = '<video src="video.mp4" muted autoplay style="display: block"></video>';
          }}, 200);</script>""",
        [*[0] * 5, *range(15)],
    ),
}


LIKE_OTHERS = {"once and again", "stopped and gone on", "from elsewhere, and as fast again"}


@pytest.mark.parametrize(
    "name", [further(one) if one in LIKE_OTHERS else one for one in PLAYED]
)
def test_what_plays_is_where_it_would_be(tmp_path: Path, name: str) -> None:
    text, wanted = PLAYED[name]
    scene = write_page(tmp_path, text)
    make_video(scene.parent / "video.mp4")
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    check(folder, wanted)


TOLD = """
  const told = [];
  const note = ({ type }) => {
    told.push(`${type} ${Math.round(video.currentTime * 25)} ${video.paused} ${video.ended}`);
  };
  for (const name of ["play", "playing", "pause", "seeking", "seeked", "ended"]) video.addEventListener(name, note);
  setTimeout(() => {
    console.error(told.join(", "));
    video.onseeked = () => console.error("again at", video.currentTime);
    video.currentTime = 0.2;
  }, 760);
  video.currentTime = 0.4;
  setTimeout(() => { told.length = 0; }, 1);
  setTimeout(() => video.pause(), 160);
  setTimeout(() => video.play(), 240);
"""


def test_a_page_is_told_what_a_browser_tells_and_nothing_of_how_it_is_rendered(
    tmp_path: Path,
) -> None:
    scene = write_page(tmp_path, video(TOLD))
    make_video(scene.parent / "video.mp4")
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 1)

    assert said.code == 0, said
    told = "pause 14 true false, play 14 false false, playing 14 false false, pause 20 true true, ended 20 true true"
    assert f"console: {told}\n" in said.out
    assert "console: again at 0.2" in said.out


@pytest.mark.thorough
def test_a_page_can_go_by_the_time_of_its_sound(tmp_path: Path) -> None:
    code = """
      const sound = new Audio("short.wav");
      let before = 0;
      sound.onended = () => { before = 10; next.play(); };
      const next = document.body.appendChild(new Audio("long.wav"));
      sound.play();
      requestAnimationFrame(function draw() {
        show(before ? before + next.currentTime * 25 : sound.currentTime * 25);
        requestAnimationFrame(draw);
      });"""
    scene = write_page(tmp_path, f"{HEAD}<body><script>{SHOW}{code}</script>")
    write_level(scene.parent / "short.wav", 100, 0.4)
    write_level(scene.parent / "long.wav", 100, 3)
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_words_go_by_what_a_video_tells_of_its_time(tmp_path: Path) -> None:
    code = (
        "video.ontimeupdate = () => show(video.currentTime * 25); video.style.display = 'none';"
    )
    scene = write_page(tmp_path, video(SHOW + code))
    make_video(scene.parent / "video.mp4")
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    assert folder.shown() == EXACT


def test_a_sound_that_never_comes_is_told_and_costs_no_frame(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with never_answering() as address:
        code = f"setTimeout(() => new Audio({address!r}).play(), 40); show(0);"
        scene = write_page(tmp_path, f"{HEAD}<body><script>{SHOW}{code}</script>")
        said = folder.render(scene, "--page-wait", 0.5, "--frames", "0-2", "--slots", 1)

    assert said.code == 0, said
    assert folder.shown() == dict.fromkeys(range(3), 0)
    assert f"the length of {address} was not ready" in said.out


@pytest.mark.thorough
def test_where_frames_are_asked_for_in_any_order_a_video_is_as_far_as_the_page(
    tmp_path: Path,
) -> None:
    code = """window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8, seek(t, frame) {
      if (document.querySelector("video")) return;
      document.body.innerHTML = '<video src="video.mp4" muted autoplay style="display: block"></video>'; } };"""
    scene = write_page(
        tmp_path, f'<!doctype html><body style="margin: 0"><script>{code}</script>'
    )
    # It is over before the page is.
    make_video(scene.parent / "video.mp4", rate="50")
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 1, "--order", "reverse", "--frame-order", "any")

    assert said.code == 0, said
    check(folder, [*range(0, 20, 2), *[19] * 10])


def test_a_recording_that_does_not_tell_its_length_is_shown_to_its_last_picture(
    tmp_path: Path,
) -> None:
    scene = write_page(tmp_path, video("").replace("video.mp4", "video.webm"))
    make_video(
        scene.parent / "video.webm", "-c:v", "libvpx", "-crf", "4", "-b:v", "2M", "-live", "1"
    )
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 1)

    assert said.code == 0, said
    check(folder, list(range(20)))
