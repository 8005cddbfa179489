"""Films of few colours: one palette is made of the whole film, then all of it is painted with it.

Two runs of ffmpeg, each fed with every picture: within one, the pictures would all wait in memory
for the palette, which is known only behind the last of them.
"""

from fractions import Fraction

from framecrew.renderers.film_presets import TICKS, Encoder, Preset

PALETTE = ".film.palette.png"
"""Where the first run leaves it, for the second one."""


def palette_arguments(*, has_alpha: bool, drawn: str) -> tuple[str, ...]:
    """The first run, behind its pictures; `drawn` is the filter that draws on them, if any."""
    filters = (drawn, f"palettegen=reserve_transparent={int(has_alpha)}")
    return (
        *("-map", "0:v:0", "-vf", ",".join(filter(None, filters))),
        *("-frames:v", "1", "-update", "1", PALETTE),
    )


def paint_arguments(
    preset: Preset, encoder: Encoder, *, count: int, fps: str, drawn: str
) -> tuple[str, ...]:
    """The second run, behind its pictures and the palette."""
    pictures = f"[0:v]{drawn}[drawn];[drawn]" if drawn else "[0:v]"
    return (
        *("-filter_complex", f"{pictures}[1:v]paletteuse={preset.palette}"),
        *("-c:v", encoder.name, *encoder.arguments),
        *("-final_delay", str(_last_delay(count, fps, TICKS[".gif"]))),
    )


def _last_delay(count: int, fps: str, ticks: int) -> int:
    """How long the last frame is shown, so that the film ends when it has to."""
    begin, end = (round(place * ticks / Fraction(fps)) for place in (count - 1, count))
    return end - begin
