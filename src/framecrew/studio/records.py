"""The records of the jobs that were asked for of late, each read from the journal only once."""

import threading
from collections import OrderedDict

from framecrew.conductor.recovery import view_from
from framecrew.model.views import JobView
from framecrew.store.store import Store
from framecrew.studio.record import JobRecord

MOST_KEPT = 4
"""Jobs; a record of 100,000 frames takes some ten megabytes."""


class Records:
    """May be asked from several threads; what is new in the journal is read at each call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[int, JobRecord] = OrderedDict()
        self._turn = threading.Lock()

    def read(self, job: int) -> JobRecord:
        """The record of a job as the journal stands. StoreError if there is no such job."""
        self._store.job(job)
        with self._turn:
            record = self._kept.pop(job, None) or JobRecord(job)
            for entry in self._store.events(job, after=record.event):
                record.take(entry.number, entry.event)
            self._kept[job] = record
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return record

    def view(self, job: int) -> JobView:
        """The picture of a job from its journal; for those of another process or of the past."""
        record = self.read(job)
        return view_from(record.state, self._store.job(job))

    def forget(self, job: int) -> None:
        with self._turn:
            self._kept.pop(job, None)

    @property
    def kept(self) -> tuple[int, ...]:
        """Jobs whose records are there already, and cost nothing to ask for."""
        return tuple(self._kept)
