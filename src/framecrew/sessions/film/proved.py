"""What was proved of a segment when it was rendered, so that it is not decoded once more."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proved:
    """Of a segment that was decoded to its last frame, and whose bytes are the same still."""

    pictures: tuple
    """Of each frame in order: the hash of its pixels."""
    words: str
    """What ffmpeg told of it."""
    packets: str
    """What it stores, packet by packet, in the words of `framehash`."""


def read_proof(path, proof):
    """From the file `proof`; None where there is none, or one of other bytes than `path` has."""
    try:
        with open(proof, encoding="utf-8") as file:
            values = json.load(file)
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        if values["digest"] != digest.hexdigest():
            return None
        pictures = tuple(values["pictures"])
        if len(pictures) != values["frames"] or not values["packets"]:
            return None
        return Proved(pictures, values["words"], values["packets"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
