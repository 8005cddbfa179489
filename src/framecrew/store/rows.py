"""Rows: how a job becomes columns and a row becomes a job again."""

import json
import sqlite3

from framecrew.model.jobs import JobSpec, Wish
from framecrew.model.statuses import JobStatus
from framecrew.model.wire import from_json
from framecrew.store.owners import Owner
from framecrew.store.records import PostedWish, StoredJob, WishVerb


def storable(text: str) -> str:
    """Text for a column. SQLite takes no lone surrogates, as in file names not in UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def owner_values(owner: Owner) -> dict[str, object]:
    """The columns that tell whose job it is."""
    return {"host": storable(owner.host), "pid": owner.pid, "started": owner.started}


def stored_job(row: sqlite3.Row) -> StoredJob:
    return StoredJob(
        id=row["id"],
        name=row["name"],
        scene=row["scene"],
        renderer=row["renderer"],
        patterns=tuple(json.loads(row["patterns"])),
        spec=from_json(JobSpec, row["spec"]),
        status=JobStatus(row["status"]),
        wish=Wish(row["wish"]),
        priority=row["priority"],
        created=row["created"],
        finished=row["finished"],
        owner=Owner(host=row["owner_host"], pid=row["owner_pid"], started=row["owner_started"]),
        total=row["total"],
        done=row["done"],
        failed=row["failed"],
        note=row["note"],
        is_resumed=bool(row["is_resumed"]),
        started=row["started"],
        progress=row["progress"],
    )


def posted_wish(row: sqlite3.Row) -> PostedWish:
    return PostedWish(
        job=row["job"], verb=WishVerb(row["verb"]), value=row["value"], at=row["at"]
    )
