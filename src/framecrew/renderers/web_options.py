"""What can be asked of the browser, and of its page."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from annotated_types import Ge, Gt, Le

from framecrew.model.errors import Mistake
from framecrew.model.options import Help, plain_values
from framecrew.model.requests import RenderRequest


class PageContract(StrEnum):
    """How a page is brought to a frame; `docs/web.md` tells what each asks of it."""

    AUTO = "auto"
    FRAMECREW = "framecrew"
    HELIOS = "helios"
    HYPERFRAMES = "hyperframes"
    REMOTION = "remotion"
    PLAIN = "plain"


class Capture(StrEnum):
    """How a picture is taken from the browser."""

    AUTO = "auto"
    BEGIN_FRAME = "begin-frame"
    SCREENSHOT = "screenshot"


class Graphics(StrEnum):
    """What WebGL is computed on."""

    AUTO = "auto"
    NONE = "none"
    SOFTWARE = "software"
    GPU = "gpu"


class FrameOrder(StrEnum):
    """Whether a frame can be rendered without those before it."""

    AUTO = "auto"
    ANY = "any"
    REPLAY = "replay"


class Sandbox(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Network(StrEnum):
    """What a page may reach besides its own folder, or its own host."""

    ALL = "all"
    NONE = "none"


class PageErrors(StrEnum):
    FAIL = "fail"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """What the browser is told besides page, frames and output."""

    size: Annotated[
        str, Help("Size such as 1920x1080; as the page tells, else 1920x1080.", "WxH")
    ] = ""
    fps: Annotated[
        str, Help("Frame rate, e.g. 25 or 30000/1001; as the page tells, else 30.", "RATE")
    ] = ""
    duration: Annotated[
        float | None, Gt(0), Help("Seconds the page lasts; as the page tells by default.")
    ] = None
    scale: Annotated[
        float, Gt(0), Le(8), Help("Pixels of a picture for one pixel of the page.")
    ] = 1.0
    composition: Annotated[
        str, Help("Composition of a bundle that holds several; its first when empty.", "NAME")
    ] = ""
    props: Annotated[str, Help("What is handed to the page, as JSON.", "JSON")] = ""
    props_file: Annotated[str, Help("The same from a file.", "FILE")] = ""
    root: Annotated[
        str, Help("Folder that is served to the page; the page's own when empty.", "FOLDER")
    ] = ""
    contract: Annotated[
        PageContract, Help("How the page is brought to a frame; found by itself by default.")
    ] = PageContract.AUTO
    frame_order: Annotated[
        FrameOrder,
        Help("Whether frames may be rendered in any order, or each after all before it."),
    ] = FrameOrder.AUTO
    capture: Annotated[
        Capture, Help("How a picture is taken; the fastest that works by default.")
    ] = Capture.AUTO
    graphics: Annotated[
        Graphics, Help("What WebGL is computed on; software, for pages that use it.")
    ] = Graphics.AUTO
    quality: Annotated[
        str,
        Help(
            "Of JPEG and WebP pictures, and of those a film is encoded from, 1 to 100; 100 loses nothing "
            "there. draft: a page that is one canvas encodes H.264 films itself.",
            "QUALITY",
        ),
    ] = "95"
    transparent: Annotated[
        bool,
        Help(
            "Keep what the page leaves empty transparent, in PNG, WebP, GIF, and films that hold alpha: "
            "VP9, ProRes 4444, FFV1; elsewhere it lies over black."
        ),
    ] = False
    seed: Annotated[int, Help("Of everything that is left to chance in the page.")] = 1
    date: Annotated[str, Help("What time it is in the page at its start, in UTC.", "TIME")] = (
        "2025-01-01T00:00:00"
    )
    page_wait: Annotated[
        float, Gt(0), Help("Seconds to wait for each thing that a frame needs.")
    ] = 30.0
    page_errors: Annotated[
        PageErrors, Help("Whether an exception in the page fails its frame.")
    ] = PageErrors.FAIL
    network: Annotated[
        Network, Help("Whether the page may reach other hosts than its own.")
    ] = Network.ALL
    sandbox: Annotated[
        Sandbox, Help("The browser's own; off by itself only for root, who cannot have it.")
    ] = Sandbox.AUTO
    growth: Annotated[
        int, Ge(64), Help("Megabytes that a browser may grow before it is replaced.")
    ] = 1024
    browser_arguments: Annotated[
        tuple[str, ...], Help("Further arguments of the browser.", "ARGUMENT")
    ] = ()


LOSSLESS = "100"
"""The quality from which a film's pictures are captured as PNG."""

DRAFT = "draft"
DRAFT_QUALITY = 80
"""Of pictures that are captured although a draft was asked for."""

SIZE = re.compile(r"[1-9]\d{0,4}x[1-9]\d{0,4}", re.IGNORECASE)


def resolved_options(request: RenderRequest) -> dict[str, object]:
    """All options as plain JSON values, the defaults filled in."""
    values = plain_values(WebOptions, request.options)
    values["order"] = values.pop("frame_order")
    values["is_draft"] = values["quality"] == DRAFT
    values["quality"] = DRAFT_QUALITY if values["is_draft"] else int(str(values["quality"]))
    values["growth_bytes"] = int(str(values.pop("growth"))) * 1_000_000
    values["date_ms"] = _milliseconds(str(values.pop("date"))) or 0
    return values


def _milliseconds(text: str) -> int | None:
    """Since 1970, in UTC; None for what is no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def mistakes(options: Mapping[str, object]) -> Sequence[Mistake]:
    return [
        Mistake(place=f"options.{place}", wanted=wanted, found=found, advice=advice)
        for place, is_right, wanted, found, advice in _judged(
            {
                name: str(options.get(name, ""))
                for name in ("size", "fps", "props", "props_file")
            },
            quality=str(options.get("quality", WebOptions().quality)),
            date=str(options.get("date", WebOptions().date)),
        )
        if not is_right
    ]


def _judged(
    texts: Mapping[str, str], *, quality: str, date: str
) -> Iterator[tuple[str, bool, str, str, str]]:
    """Place, whether it is right, and what is to be said if it is not: wanted, found, advice."""
    size, fps, props = texts["size"], texts["fps"], texts["props"]
    yield (
        "size",
        not size or SIZE.fullmatch(size) is not None,
        "a size such as 1920x1080",
        repr(size),
        "Write width and height with an x between.",
    )
    yield (
        "fps",
        not fps or _is_rate(fps),
        "a frame rate of more than 0",
        repr(fps),
        "Write it as 25 or 30000/1001.",
    )
    yield (
        "quality",
        quality == DRAFT or (quality.isdecimal() and 1 <= int(quality) <= 100),
        f"a whole number from 1 to 100, or {DRAFT}",
        repr(quality),
        f"Write 95 for films, 100 to lose nothing, or {DRAFT} to be quick.",
    )
    yield (
        "date",
        _milliseconds(date) is not None,
        "a time such as 2025-01-01T00:00:00",
        repr(date),
        "Write it in the form of ISO 8601.",
    )
    yield (
        "props",
        not props or _is_json(props),
        "JSON",
        repr(props[:60]),
        "Quote it for the shell, or put it into a file: --props-file.",
    )
    yield (
        "props",
        not (props and texts["props_file"]),
        "one of props and props_file",
        "both",
        "Leave one of them out.",
    )


def _is_rate(text: str) -> bool:
    try:
        return Fraction(text) > 0
    except (ValueError, ZeroDivisionError):
        return False


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
