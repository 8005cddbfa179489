"""The client: every verb of the daemon as a method, its answers as values."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from framecrew.client.asking import Asking, NoDaemon
from framecrew.client.stream import EventStream
from framecrew.model import answers as an
from framecrew.model.jobs import JobSpec
from framecrew.model.plans import Plan
from framecrew.model.views import JobView
from framecrew.model.wire import from_json, to_plain
from framecrew.store.daemon_file import find_daemon, read_token
from framecrew.store.places import home

JobKeys = Mapping[str, Any] | JobSpec
"""Keys of a job file with absolute paths, or a spec."""
OPENING_SECONDS = 3_600.0
"""What a scene may take to open."""


class Client:
    """One running daemon. May be used from several threads."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._patient = replace(asking, seconds=OPENING_SECONDS)

    @classmethod
    def find(cls, folder: Path | None = None) -> Self | None:
        """The client of the daemon of a home folder (the user's own when None), or None."""
        place = home() if folder is None else folder
        found = find_daemon(place)
        if found is None:
            return None
        return cls(
            Asking(url=found.url, token=read_token(place), certificate=found.certificate)
        )

    @classmethod
    def connect(cls, folder: Path | None = None) -> Self:
        """The same; NoDaemon says how to start one."""
        found = cls.find(folder)
        if found is None:
            place = home() if folder is None else folder
            raise NoDaemon(
                f"Wanted the daemon of {place}; found none that runs. "
                "Start it with `framecrew daemon start`."
            )
        return found

    @property
    def url(self) -> str:
        return self._asking.url

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def status(self) -> an.DaemonStatus:
        return self._asking.get(an.DaemonStatus, "status")

    def jobs(
        self,
        *,
        status: str = "",
        renderer: str = "",
        search: str = "",
        limit: int = 10_000,
        before: int | None = None,
    ) -> an.JobList:
        """Jobs that fit, newest first; `status` may name several, parted by commas."""
        return self._asking.get(
            an.JobList, "jobs", status=status, renderer=renderer, search=search, limit=limit,
            before=before,
        )  # fmt: skip

    def job(self, job: int) -> an.JobDetail:
        return self._asking.get(an.JobDetail, f"jobs/{job}")

    def view(self, job: int) -> JobView:
        """The model's own picture of a job."""
        return self._asking.get(JobView, f"jobs/{job}/view")

    def plan_of(self, job: int) -> Plan:
        """The model's own plan of a job; secrets masked."""
        return self._asking.get(Plan, f"jobs/{job}/plan")

    def frames(self, job: int, task: str = "") -> an.FramesTable:
        return self._asking.get(an.FramesTable, f"jobs/{job}/frames", task=task)

    def attempts(self, job: int, *, task: str = "", limit: int = 2_000) -> an.AttemptList:
        return self._asking.get(an.AttemptList, f"jobs/{job}/attempts", task=task, limit=limit)

    def failures(self, job: int, *, limit: int = 50) -> an.FailureList:
        return self._asking.get(an.FailureList, f"jobs/{job}/failures", limit=limit)

    def log(
        self,
        job: int,
        *,
        attempt: str = "",
        after: int = 0,
        limit: int = 500,
        tail: int = 0,
        search: str = "",
        only: str = "",
        frame: int | None = None,
    ) -> an.LogPage:
        """Lines of an attempt: from a number on, the newest, those that fit, or a frame's."""
        return self._asking.get(
            an.LogPage, f"jobs/{job}/log", attempt=attempt, after=after, limit=limit, tail=tail,
            search=search, only=only, frame=frame,
        )  # fmt: skip

    def log_text(self, job: int, attempt: str = "") -> str:
        told = self._asking.read("GET", f"jobs/{job}/log/text", query={"attempt": attempt})
        return told.decode("utf-8", "replace")

    def picture(self, job: int, frame: int, *, task: str = "", name: str = "") -> bytes:
        """The bytes of a published picture."""
        query = {"frame": frame, "task": task, "name": name}
        return self._asking.read("GET", f"jobs/{job}/picture", query=query)

    def thumbnail(
        self, job: int, frame: int, *, task: str = "", name: str = "", width: int = 320
    ) -> bytes:
        """A published picture as a small JPEG."""
        query = {"frame": frame, "task": task, "name": name, "width": width}
        return self._asking.read("GET", f"jobs/{job}/thumbnail", query=query)

    def renderers(self) -> an.RendererList:
        return self._asking.get(an.RendererList, "renderers")

    def presets(self) -> an.PresetList:
        return self._asking.get(an.PresetList, "presets")

    def machine(self, *, fresh: bool = False) -> an.MachineNow:
        return self._patient.get(an.MachineNow, "machine", fresh=fresh)

    def folders(self, path: str = "") -> an.FolderList:
        return self._asking.get(an.FolderList, "folders", path=path)

    def check_frames(self, text: str) -> an.FramesChecked:
        return self._asking.get(an.FramesChecked, "frames", text=text)

    def events(self, after: int | None = None, *, patience: float = 10.0) -> EventStream:
        """What happens, batch by batch, after a number or from now on."""
        return EventStream(self._asking, after, patience)

    # ── doing ────────────────────────────────────────────────────────────────────────────────

    def submit(self, job: JobKeys, *, note: str = "") -> int:
        """A new job's number. WrongUse with every mistake."""
        body = {"job": _keys(job), "note": note}
        return self._patient.ask(an.Submitted, "POST", "jobs", body).job

    def plan(self, job: JobKeys) -> an.Planned:
        """What a job would do, or all that is wrong with it."""
        return self._patient.ask(an.Planned, "POST", "plan", {"job": _keys(job)})

    def inspect(self, job: JobKeys) -> an.Inspected:
        """What a scene holds."""
        return self._patient.ask(an.Inspected, "POST", "inspect", {"job": _keys(job)})

    def cancel(self, job: int) -> None:
        self._asking.ask(an.Done, "POST", f"jobs/{job}/cancel")

    def hold(self, job: int) -> None:
        self._asking.ask(an.Done, "POST", f"jobs/{job}/hold")

    def release(self, job: int) -> None:
        self._asking.ask(an.Done, "POST", f"jobs/{job}/release")

    def retry(self, job: int, frames: str = "") -> None:
        """Go on with what a job lacks, as the same job."""
        self._patient.ask(an.Done, "POST", f"jobs/{job}/retry", {"frames": frames})

    def again(self, job: int, frames: str = "") -> int:
        """A new job of the same spec: these frames rendered anew, or all that is not whole."""
        body = {"frames": frames}
        return self._patient.ask(an.Submitted, "POST", f"jobs/{job}/again", body).job

    def set_priority(self, job: int, priority: int) -> None:
        self._asking.ask(an.Done, "PUT", f"jobs/{job}/priority", {"priority": priority})

    def set_slots(self, job: int, slots: int | None) -> None:
        """So many renderer processes from now on; chosen from evidence when None."""
        self._asking.ask(an.Done, "PUT", f"jobs/{job}/slots", {"slots": slots})

    def set_note(self, job: int, note: str) -> None:
        self._asking.ask(an.Done, "PUT", f"jobs/{job}/note", {"note": note})

    def forget(self, job: int) -> None:
        """Of a job that is over; its frames stay."""
        self._asking.ask(an.Done, "DELETE", f"jobs/{job}")

    def many(self, verb: str, jobs: Iterable[int]) -> an.Done:
        """cancel, hold, release, retry or forget for several jobs."""
        return self._asking.ask(
            an.Done, "POST", "jobs/many", {"verb": verb, "jobs": list(jobs)}
        )

    def put_in_order(self, jobs: Iterable[int]) -> None:
        """Let live jobs stand in this order."""
        self._asking.ask(an.Done, "PUT", "queue", {"jobs": list(jobs)})

    def clean(self, older_than_days: float = 30.0) -> tuple[int, ...]:
        """Forget jobs that have been over for longer; their numbers."""
        body = {"older_than_days": older_than_days}
        return self._asking.ask(an.Cleaned, "POST", "clean", body).jobs

    def save_preset(self, name: str, job: Mapping[str, Any]) -> an.SavedPreset:
        return self._asking.ask(an.SavedPreset, "PUT", f"presets/{name}", {"job": dict(job)})

    def forget_preset(self, name: str) -> None:
        self._asking.ask(an.Done, "DELETE", f"presets/{name}")

    def upload(self, scene: Path) -> str:
        """Send a scene's file; its path where the daemon is."""
        with (
            scene.open("rb") as file,
            self._patient.answer(
                "POST",
                "scenes",
                query={"name": scene.name},
                sent=file,
                headers={"Content-Length": str(scene.stat().st_size)},
            ) as answer,
        ):
            return from_json(an.Uploaded, answer.read().decode("utf-8")).path

    def link(self) -> str:
        """An address that opens the page once, within a minute."""
        return self._asking.ask(an.Link, "POST", "links").url

    def stop(self) -> None:
        """End the daemon and its renderers; the next start goes on."""
        self._asking.ask(an.Done, "POST", "stop")


def _keys(job: JobKeys) -> object:
    return to_plain(job) if isinstance(job, JobSpec) else dict(job)
