"""Claims: which live job alone writes which path."""

import os
import sys
from collections.abc import Sequence

from framecrew.frames.errors import FrameSyntaxError
from framecrew.frames.patterns import FramePattern
from framecrew.model.errors import StoreError
from framecrew.model.statuses import JobStatus
from framecrew.store.database import Database
from framecrew.store.owners import Owner
from framecrew.store.records import StoredJob
from framecrew.store.rows import storable, stored_job


def claim(database: Database, job: int, patterns: Sequence[str], at: float) -> None:
    """Write down that the job writes these; StoreError if another live job does.

    Call it in a transaction. A holder whose process is dead holds nothing: it is marked
    interrupted on the way.
    """
    for pattern in patterns:
        path = claim_key(pattern)
        for row in database.run("claims_of_others", job=job).fetchall():
            if not share_a_file(path, row["path"]):
                continue
            holder = stored_job(row)
            if is_live(holder):
                raise StoreError(
                    f"Wanted to write {pattern}; found that job {holder.id} ({holder.name}) in "
                    f"{process_of(holder.owner)} writes the same files. Wait for it, end it "
                    f"with `framecrew cancel {holder.id}`, or choose another --output."
                )
            end(database, holder.id, JobStatus.INTERRUPTED, at)
        database.run("insert_claim", path=path, job=job)


def end(database: Database, job: int, status: JobStatus, at: float) -> None:
    """The job is over: it claims nothing, and nobody grants wishes for it. In a transaction."""
    database.run(
        "set_status",
        job=job,
        status=status.value,
        finished=at,
        done=None,
        failed=None,
        total=None,
        progress=None,
    )
    database.run("drop_claims", job=job)
    database.run("drop_wishes", job=job)


def is_live(job: StoredJob) -> bool:
    """Whether the job is not over and its process is there to go on with it."""
    return not job.status.is_over and job.owner.is_alive


def process_of(owner: Owner) -> str:
    """How a message names an owner."""
    return f"process {owner.pid} on {owner.host}"


def claim_key(path: str) -> str:
    """Equal for paths that are one file here. Windows and macOS do not tell capitals apart."""
    pattern = _pattern(path)
    plain = storable(os.path.normpath(pattern.key if pattern else path))
    return plain.casefold() if sys.platform in ("win32", "darwin") else plain


def share_a_file(one: str, other: str) -> bool:
    """Whether two claims name a common file: `a_###.png` and `a_####.png` share a_1000.png."""
    if one == other:
        return True
    one_pattern, other_pattern = _pattern(one), _pattern(other)
    if one_pattern and other_pattern:
        return one_pattern.overlaps(other_pattern)
    if one_pattern:
        return one_pattern.match(other) is not None
    return other_pattern is not None and other_pattern.match(one) is not None


def _pattern(path: str) -> FramePattern | None:
    try:
        return FramePattern.parse_or_none(path)
    except FrameSyntaxError:
        # The name of a film may hold what is no pattern, such as two places.
        return None
