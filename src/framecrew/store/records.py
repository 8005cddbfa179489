"""What the store gives back: jobs, numbered events and posted wishes, as frozen values."""

from dataclasses import dataclass
from enum import StrEnum

from framecrew.model.events import Event
from framecrew.model.jobs import JobSpec, Wish
from framecrew.model.statuses import JobStatus
from framecrew.store.owners import Owner


class WishVerb(StrEnum):
    """What another process can ask of a running job."""

    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    REQUEUE = "requeue"
    """`value`: frames text of the failed frames to try again; empty for all of them."""
    PRIORITY = "priority"
    """`value`: the new number."""
    SLOTS = "slots"
    """`value`: so many renderer processes; empty: chosen from evidence."""

    @property
    def words(self) -> str:
        """What is wanted, before `job 12`."""
        if self in (WishVerb.PRIORITY, WishVerb.SLOTS):
            return f"change the {self.value} of"
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJob:
    """A job as last written down; the journal is the truth, this is its summary."""

    id: int
    name: str
    scene: str
    renderer: str
    patterns: tuple[str, ...]
    spec: JobSpec
    status: JobStatus
    wish: Wish
    priority: int
    created: float
    finished: float | None
    """None while it is not over."""
    owner: Owner
    total: int
    done: int
    failed: int
    note: str = ""
    """What a person wrote about it."""
    is_resumed: bool = False
    """A daemon goes on with it by itself after whatever ended the one before."""
    started: float | None = None
    """When its first attempt began."""
    progress: float | None = None
    """What was shown of it last; None for jobs older than this column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedEvent:
    """One entry of the journal."""

    number: int
    job: int | None
    """None: about the machine."""
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedWish:
    """What a person asked of a running job from another process."""

    job: int
    verb: WishVerb
    value: str
    at: float
