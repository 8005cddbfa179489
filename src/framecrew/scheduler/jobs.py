"""One job with its tasks, as the journal tells it."""

from dataclasses import dataclass

from framecrew.model.jobs import Wish
from framecrew.model.plans import Plan
from framecrew.model.requests import RenderRequest
from framecrew.model.statuses import JobStatus
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.tasks import TaskState


@dataclass(slots=True, kw_only=True)
class JobState:
    """One job."""

    id: int
    plan: Plan
    priority: int
    submitted: float
    tasks: dict[str, TaskState]
    wish: Wish = Wish.RUN
    slots_wanted: int | None = None
    """None: chosen from evidence."""
    has_new_slots: bool = False
    """A person has changed them since it began: what is too much is ended, not only not renewed."""
    held_because: str = ""
    must_hold: str = ""
    """A failure wants the job held; told to the world by the next `QueueHeld`."""
    hold_until: float | None = None
    """When a hold ends by itself; None: when the conductor has seen its cause gone."""
    attempts_made: int = 0
    status: JobStatus | None = None
    """Set when the job has finished."""
    finished: float = 0.0

    @property
    def live(self) -> list[AttemptState]:
        return [attempt for task in self.tasks.values() for attempt in task.live.values()]

    @property
    def may_start(self) -> bool:
        """True if neither a person nor a failure keeps new attempts from starting."""
        return (
            self.wish is Wish.RUN
            and not self.held_because
            and not self.must_hold
            and not self.is_failing_fast
        )

    def want_held(self, reason: str, *, until: float | None = None) -> None:
        """A failure wants the job held. One that is held already meets it again, or does not."""
        if not (self.must_hold or self.held_because):
            self.must_hold, self.hold_until = reason, until

    @property
    def is_failing_fast(self) -> bool:
        """True if something was given up, and the person wants no more after that."""
        return self.plan.fail_fast and any(task.losses for task in self.tasks.values())

    @property
    def renderers(self) -> set[str]:
        """Names of the renderers whose programs it starts."""
        requests = (task.task.request for task in self.tasks.values())
        return {one.renderer for one in requests if isinstance(one, RenderRequest)}

    @property
    def opens_sessions(self) -> bool:
        """True if a renderer of it stays open."""
        return any(task.task.traits.stays_open for task in self.tasks.values())

    def dependents(self, name: str) -> list[TaskState]:
        """Every task that comes after this one, at first or at second hand."""
        names, found = {name}, [task for task in self.tasks.values() if name in task.task.after]
        for task in found:
            names.add(task.task.id)
            found += [
                other
                for other in self.tasks.values()
                if task.task.id in other.task.after and other.task.id not in names
            ]
            names.update(other.task.id for other in found)
        return found
