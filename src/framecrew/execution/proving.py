"""Proving a segment of a film: decoded whole, counted, published, and known again later.

A renderer's lines about frames of a segment are progress and nothing more. When its process has
ended well, the file is decoded to its last frame; then it gets its final name, and beside it a
small file with its digest and what was found, so that another run, and the session that joins
the film, know it again without decoding it.
"""

import json
import threading
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from framecrew.execution.judging import publish_film
from framecrew.execution.publish import publish
from framecrew.execution.workspace import write_failure
from framecrew.media.digests import read_digest
from framecrew.media.films import ANY_RATE, MICROSECONDS, TICK, FilmFacts, examine_film
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Defect, DefectKind, Segment

PACKETS = "packets.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was found of a segment when it was decoded."""

    digest: str
    bytes: int
    frames: int
    pictures: tuple[str, ...] = ()
    """Of each frame: the hash of its pixels."""
    words: str = ""
    """What ffmpeg told of it."""
    packets: str = ""
    """What it stores, packet by packet, in the words of ffmpeg's `framehash`."""


def proof_path(segment: Segment) -> Path:
    """The file beside a published segment that tells of its proof."""
    return Path(segment.proof_path)


def deliver_segment(
    workspace: Path, segment: Segment, *, ffmpeg: str, stop: threading.Event | None = None
) -> Failure | None:
    """Prove what a renderer left and publish it with its proof; None when all that is done."""
    made, packets = workspace / segment.name, workspace / PACKETS
    found = examine_segment(made, segment, ffmpeg=ffmpeg, stop=stop, packets=packets)
    if isinstance(found, Failure):
        return found
    if isinstance(found, Defect):
        return _explained(found, workspace, segment)
    told = workspace / proof_path(segment).name
    failure = publish(made, Path(segment.path), expected=found)
    if failure is not None:
        return failure
    try:
        proof = Proof(
            digest=found.digest,
            bytes=found.bytes,
            frames=found.frames,
            pictures=found.pictures,
            words=found.words,
            packets=packets.read_text(encoding="ascii"),
        )
        told.write_text(json.dumps(asdict(proof)), encoding="utf-8")
    except OSError as error:
        return write_failure(error, told, doing="write the proof of a segment")
    return publish_film(told, proof_path(segment))


def examine_segment(
    path: Path,
    segment: Segment,
    *,
    ffmpeg: str,
    stop: threading.Event | None = None,
    packets: Path | None = None,
) -> FilmFacts | Defect | Failure:
    """Decode a segment's file; a Failure is what every segment of the film would meet."""
    found = examine_film(
        path,
        ffmpeg=ffmpeg,
        frames=segment.frames.size,
        fps=ANY_RATE,
        stop=stop,
        packets=packets,
        # Of a preset of ours: short, and made by one of several sessions at the same time.
        threads=1 if segment.preset else 0,
    )
    if isinstance(found, Defect):
        return found
    if segment.width and segment.height and not found.has_size(segment.width, segment.height):
        reason = (
            f"wanted {segment.width}x{segment.height} pixels, "
            f"found {found.width}x{found.height}"
        )
        return Defect(kind=DefectKind.WRONG_SIZE, path=str(path), reason=reason)
    if segment.fps and found.span is not None:
        wanted = round((found.frames - 1) / Fraction(segment.fps) * MICROSECONDS)
        if abs(wanted - found.span) > TICK:
            rate = (found.frames - 1) * MICROSECONDS / found.span
            return Failure(
                kind=FailureKind.BAD_REQUEST,
                reason=f"the renderer made a film of {rate:.5g} frames/s, "
                f"wanted {segment.fps}: leave --film-fps out, or set it there",
            )
    return found


def find_defect(segment: Segment, *, ffmpeg: str) -> Defect | None:
    """What is wrong with a segment that is there already; None when it is whole.

    It is decoded only where the proof beside it cannot be read.
    """
    path = Path(segment.path)
    proof = _read_proof(proof_path(segment))
    if proof is None:
        found = examine_segment(path, segment, ffmpeg=ffmpeg)
        if isinstance(found, Failure):
            return Defect(kind=DefectKind.UNREADABLE, path=str(path), reason=found.reason)
        return found if isinstance(found, Defect) else None
    try:
        if path.stat().st_size == proof.bytes and read_digest(path) == proof.digest:
            if proof.frames == segment.frames.size:
                return None
            reason = f"it holds {proof.frames} frames, wanted {segment.frames.size}"
            return Defect(kind=DefectKind.WRONG_SIZE, path=str(path), reason=reason)
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        return Defect(kind=DefectKind.UNREADABLE, path=str(path), reason=reason)
    reason = "it is not the file that was proved"
    return Defect(kind=DefectKind.UNREADABLE, path=str(path), reason=reason)


def _read_proof(path: Path) -> Proof | None:
    """None when there is none, or none that can be read: a power cut leaves half files."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Proof(
            digest=str(values["digest"]),
            bytes=int(values["bytes"]),
            frames=int(values["frames"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _explained(defect: Defect, workspace: Path, segment: Segment) -> Failure:
    """The defect as a failure; a file of another ending explains a missing one."""
    if defect.kind is not DefectKind.MISSING:
        reason = f"{segment.name}: {defect.reason}"
        return Failure(kind=FailureKind.BAD_OUTPUT, reason=reason)
    made = Path(segment.name)
    others = sorted(
        path.name for path in workspace.glob(f"{made.stem}.*") if path.suffix != made.suffix
    )
    if others:
        reason = (
            f"wanted {segment.name}, found {', '.join(others)}: the renderer is set to write "
            f"another kind of film; give --output the ending {Path(others[0]).suffix}, "
            f"or choose settings that write {made.suffix}"
        )
        return Failure(kind=FailureKind.BAD_REQUEST, reason=reason)
    reason = f"the renderer ended well, but left no {segment.name}"
    return Failure(kind=FailureKind.SKIPPED_FRAME, reason=reason)
