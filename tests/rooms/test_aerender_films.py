"""The stand-in aerender writes films that tell their frames, with sound and alpha."""

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from after_effects import AfterEffects, run
from cases import further

from framecrew.testing import (
    comp_samples,
    read_film_frame_numbers,
    read_film_samples,
)
from framecrew.testing.aerender.project import MODULES, Module, ending_of


@pytest.fixture
def effects(tmp_path: Path) -> AfterEffects:
    return AfterEffects(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", [module for module in MODULES.values() if module.is_film], ids=lambda m: m.name
)
def test_a_film_of_every_codec_shows_its_frames_and_sounds_as_the_comp(
    effects: AfterEffects, module: Module
) -> None:
    film = effects.output / f"f{ending_of(module)}"
    comp: dict[str, Any] = {"width": 256, "height": 144, "fps": "30000/1001", "audio": True}

    done = effects.render(
        "-OMtemplate", module.name, "-s", "3", "-e", "9", output=film.name, **comp
    )

    assert done.returncode == 0, done.stdout
    assert read_film_frame_numbers(film) == [3, 4, 5, 6, 7, 8, 9]
    sound = read_film_samples(film)
    expected = comp_samples(3, 9, Fraction(30000, 1001), start=1)
    if module.audio == "pcm":
        assert sound == expected
    else:
        assert len(sound) >= len(expected)


@pytest.mark.parametrize("name", ["ProRes 4444", "FFV1 with Alpha"])
def test_a_film_keeps_its_alpha(effects: AfterEffects, name: str) -> None:
    film = effects.output / f"f{ending_of(MODULES[name])}"
    effects.render("-OMtemplate", name, "-e", "1", output=film.name)

    plane = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-i", str(film), "-vf", "alphaextract,format=gray"),
            *("-f", "rawvideo", "-"),
        ],
        capture_output=True,
        check=True,
    ).stdout

    assert set(plane) <= {127, 128, 129}


def test_a_film_holds_frames_too(effects: AfterEffects) -> None:
    effects.render("-i", "2", "-e", "5", output="f.mov")

    assert read_film_frame_numbers(effects.output / "f.mov") == [1, 1, 3, 3, 5]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "H.264 Exact",
        "ProRes 422",
        *map(further, ("HEVC Exact", "VP9 Exact", "ProRes 4444", "DNxHR", "FFV1")),
    ],
)
def test_decoded_frames_are_the_same_wherever_a_film_is_cut(
    effects: AfterEffects, name: str
) -> None:
    def decoded(first: int, last: int) -> list[str]:
        film = effects.output / f"{first}{ending_of(MODULES[name])}"
        words = ("-OMtemplate", name, "-s", str(first), "-e", str(last))
        effects.render(*words, output=film.name, width=256, height=144, last=12)
        return run(
            [
                *("ffmpeg", "-v", "error", "-i", str(film), "-map", "0:v"),
                *("-f", "framemd5", "-"),
            ]
        ).stdout.splitlines()

    def digests(lines: list[str]) -> list[str]:
        return [line.split(",")[-1] for line in lines if not line.startswith("#")]

    whole = digests(decoded(1, 12))

    assert len(set(whole)) == 12
    assert digests(decoded(1, 5)) + digests(decoded(6, 12)) == whole
