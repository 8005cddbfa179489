"""Judging: a claimed frame's files are decoded, checked and published, in threads beside the
rendering.
"""

import os
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from framecrew.execution.claims import ENDS_THE_ATTEMPT, Claim, Verdict
from framecrew.execution.publish import publish
from framecrew.media.digests import read_digest
from framecrew.media.pictures import examine
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import Defect, DefectKind, PictureFacts, Promise
from framecrew.renderers.contract import Severity

MOST_THREADS = 8
LARGEST_BATCH = 32
"""Frames that one thread judges before it tells of them: a hop between threads costs as much as
a tiny frame."""
SMALLEST_DISK = 8 * 1024 * 1024
SMALLEST_SHARE = 0.05
"""With less free than both, a broken file or a renderer's end tells of a full disk."""
CUT_SHORT = frozenset(
    {DefectKind.MISSING, DefectKind.EMPTY, DefectKind.TRUNCATED, DefectKind.UNREADABLE}
)


def make_judges() -> ThreadPoolExecutor:
    """The threads that judge for all attempts of this process."""
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    return ThreadPoolExecutor(threads, thread_name_prefix="framecrew-judge")


def judge_all(
    claims: Sequence[Claim], promises: Sequence[Promise], stop: threading.Event
) -> list[Verdict]:
    """Judge one claim after the other; those after a stop are not judged."""
    verdicts = []
    for claim in claims:
        if stop.is_set():
            break
        verdicts.append(judge(claim, promises))
    return verdicts


def judge(claim: Claim, promises: Sequence[Promise]) -> Verdict:
    """Prove all files of a frame first, then publish them: a frame comes whole or not at
    all.
    """
    proven: list[tuple[Promise, Path, PictureFacts]] = []
    for promise in promises:
        if promise.name in claim.published:
            continue
        made = Path(claim.folder) / promise.made.path(claim.frame)
        match examine(made, checks=promise.checks):
            case Defect() as defect if claim.is_early and defect.kind in CUT_SHORT:
                return Verdict(claim=claim, failure=None, is_too_early=True)
            case Defect() as defect:
                return Verdict(claim=claim, failure=_explained(defect, claim))
            case PictureFacts() as facts:
                proven.append((promise, made, facts))
    published = set(claim.published)
    for promise, made, facts in proven:
        failure = publish(made, Path(promise.final.path(claim.frame)), expected=facts)
        if failure is not None:
            again = replace(claim, published=frozenset(published))
            return Verdict(claim=again, failure=failure, kept=failure.kind in ENDS_THE_ATTEMPT)
        published.add(promise.name)
    pictures = {promise.name: facts for promise, _, facts in proven if promise.checks.outliers}
    return Verdict(claim=claim, failure=None, pictures=pictures)


@dataclass(frozen=True, slots=True)
class _WholeFile:
    """A file proven by whoever made it."""

    bytes: int
    digest: str


def publish_film(made: Path, film: Path) -> Failure | None:
    """Deliver a film that its program has decoded and counted."""
    try:
        proven = _WholeFile(made.stat().st_size, read_digest(made))
    except OSError as error:
        reason = f"the film {made.name} cannot be read: {error.strerror or error}"
        return Failure(kind=FailureKind.BAD_OUTPUT, reason=reason)
    return publish(made, film, expected=proven)


def _explained(defect: Defect, claim: Claim) -> Failure:
    """The defect as a failure; a complaint of the same frame, or a full disk, explains it
    better.
    """
    reason = f"{Path(defect.path).name}: {defect.reason}"
    evidence = tuple(complaint.text for complaint in claim.complaints)[:20]
    named = [one for one in claim.complaints if one.kind is not FailureKind.UNKNOWN]
    for complaint in sorted(named, key=lambda one: one.severity is not Severity.FATAL):
        return Failure(
            kind=complaint.kind, reason=f"{complaint.text}; {reason}", evidence=evidence
        )
    if defect.kind in CUT_SHORT and _is_full(Path(claim.folder)):
        reason = f"the disk of {claim.folder} is full; {reason}"
        return Failure(kind=FailureKind.DISK_FULL, reason=reason, evidence=evidence)
    is_missing = defect.kind is DefectKind.MISSING
    kind = FailureKind.SKIPPED_FRAME if is_missing else FailureKind.BAD_OUTPUT
    if is_missing:
        reason = f"the renderer said the frame is done, but {reason}"
    return Failure(kind=kind, reason=reason, evidence=evidence)


def ended_by_full_disk(failure: Failure, folder: Path) -> Failure:
    """The same failure, or the full disk that made a renderer end without knowing why."""
    if failure.kind not in {FailureKind.CRASH, FailureKind.UNKNOWN} or not _is_full(folder):
        return failure
    reason = f"the disk of {folder} is full; {failure.reason}"
    return replace(failure, kind=FailureKind.DISK_FULL, reason=reason)


def _is_full(folder: Path) -> bool:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return False
    return usage.free < min(SMALLEST_DISK, SMALLEST_SHARE * usage.total)
