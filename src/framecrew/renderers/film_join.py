"""Joining segments: what `framecrew/sessions/join_session.py` is told about a film.

The session sees the segments and decides; here stand the tables it decides by: how each kind
of film file stores sound, and how each codec is encoded where segments must be encoded again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import PurePath

from framecrew.frames.sets import FrameSet
from framecrew.model.requests import JoinRequest
from framecrew.renderers.film_presets import (
    AAC,
    FASTSTART,
    FLAC,
    OPUS,
    PCM,
    PRESETS,
)
from framecrew.renderers.film_subtitles import CODECS, SUBTITLES

# ── sound ─────────────────────────────────────────────────────────────────────────────────────

PCM_LE = ("pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le")
PCM_BE = ("pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be")
TURNED = dict(zip(PCM_BE, PCM_LE, strict=True))
"""The same samples with their bytes in the other order."""

EDITED = ("prores", "dnxhd", "mjpeg", "png", "qtrle", "rawvideo", "cfhd", "jpeg2000", "v210")
"""Codecs of films that are cut and graded further on; such a film's sound is stored whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A kind of film file, and how sound is put into it."""

    usual: tuple[str, ...]
    """ffmpeg's arguments where the sound does not stay what it is."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Sound that stays as it is: codec of the segments → codec of the film, without loss."""
    edited: tuple[str, ...] = ()
    """As `usual`, for pictures of the codecs `EDITED`; empty where there is no difference."""
    arguments: tuple[str, ...] = ()


ISO = (*FASTSTART, "-write_tmcd", "0")

CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container(usual=AAC, kept={"alac": "alac"}, arguments=ISO),
    ".m4v": Container(usual=AAC, kept={"alac": "alac"}, arguments=ISO),
    ".mov": Container(
        usual=AAC,
        kept={name: name for name in (*PCM_LE, *PCM_BE, "pcm_u8", "alac")},
        edited=PCM,
        arguments=ISO,
    ),
    ".mkv": Container(
        usual=FLAC, kept={name: name for name in (*PCM_LE, "pcm_u8", "flac", "alac")} | TURNED
    ),
    ".webm": Container(usual=OPUS),
    ".avi": Container(
        usual=("-c:a", "pcm_s16le"), kept={name: name for name in (*PCM_LE, "pcm_u8")} | TURNED
    ),
    # The format has no other rate.
    ".mxf": Container(
        usual=(*PCM, "-ar", "48000"), kept={name: name for name in ("pcm_s16le", "pcm_s24le")}
    ),
}
"""Films that can be joined, by ending."""

# ── encoding again ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One encoder that makes more of what segments hold."""

    encoder: str
    arguments: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    """ffmpeg's words for the profiles it makes; empty: it needs no telling."""
    pixel_formats: Mapping[str, str] = field(default_factory=dict)
    """What the encoder is given, where it is not what decoders show."""
    alpha_arguments: tuple[str, ...] = ()


def _as_preset(name: str) -> tuple[Way, ...]:
    preset = PRESETS[name]
    return tuple(
        Way(
            encoder=encoder.name,
            arguments=encoder.arguments,
            alpha_arguments=preset.alpha_arguments,
        )
        for encoder in preset.encoders
    )


def _prores(shown: str, told: str) -> Way:
    return Way(
        encoder="prores_ks",
        arguments=("-profile:v", told, "-vendor", "apl0"),
        profiles=(shown,),
        # Decoders show twelve bits of what the encoder takes ten of.
        pixel_formats={"yuv444p12le": "yuv444p10le", "yuva444p12le": "yuva444p10le"},
        alpha_arguments=PRESETS["prores-4444"].alpha_arguments,
    )


def _dnxhr(profile: str) -> Way:
    told = f"dnxhr_{profile.lower()}"
    return Way(encoder="dnxhd", arguments=("-profile:v", told), profiles=(f"DNXHR {profile}",))


LOSSLESS = ("png", "qtrle", "rawvideo", "huffyuv", "ffvhuff", "utvideo", "magicyuv")

FAMILIES: Mapping[str, tuple[Way, ...]] = {
    "h264": _as_preset("h264"),
    "hevc": _as_preset("h265"),
    "vp9": _as_preset("vp9"),
    "av1": _as_preset("av1"),
    "ffv1": _as_preset("ffv1"),
    "prores": (
        _prores("Proxy", "proxy"),
        _prores("LT", "lt"),
        _prores("Standard", "standard"),
        _prores("HQ", "hq"),
        _prores("4444", "4444"),
        _prores("XQ", "4444xq"),
    ),
    "dnxhd": tuple(_dnxhr(profile) for profile in ("LB", "SQ", "HQ", "HQX", "444")),
    "mjpeg": (Way(encoder="mjpeg", arguments=("-q:v", "2")),),
    **{name: (Way(encoder=name),) for name in LOSSLESS},
}
"""How each codec is encoded again, by the name that ffmpeg gives it."""

# ── what the session is told ──────────────────────────────────────────────────────────────────


def join_mark(request: JoinRequest, frames: FrameSet) -> str:
    """Written into the film, so that it can be told from a film of other frames or wishes.

    Segments of another content, of a changed scene say, lie in a folder of another name.
    """
    folder = PurePath(request.segments[0].path).parent.name if request.segments else ""
    run = request.sound_run.command.arguments if request.sound_run else ()
    sounds = (request.audio, request.sound, *map(str, request.tracks), *run)
    titles = (request.subtitles,) if request.subtitles else ()
    made_of = (folder, str(frames), request.film, request.fps, *sounds, *titles)
    text = "\n".join(map(str, made_of))
    return f"framecrew {blake2b(text.encode(), digest_size=8).hexdigest()}"


def join_message(request: JoinRequest, frames: FrameSet, made: str) -> Mapping[str, object]:
    """What `join_session.py` reads, but for where ffmpeg is; `made` is the film's final name."""
    ending = PurePath(request.film).suffix.lower()
    container = CONTAINERS.get(ending)
    if container is None:
        raise TypeError(
            f"wanted a film ending in {', '.join(CONTAINERS)}; found {request.film}. "
            f"Give the film one of these endings."
        )
    run = request.sound_run
    return {
        "segments": [
            {
                "path": segment.path,
                "frames": str(segment.frames),
                "count": len(segment.frames),
                "proof": segment.proof_path,
                # Encoded by a preset of ours, it refers to nothing outside itself.
                "is_closed": bool(segment.preset),
                "begins": segment.frames.first - run.first if run else 0,
            }
            for segment in request.segments
        ],
        "fps": request.fps,
        "audio": request.audio,
        "tracks": [asdict(track) for track in request.tracks],
        "sound": request.sound,
        "subtitles": SUBTITLES if request.subtitles else "",
        "subtitle_codec": CODECS.get(ending, ""),
        "sound_run": {
            "arguments": run.command.arguments,
            "without": run.command.without,
            "file": run.file,
            "advice": run.advice,
        }
        if run
        else None,
        "allow_reencode": request.allow_reencode,
        "made": made,
        "part": f".film.part{ending}",
        "again": f".film.again.part{ending}",
        "mix": ".film.sound.wav",
        "list": ".film.part.ffconcat",
        "mark": join_mark(request, frames),
        "container": container.arguments,
        "sounds": {
            "usual": {"": container.usual}
            | {codec: container.edited for codec in EDITED if container.edited},
            "kept": dict(container.kept),
        },
        "families": {codec: [asdict(way) for way in ways] for codec, ways in FAMILIES.items()},
    }
