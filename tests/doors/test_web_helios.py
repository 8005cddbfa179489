"""Pages of Helios: its renderer puts their videos and sounds to each frame, whether the page plays them or not."""

from pathlib import Path

import numpy as np
import pytest
from cases import further
from doors.media import RATE, WITH_FFMPEG, heard_in, make_video, write_level
from doors.terminal import Terminal
from doors.web import WITH_BROWSER, Folder, pixels_in

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]

HELIOS = """<script>
  const signal = (value) => ({ value });
  window.helios = {
    width: signal(64), height: signal(36), fps: signal(25), duration: signal(0.8), currentFrame: signal(0),
    seek(frame) { this.currentFrame.value = frame; this.driver?.(frame / 25); } };
</script>"""


@pytest.mark.parametrize("is_driven", [further(False), True])
def test_a_video_of_the_page_shows_the_picture_of_its_time(
    tmp_path: Path, *, is_driven: bool
) -> None:
    make_video(tmp_path / "video.mp4")
    drive = """<script>window.helios.driver = (t) => {
      document.querySelector("video").currentTime = Math.max(0, t - 0.2 + 0.08); };</script>"""
    page = tmp_path / "index.html"
    page.write_text(
        '<!doctype html><body style="margin: 0"><video src="video.mp4" muted style="display: block"'
        f' data-helios-offset="0.2" data-helios-seek="0.08"></video>{HELIOS}{drive * is_driven}'
    )
    folder = Folder(tmp_path)

    said = folder.render(page, "--slots", 2)

    assert said.code == 0, said
    for frame in range(5, 20):
        grey = min(pixels_in(folder.picture(frame)))[0]
        assert abs(grey - (20 + 8 * (frame - 5 + 2))) <= 2, frame


def test_every_sound_of_the_page_is_heard_from_its_offset_and_fades(tmp_path: Path) -> None:
    for name, level in (("long", 2000), ("short", 500), ("fast", 300), ("never", 9000)):
        write_level(tmp_path / f"{name}.wav", level, {"short": 0.5, "fast": 0.4}.get(name, 3))
    page = tmp_path / "index.html"
    page.write_text(f"""<!doctype html><body>
      <audio src="long.wav" data-helios-fade-in="0.2"></audio>
      <audio src="short.wav" data-helios-offset="0.1" data-helios-seek="0.1" data-helios-fade-out="0.2"></audio>
      <audio src="fast.wav" playbackRate="2"></audio>
      <audio src="never.wav" muted></audio><audio src="never.wav" data-helios-no-audio></audio>{HELIOS}""")
    film = tmp_path / "film.mkv"

    said = Terminal(tmp_path).run("render", page, "--output", film, "--slots", 2)

    assert said.code == 0, said
    at = np.arange(round(0.8 * RATE)) / RATE
    wanted = 2000 * np.interp(at, [0, 0.2], [0, 1])
    wanted += 500 * np.interp(at, [0.1, 0.3, 0.5], [1, 1, 0]) * (at >= 0.1)
    found = heard_in(film).astype(float)
    # Where it is played faster, its borders are as sharp as ffmpeg makes them.
    clear = (np.abs(at - 0.2) > 0.05) & (at > 0.03)
    assert np.abs(found - wanted - 300 * (at < 0.2))[clear].max() <= 3
