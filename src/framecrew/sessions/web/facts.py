"""Facts: what an open page is, as the session tells it."""

import hashlib
import json
import secrets

from framecrew_web.troubles import Trouble


def facts_of(rendering, program_version):
    """The fields of `SceneFacts`, of a page that was opened."""
    width, height = rendering.pixels
    tracks = _tracks(rendering)
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
        "warnings": rendering.warnings,
        "notes": _notes(rendering),
        "tracks": tracks,
        "plays_through": rendering.is_replayed,
        "stamp": _stamp(rendering),
        "uses_gpu": rendering.graphics == "gpu",
        "known": json.dumps(rendering.known),
    }


def _stamp(rendering):
    """Another text as soon as the page is made of something else; nobody knows that of an address."""
    if not rendering.files:
        return secrets.token_hex(8)
    props = json.dumps(rendering.options["props_value"], sort_keys=True)
    return hashlib.sha256(f"{rendering.files.stamp()} {props}".encode()).hexdigest()[:16]


def _notes(rendering):
    capture = rendering.way
    if rendering.is_canvas:
        capture += ", and from its canvas for JPEG and WebP"
    if rendering.is_raw:
        capture += ", for films as raw pixels"
    return [
        f"contract: {rendering.told['contract']}",
        *_length(rendering),
        f"capture: {capture}",
        *(["quality: a draft, encoded by the page"] if rendering.is_draft else ()),
        f"graphics: {rendering.graphics}",
        f"order: {'replayed from the start' if rendering.is_replayed else 'any'}",
    ]


def _length(rendering):
    """Nothing where the page tells it."""
    if not rendering.count:
        return ["length: not told by the page"]
    if rendering.told.get("guessed") and not rendering.options["duration"]:
        return ["length: until its longest animation ends, for the page does not tell"]
    return []


def _tracks(rendering):
    """What is to be heard, by files where they are ours to read."""
    found = []
    for track in rendering.told["tracks"]:
        try:
            source = track["source"]
            source = source if source.startswith("data:") else rendering.source_of(source)
        except Trouble as trouble:
            if rendering.is_ours(source):
                rendering.miss(rendering.path_of(f"{source}: "), "a sound of the page")
            else:
                rendering.warnings.append(f"a sound is in no film: {trouble.reason}")
            continue
        found.append({**track, "source": source})
    return found
