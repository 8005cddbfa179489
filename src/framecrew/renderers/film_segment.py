"""How a session that renders pictures encodes a segment of a film of them.

A segment begins with a key frame and refers to nothing outside itself, and one thread encodes it:
so its bytes depend on its frames alone, and the segments of a film can be joined as they are.
"""

from collections.abc import Mapping

from framecrew.model.outputs import Segment
from framecrew.renderers.film_presets import (
    BROADCAST,
    PRESETS,
    RGB,
    RGBA,
    Encoder,
    Preset,
    video_arguments,
)

JPEG, PNG, PNG_ALPHA, PNG_ON_BLACK = "jpeg", "png", "png-alpha", "png-on-black"
"""What the pictures arrive as, one file behind the other; the last have alpha that the film does not keep."""

RGB0, YUV420P = "rgb0", "yuv420p"
"""The same without files, as bare pixels: four bytes each, the last of which says nothing; or
limited BT.709, plane behind plane, the chroma at half the size.
"""

INPUTS = {
    JPEG: ("-f", "image2pipe", "-c:v", "mjpeg"),
    PNG: ("-f", "image2pipe", "-c:v", "png"),
    PNG_ALPHA: ("-f", "image2pipe", "-c:v", "png"),
    PNG_ON_BLACK: ("-f", "image2pipe", "-c:v", "png"),
    RGB0: ("-f", "rawvideo", "-pixel_format", RGB0, "-video_size", "{size}"),
    YUV420P: ("-f", "rawvideo", "-pixel_format", YUV420P, "-video_size", "{size}"),
}

ON_BLACK = "format=gbrap,premultiply=inplace=1,format=gbrp"
"""ffmpeg would drop the alpha, and show what is half transparent as if it were not."""

ALONE = {
    "libx264": ("-threads", "1", "-x264-params", "open-gop=0:stitchable=1"),
    "libx265": (
        *("-threads", "1"),
        *("-x265-params", "log-level=error:open-gop=0:pools=none:frame-threads=1"),
    ),
    # What it makes does not depend on its threads, but several sessions would share the cores.
    "libsvtav1": ("-svtav1-params", "lp=1"),
    "libaom-av1": ("-threads", "1", "-row-mt", "0"),
    "libvpx-vp9": ("-threads", "1", "-row-mt", "0"),
    "prores_ks": ("-threads", "1"),
    "dnxhd": ("-threads", "1"),
    "ffv1": ("-threads", "1"),
}
"""By encoder: arguments behind those of its preset, which they take the place of."""

SEGMENT_PRESETS = tuple(
    preset.name
    for preset in PRESETS.values()
    if all(encoder.name in ALONE for encoder in preset.encoders)
)


def takes_jpeg(preset: Preset) -> bool:
    """Whether the film stores its chroma at half the size, as JPEG does."""
    return preset.even == (2, 2)


def segment_message(
    segment: Segment,
    ffmpeg: str,
    *,
    wants_alpha: bool,
    is_lossless: bool,
    is_draft: bool = False,
) -> Mapping[str, object]:
    """What a session needs to encode a segment: the first way whose encoder ffmpeg has counts.

    `raw` are the same for pictures that arrive as pixels, and how these are laid out; None where
    the film keeps their alpha. `{size}` stands for theirs. `draft` is how a segment is stored that
    arrives encoded; None where the film is not H.264.

    JPEG, with its chroma at half the size, is as good as PNG where the film stores no more; it
    is captured and decoded several times faster.
    """
    preset = PRESETS[segment.preset]
    plain = JPEG if takes_jpeg(preset) and not is_lossless else PNG
    if wants_alpha and plain == PNG:
        plain = PNG_ON_BLACK
    picture = PNG_ALPHA if wants_alpha and preset.keeps_alpha else plain
    return {
        "file": segment.name,
        "last": segment.frames.last,
        "ffmpeg": ffmpeg,
        "picture": picture,
        "ways": _ways(segment, preset, picture),
        "raw": None if picture == PNG_ALPHA else _raw(segment, preset),
        "draft": list(draft_arguments(segment)) if is_draft and _is_h264(preset) else None,
    }


def _ways(segment: Segment, preset: Preset, picture: str) -> list[list[str]]:
    return [
        list(segment_arguments(segment, preset, encoder, picture))
        for encoder in preset.encoders
    ]


def _raw(segment: Segment, preset: Preset) -> Mapping[str, object]:
    layout = YUV420P if preset.pixel_formats[RGB] == YUV420P else RGB0
    return {"layout": layout, "ways": _ways(segment, preset, layout)}


def _is_h264(preset: Preset) -> bool:
    return any(encoder.name == "libx264" for encoder in preset.encoders)


def draft_arguments(segment: Segment) -> tuple[str, ...]:
    """Behind the program's name: H.264 as it is, frame by frame, put at its times."""
    over, _, under = segment.fps.partition("/")
    time = f"N*{under or 1}/{over}/TB"
    return (
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-xerror", "-y"),
        *("-f", "h264", "-framerate", segment.fps, "-i", "pipe:0", "-map", "0:v:0"),
        *(
            "-c:v",
            "copy",
            "-bsf:v",
            f"setts=pts={time}:dts={time}:duration={under or 1}/{over}/TB",
        ),
        *("-fflags", "+bitexact"),
        segment.name,
    )


def segment_arguments(
    segment: Segment, preset: Preset, encoder: Encoder, picture: str
) -> tuple[str, ...]:
    """Behind the program's name."""
    return (
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-xerror", "-y"),
        # Several sessions share the cores: threads of each would only wait for each other.
        *("-filter_threads", "1", "-threads", "1"),
        *INPUTS[picture],
        *("-framerate", segment.fps, "-i", "pipe:0", "-map", "0:v:0"),
        *video_arguments(
            preset,
            encoder,
            RGBA if picture == PNG_ALPHA else RGB,
            filters=_filters(picture, preset.pixel_formats[RGB]),
            drawn=ON_BLACK if picture == PNG_ON_BLACK else "",
        ),
        *ALONE[encoder.name],
        # Without it, Matroska writes a random number into each file.
        *("-fflags", "+bitexact"),
        segment.name,
    )


def _filters(picture: str, stored: str) -> str:
    """How pictures become what is stored; empty: as RGB does."""
    if picture == YUV420P:
        return BROADCAST
    if picture == JPEG:
        # From one matrix to another: seven times as quick as over RGB, and as exact.
        return (
            "colorspace=iall=bt601-6-625:irange=pc:all=bt709:range=tv:fast=1"
            f":format={stored.removesuffix('le')},{BROADCAST}"
        )
    return ""
