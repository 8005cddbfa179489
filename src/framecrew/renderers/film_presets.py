"""Film presets: the ways to encode a film, by name or by the film's ending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

RGB, RGBA, RGB_16, RGBA_16 = "rgb24", "rgba", "rgb48le", "rgba64le"
"""What the pictures arrive as: straight alpha, 16 bits when any picture has more than 8."""

SIZE = "{size}"
"""Stands for `<width>x<height>` in the arguments; the session, which sees them, puts it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """One of ffmpeg's encoders and its arguments; builds differ in which they have."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A way to encode films, chosen by name or by the film's ending."""

    name: str
    title: str
    endings: tuple[str, ...]
    """Films it may be put into, the usual one first; lower case with the dot."""
    encoders: tuple[Encoder, ...]
    """In order of liking: the first that the installed ffmpeg has is taken."""
    pixel_formats: Mapping[str, str]
    """What the film stores, by what the pictures arrive as; alpha without a row is dropped."""
    audio: Mapping[str, tuple[str, ...]]
    """Audio arguments by ending."""
    bits: int
    bitrate: str
    """What to expect of its size, in words."""
    by_ending: Mapping[str, tuple[str, ...]]
    """Further arguments by ending."""
    alpha_arguments: tuple[str, ...] = ()
    """Further arguments when alpha is stored."""
    least: tuple[int, int] = (1, 1)
    """Width and height below which its encoders take no pictures."""
    palette: str = ""
    """How colours are taken from one palette of the whole film (`paletteuse`); empty: it has none."""

    @property
    def keeps_alpha(self) -> bool:
        return RGBA in self.pixel_formats

    @property
    def is_rgb(self) -> bool:
        """Pictures stay RGB; otherwise they are turned into luma and chroma."""
        return not self.pixel_formats[RGB].startswith("yuv")

    def has_sound(self, ending: str) -> bool:
        """Whether a film with this ending can hold sound."""
        return ending in self.audio

    @property
    def even(self) -> tuple[int, int]:
        """What width and height must be divisible by: chroma is stored for so many pixels."""
        stored = self.pixel_formats[RGB]
        return (2, 2) if "420" in stored else (2, 1) if "422" in stored else (1, 1)

    def takes(self, width: int, height: int) -> bool:
        """Whether pictures are large enough for it."""
        return width >= self.least[0] and height >= self.least[1]


AAC = ("-c:a", "aac", "-b:a", "320k")
PCM = ("-c:a", "pcm_s24le")
OPUS = ("-c:a", "libopus", "-b:a", "256k")
FLAC = ("-c:a", "flac")
FASTSTART = ("-movflags", "+faststart")
FOR_EVER = ("-loop", "0")

H264 = Preset(
    name="h264",
    title="H.264, encoded with more care: a little smaller and closer, for twice the work",
    endings=(".mp4", ".mov", ".mkv"),
    encoders=(Encoder(name="libx264", arguments=("-preset", "medium", "-crf", "18")),),
    pixel_formats={RGB: "yuv420p", RGB_16: "yuv420p"},
    audio={".mp4": AAC, ".mov": AAC, ".mkv": FLAC},
    bits=8,
    bitrate="small, visually lossless",
    by_ending={".mp4": FASTSTART, ".mov": FASTSTART},
)


def _faster(name: str, speed: str, title: str, *, bitrate: str = H264.bitrate) -> Preset:
    """The same by another of x264's own presets."""
    encoder = Encoder(name="libx264", arguments=("-preset", speed, "-crf", "18"))
    return replace(H264, name=name, title=title, encoders=(encoder,), bitrate=bitrate)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        H264,
        _faster("h264-fast", "veryfast", "H.264, plays everywhere"),
        _faster(
            "h264-fastest",
            "ultrafast",
            "H.264, encoded as quickly as can be: for a look at it",
            bitrate="about three times as large, visually lossless",
        ),
        Preset(
            name="h265",
            title="H.265, 10 bit: smaller, smooth gradients, newer players",
            endings=(".mp4", ".mov", ".mkv"),
            encoders=(
                Encoder(
                    name="libx265",
                    arguments=(
                        *("-preset", "medium", "-crf", "20"),
                        *("-x265-params", "log-level=error"),
                    ),
                ),
            ),
            pixel_formats={RGB: "yuv420p10le", RGB_16: "yuv420p10le"},
            audio={".mp4": AAC, ".mov": AAC, ".mkv": FLAC},
            bits=10,
            least=(16, 16),
            bitrate="smallest but AV1",
            # Apple's players take H.265 under this tag alone.
            by_ending={
                ".mp4": (*FASTSTART, "-tag:v", "hvc1"),
                ".mov": (*FASTSTART, "-tag:v", "hvc1"),
            },
        ),
        Preset(
            name="prores-hq",
            title="ProRes 422 HQ, for editing",
            endings=(".mov", ".mkv"),
            encoders=(
                Encoder(name="prores_ks", arguments=("-profile:v", "hq", "-vendor", "apl0")),
            ),
            pixel_formats={RGB: "yuv422p10le", RGB_16: "yuv422p10le"},
            audio={".mov": PCM, ".mkv": PCM},
            bits=10,
            bitrate="large: about 180 Mbit/s at 1080p24",
            by_ending={},
        ),
        Preset(
            name="prores-4444",
            title="ProRes 4444, for compositing, keeps alpha",
            endings=(".mov",),
            encoders=(
                Encoder(name="prores_ks", arguments=("-profile:v", "4444", "-vendor", "apl0")),
            ),
            pixel_formats={
                RGB: "yuv444p10le",
                RGB_16: "yuv444p10le",
                RGBA: "yuva444p10le",
                RGBA_16: "yuva444p10le",
            },
            alpha_arguments=("-alpha_bits", "16"),
            audio={".mov": PCM},
            bits=10,
            bitrate="large: about 270 Mbit/s at 1080p24",
            by_ending={},
        ),
        Preset(
            name="vp9",
            title="VP9, for the web, keeps alpha",
            endings=(".webm", ".mkv"),
            encoders=(
                Encoder(
                    name="libvpx-vp9",
                    arguments=(
                        *("-crf", "24", "-b:v", "0", "-row-mt", "1"),
                        *("-deadline", "good", "-cpu-used", "2"),
                    ),
                ),
            ),
            pixel_formats={
                RGB: "yuv420p",
                RGB_16: "yuv420p",
                RGBA: "yuva420p",
                RGBA_16: "yuva420p",
            },
            # Alpha is a second picture, which knows no hidden reference frames.
            alpha_arguments=("-auto-alt-ref", "0"),
            audio={".webm": OPUS, ".mkv": FLAC},
            bits=8,
            bitrate="small",
            by_ending={},
        ),
        Preset(
            name="av1",
            title="AV1, 10 bit: smallest, newest players",
            endings=(".mp4", ".webm", ".mkv"),
            encoders=(
                Encoder(name="libsvtav1", arguments=("-crf", "26", "-preset", "6")),
                Encoder(
                    name="libaom-av1",
                    arguments=(
                        *("-crf", "26", "-b:v", "0"),
                        *("-cpu-used", "6", "-row-mt", "1"),
                    ),
                ),
            ),
            pixel_formats={RGB: "yuv420p10le", RGB_16: "yuv420p10le"},
            audio={".mp4": AAC, ".webm": OPUS, ".mkv": FLAC},
            bits=10,
            # SVT-AV1's; what this film's ffmpeg has is not known before.
            least=(64, 64),
            bitrate="smallest",
            by_ending={".mp4": FASTSTART},
        ),
        Preset(
            name="dnxhr-hq",
            title="DNxHR HQ, for editing",
            endings=(".mov", ".mkv"),
            encoders=(Encoder(name="dnxhd", arguments=("-profile:v", "dnxhr_hq")),),
            pixel_formats={RGB: "yuv422p", RGB_16: "yuv422p"},
            audio={".mov": PCM, ".mkv": PCM},
            bits=8,
            least=(256, 120),
            bitrate="large: about 175 Mbit/s at 1080p24; pictures of at least 256x120",
            by_ending={},
        ),
        Preset(
            name="ffv1",
            title="FFV1, lossless RGB, for the archive, keeps alpha",
            endings=(".mkv",),
            encoders=(
                Encoder(
                    name="ffv1",
                    # Slices are fixed, so that the film does not depend on the number of cores.
                    arguments=("-level", "3", "-g", "1", "-slices", "16", "-slicecrc", "1"),
                ),
            ),
            pixel_formats={
                RGB: "bgr0",
                RGB_16: "gbrp16le",
                RGBA: "bgra",
                RGBA_16: "gbrap16le",
            },
            audio={".mkv": FLAC},
            bits=16,
            least=(4, 4),
            bitrate="very large: about half of raw pixels",
            by_ending={},
        ),
        Preset(
            name="gif",
            title="GIF, moves wherever a picture is shown; no sound, keeps full transparency",
            endings=(".gif",),
            encoders=(Encoder(name="gif", arguments=FOR_EVER),),
            pixel_formats={RGB: "pal8", RGB_16: "pal8", RGBA: "pal8", RGBA_16: "pal8"},
            # What stands still is not dithered anew in each frame.
            palette="dither=sierra2_4a:diff_mode=rectangle",
            audio={},
            bits=8,
            bitrate="large; 256 colours in all",
            by_ending={},
        ),
        Preset(
            name="webp",
            title="WebP animation: as GIF, with all colours; no sound, keeps alpha",
            endings=(".webp",),
            encoders=(Encoder(name="libwebp_anim", arguments=("-quality", "90", *FOR_EVER)),),
            pixel_formats={RGB: "bgra", RGB_16: "bgra", RGBA: "bgra", RGBA_16: "bgra"},
            audio={},
            bits=8,
            bitrate="medium, visually lossless but for colour at half the size",
            by_ending={},
        ),
        Preset(
            name="webp-lossless",
            title="WebP animation that keeps every pixel; no sound, keeps alpha",
            endings=(".webp",),
            encoders=(Encoder(name="libwebp_anim", arguments=("-lossless", "1", *FOR_EVER)),),
            pixel_formats={RGB: "bgra", RGB_16: "bgra", RGBA: "bgra", RGBA_16: "bgra"},
            audio={},
            bits=8,
            bitrate="large",
            by_ending={},
        ),
    )
}

DEFAULTS = {
    ".mp4": "h264-fast",
    ".mov": "prores-hq",
    ".webm": "vp9",
    ".mkv": "ffv1",
    ".gif": "gif",
    ".webp": "webp",
}
"""The preset that a film's ending asks for when none is named."""

TICKS = {".gif": 100, ".webp": 1000}
"""Films that tell how long each frame is shown: in how many parts of a second."""

FASTEST = {".gif": 50}
"""Frames a second; what is shown more shortly, players show for a tenth of a second."""


def video_arguments(
    preset: Preset,
    encoder: Encoder,
    pixel_format: str,
    *,
    filters: str = "",
    drawn: str = "",
) -> tuple[str, ...]:
    """What ffmpeg does with pictures: convert, encode, and say what they are.

    `pixel_format` is that of `Preset.pixel_formats` which stands for them. They come as RGB in
    full range, unless `filters` tell how others become what is stored; `drawn`: the filter
    that draws on them first, if any.
    """
    stored = preset.pixel_formats[pixel_format]
    filters = filters or _filters(preset, stored)
    return (
        *("-vf", f"{drawn},{filters}" if drawn else filters),
        *("-c:v", encoder.name, *encoder.arguments, "-pix_fmt", stored),
        *(preset.alpha_arguments if pixel_format in {RGBA, RGBA_16} else ()),
        *("-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-colorspace", "rgb" if preset.is_rgb else "bt709"),
        *("-color_range", "pc" if preset.is_rgb else "tv"),
    )


TAGS = "color_primaries=bt709:color_trc=bt709"
BROADCAST = f"setparams=range=limited:{TAGS}:colorspace=bt709"
"""Says that pictures are limited BT.709."""


def _filters(preset: Preset, stored: str) -> str:
    """State every step of the colour's way; what is not stated, versions guess differently."""
    if preset.is_rgb:
        return f"format={stored},setparams=range=full:{TAGS}:colorspace=gbr"
    return (
        "scale=in_range=full:out_range=limited:out_color_matrix=bt709"
        ":flags=bicubic+accurate_rnd+full_chroma_int"
        f",format={stored},{BROADCAST}"
    )


def preset_for(film: str, name: str = "") -> Preset | str:
    """The preset of a film, or a text that says why there is none and what to do."""
    ending = PurePath(film).suffix.lower()
    if ending not in DEFAULTS:
        found = ending or "no ending"
        return (
            f"wanted a film ending in {_or(DEFAULTS)}; found {found}. "
            f"Give the film one of these endings."
        )
    preset = PRESETS.get(name or DEFAULTS[ending])
    if preset is None:
        return f"wanted a film preset; found {name!r}. Choose one of {', '.join(PRESETS)}."
    if ending not in preset.endings:
        return (
            f"wanted {_or(preset.endings)} for the preset {preset.name}; found {ending}. "
            f"Change the film's ending, or leave the preset out for {DEFAULTS[ending]}."
        )
    return preset


def _or(words: Sequence[str] | Mapping[str, str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
