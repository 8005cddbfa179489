"""Videos and sounds in pages of Hyperframes: their speeds and levels change, by its own words or by a timeline."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from doors.media import RATE, WITH_FFMPEG, heard_in, make_video, write_level
from doors.terminal import Terminal
from doors.web import WITH_BROWSER, Folder, pixels_in, write_page

pytestmark = [*WITH_BROWSER, WITH_FFMPEG]


def composition(content: str, seconds: float = 1.2) -> str:
    return (
        '<!doctype html><body style="margin: 0"><div data-composition-id="main" data-width="64" data-height="36"'
        f' data-fps="25" data-duration="{seconds}">{content}</div>'
    )


def lane(target: str, *points: dict[str, float]) -> str:
    """The attribute as it is written."""
    told = {"version": 1, "lanes": [{"target": target, "points": points}]}
    return f"data-automation='{json.dumps(told)}'"


@pytest.mark.thorough
def test_a_video_follows_the_lane_of_its_speed_and_loops_from_where_it_was_trimmed(
    tmp_path: Path,
) -> None:
    # From half speed to double speed, evenly in its logarithm, and so on until it has to begin again.
    speed = lane("rate", {"t": 0, "v": 0.5}, {"t": 0.4, "v": 2})
    scene = write_page(
        tmp_path,
        composition(
            f'<video src="video.mp4" muted loop style="display: block" data-start="0.08" data-duration="1.12"'
            f' data-media-start="0.16" {speed}></video>'
        ),
    )
    make_video(scene.parent / "video.mp4")
    folder = Folder(tmp_path)

    said = folder.render(scene, "--slots", 2)

    assert said.code == 0, said
    length = 0.8 - 0.16
    for frame in range(2, 30):
        t = (frame - 2) / 25
        # The integral of 0.5 * 4 ** (t / 0.4) up to its end, and of 2 behind it.
        played = 0.5 * 0.4 / math.log(4) * (4 ** (min(t, 0.4) / 0.4) - 1) + 2 * max(0, t - 0.4)
        at = (0.16 + played % length) * 25
        if abs(at - round(at)) < 0.03:
            continue  # either of two pictures
        grey = min(pixels_in(folder.picture(frame)))[0]
        assert abs(grey - (20 + 8 * math.floor(at))) <= 2, frame


def test_sounds_fade_and_follow_lanes_of_their_level_and_what_is_not_followed_is_told(
    tmp_path: Path,
) -> None:
    ducked = lane("volume", {"t": 0, "v": 1}, {"t": 0.3, "v": 1}, {"t": 0.5, "v": 0.25})
    bent = lane("volume", {"t": 0, "v": 0, "curve": 0.5}, {"t": 1, "v": 1})
    scene = write_page(
        tmp_path,
        composition(
            f"""<audio src="one.wav" data-start="0.1" data-duration="0.8" data-volume="0.5"
              data-fade-in="0.2" data-fade-out="0.4"></audio>
            <audio src="two.wav" data-start="0" {ducked}></audio>
            <audio src="three.wav" data-start="0.2" data-volume="2"></audio>
            <audio src="four.wav" data-start="0" data-volume="0.1" data-playback-rate="2" {bent}></audio>
            <audio id="five" src="five.wav" data-start="0" data-fx-chain="[]" data-hidden
              {lane("rate", {"t": 0, "v": 0.5}, {"t": 1, "v": 2})}></audio>"""
        ),
    )
    levels = {"one": 4000, "two": 1000, "three": 300, "four": 200, "five": 9000}
    for name, level in levels.items():
        write_level(scene.parent / f"{name}.wav", level, 0.6 if name == "three" else 4)
    film = tmp_path / "film.mkv"

    said = Terminal(tmp_path).run("render", scene, "--output", film, "--slots", 2)

    assert said.code == 0, said
    assert "data-fx-chain is not followed: the sound of five" in said.out + said.err
    assert "the sound of five has one speed" in said.out + said.err
    at = np.arange(round(1.2 * RATE)) / RATE
    wanted = 2000 * np.interp(at, [0.1, 0.3, 0.5, 0.9], [0, 1, 1, 0])
    wanted += 1000 * np.interp(at, [0, 0.3, 0.5], [1, 1, 0.25])
    wanted += 600 * ((at >= 0.2) & (at < 0.8))
    wanted += 200 * np.minimum(at, 1) ** 2
    clear = at > 0.05  # as sharp as ffmpeg begins what is played faster
    assert np.abs(heard_in(film).astype(float) - wanted)[clear].max() <= 4


TIMELINE = """<script>
  // As much of a timeline of GSAP as is asked here: it moves the volume of one sound, and calls something on its way.
  const sound = document.querySelector("audio");
  window.__timelines.main = { at: 0, heard: 0, pause() {}, duration: () => 1.2,
    getChildren: () => [{ targets: () => [sound], vars: { volume: 0, onStart() {} } }],
    totalTime(t, isSilent) {
      if (t === undefined) return this.at;
      if (!isSilent) this.heard++;
      if (isSilent && this.heard) throw new Error("measured after it was called");
      this.at = t;
      sound.volume = t < 0.5 ? 1.5 : Math.max(0, 1.5 - 3 * (t - 0.5));
    } };
</script>"""


@pytest.mark.thorough
def test_a_volume_that_a_timeline_moves_is_heard(tmp_path: Path) -> None:
    scene = write_page(
        tmp_path, composition('<audio src="level.wav" data-start="0.2"></audio>') + TIMELINE
    )
    write_level(scene.parent / "level.wav", 2000, 3)
    film = tmp_path / "film.mkv"

    said = Terminal(tmp_path).run("render", scene, "--output", film)

    assert said.code == 0, said
    at = np.arange(round(1.2 * RATE)) / RATE
    wanted = 3000 * np.interp(at, [0.5, 1], [1, 0]) * (at >= 0.2)
    assert np.abs(heard_in(film).astype(float) - wanted).max() <= 60
