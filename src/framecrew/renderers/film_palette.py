"""Films of few colours: one palette is made of the whole film, then all of it is painted with it.

Two runs of ffmpeg, each fed with every picture: within one, the pictures would all wait in memory
for the palette, which is known only behind the last of them.
"""

from fractions import Fraction

from framecrew.renderers.film_presets import TICKS, Encoder, Preset

PALETTE = ".film.palette.png"
"""Where the first run leaves it, for the second one."""


def palette_arguments(*, has_alpha: bool) -> tuple[str, ...]:
    """The first run, behind its pictures."""
    return (
        *("-map", "0:v:0", "-vf", f"palettegen=reserve_transparent={int(has_alpha)}"),
        *("-frames:v", "1", "-update", "1", PALETTE),
    )


def paint_arguments(
    preset: Preset, encoder: Encoder, *, count: int, fps: str
) -> tuple[str, ...]:
    """The second run, behind its pictures and the palette."""
    return (
        *("-filter_complex", f"[0:v][1:v]paletteuse={preset.palette}"),
        *("-c:v", encoder.name, *encoder.arguments),
        *("-final_delay", str(_last_delay(count, fps, TICKS[".gif"]))),
    )


def _last_delay(count: int, fps: str, ticks: int) -> int:
    """How long the last frame is shown, so that the film ends when it has to."""
    begin, end = (round(place * ticks / Fraction(fps)) for place in (count - 1, count))
    return end - begin
