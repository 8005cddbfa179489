"""Facts: what an open page is, as the session tells it."""

import hashlib
import json
import secrets

from framecrew_web.saying import plain
from framecrew_web.tracks import tracks_of


def facts_of(rendering, program_version, *, is_first):
    """The fields of `SceneFacts`, of a page that was opened; with its tracks by the session that is the first."""
    width, height = rendering.pixels
    tracks = tracks_of(rendering) if is_first else []
    return {
        "program_version": program_version,
        "first": 0,
        "last": rendering.count - 1,
        "fps": str(rendering.rate),
        "width": width,
        "height": height,
        "targets": rendering.told["compositions"],
        "extension": ".png",
        "missing": rendering.missing,
        "warnings": [plain(words) for words in rendering.warnings],
        "notes": _notes(rendering),
        "tracks": tracks,
        "plays_through": rendering.is_replayed,
        "stamp": _stamp(rendering),
        "uses_gpu": rendering.launches.graphics == "gpu",
        "known": json.dumps(rendering.known),
    }


def _stamp(rendering):
    """Another text as soon as the page is made of something else; nobody knows that of an address."""
    if not rendering.reach.files:
        return secrets.token_hex(8)
    props = json.dumps(rendering.options["props_value"], sort_keys=True)
    return hashlib.sha256(f"{rendering.reach.files.stamp()} {props}".encode()).hexdigest()[:16]


def _notes(rendering):
    capture = rendering.launches.way
    if rendering.is_canvas:
        capture += ", and from its canvas for JPEG and WebP"
    if rendering.is_raw:
        capture += ", for films as raw pixels"
    return [
        f"contract: {rendering.told['contract']}",
        *_length(rendering),
        f"capture: {capture}",
        *(["quality: a draft, encoded by the page"] if rendering.is_draft else ()),
        f"graphics: {rendering.launches.graphics}",
        f"order: {'replayed from the start' if rendering.is_replayed else 'any'}",
    ]


def _length(rendering):
    """Nothing where the page tells it."""
    if not rendering.count:
        return ["length: not told by the page"]
    if rendering.told.get("guessed") and not rendering.options["duration"]:
        return ["length: until its longest animation ends, for the page does not tell"]
    return []
