"""Videos as scripts use them: left alone, listened to, or with a picture in their place."""

from pathlib import Path

import pytest
from doors.media import WITH_FFMPEG, ffmpeg, make_video
from doors.web import COUNT, WITH_BROWSER, Folder, greys, pixels_in, write_page

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

PAGE = """<!doctype html><style>body { margin: 0; background: red } video { display: block }</style><body><script>
  let video;
  const told = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }));
  window.framecrew = { width: 64, height: 36, fps: 25, duration: 0.8,
    ready() {
      document.body.innerHTML = '<video src="video.mp4" muted></video>';
      video = document.querySelector("video");
      return told("loadeddata");
    },
    async seek(t, frame) { SEEK } };
</script>"""
FIRST = 20
"""The grey of the first picture."""
RISING = {frame: pytest.approx(FIRST + 8 * frame, abs=1) for frame in range(COUNT)}
SLOTS = ("--slots", 4, "--chunk-size", 1)
"""So that each of four pages is captured for the first time in some frame."""


def make_scene(folder: Path, text: str) -> Path:
    scene = write_page(folder, text)
    make_video(scene.parent / "video.mp4")
    return scene


def assert_rising(folder: Path, text: str) -> None:
    """Every frame of the page shows the picture of its own time."""
    out = Folder(folder)

    said = out.render(make_scene(folder, text), *SLOTS)

    assert said.code == 0, said
    assert greys(out) == RISING


STILL = {
    "of a contract": PAGE.replace("SEEK", ""),
    "of a plain page": """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
      <body style="margin: 0; background: red"><video src="video.mp4" muted style="display: block"></video>""",
}


@pytest.mark.parametrize("kind", STILL)
def test_a_video_that_nobody_plays_shows_its_first_picture_from_the_first_frame_of_a_page_on(
    tmp_path: Path, kind: str
) -> None:
    folder = Folder(tmp_path)

    said = folder.render(make_scene(tmp_path, STILL[kind]), *SLOTS)

    assert said.code == 0, said
    assert greys(folder) == dict.fromkeys(range(COUNT), pytest.approx(FIRST, abs=1))


def test_a_video_that_nobody_plays_shows_the_poster_it_has(tmp_path: Path) -> None:
    scene = make_scene(
        tmp_path, STILL["of a plain page"].replace(" muted", ' poster="blue.png"')
    )
    blue = ffmpeg("-f", "lavfi", "-i", "color=blue:64x36", "-frames:v", "1", "-f", "apng")
    (scene.parent / "blue.png").write_bytes(blue)
    folder = Folder(tmp_path)

    said = folder.render(scene, "--frames", "0-3", "--slots", 2)

    assert said.code == 0, said
    for frame in range(4):
        (shown,) = pixels_in(folder.picture(frame))
        assert shown[:3] == pytest.approx((0, 0, 255), abs=2), frame


OTHERS = """
  if (frame % 2) video.src = `video.mp4?${frame}`;
  video.currentTime = t;
"""


def test_a_video_of_another_source_is_not_seen_with_the_pictures_of_the_one_before(
    tmp_path: Path,
) -> None:
    assert_rising(tmp_path, PAGE.replace("SEEK", OTHERS))


TWICE = """<!doctype html><meta name="framecrew" content="width=64, height=36, fps=25, duration=0.8">
  <body style="margin: 0; background: red"><video src="video.mp4" muted style="display: block"></video><script>
    const video = document.querySelector("video");
    setInterval(() => { video.currentTime = 0.7; }, 40);
    requestAnimationFrame(function go(t) {
      video.currentTime = t / 1000;
      requestAnimationFrame(go);
    });
  </script>"""


def test_a_video_that_is_put_to_two_times_within_a_frame_shows_the_latter(
    tmp_path: Path,
) -> None:
    assert_rising(tmp_path, TWICE)


LISTENS = """
  if (video.currentTime === t) return;
  video.currentTime = t + 0.02;
  const drawn = new Promise((done) => video.requestVideoFrameCallback((_, picture) => done(picture)));
  const [, picture] = await Promise.all([told("seeked"), drawn]);
  if (Math.abs(picture.mediaTime - t) > 0.001) throw new Error(`told of ${picture.mediaTime}, not of ${t}`);
"""


def test_a_script_is_told_of_the_picture_it_asked_for_though_it_begins_to_listen_late(
    tmp_path: Path,
) -> None:
    assert_rising(tmp_path, PAGE.replace("SEEK", LISTENS))
