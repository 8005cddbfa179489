"""An attempt: one try at one chunk (or one stitch), on one slot."""

from dataclasses import dataclass

from framecrew.frames.sets import FrameSet
from framecrew.model.failures import FailureKind
from framecrew.model.outputs import Promise, Segment
from framecrew.model.plans import Patience, TaskKind, Traits
from framecrew.model.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Everything a backend needs to start one attempt."""

    attempt: str
    """Id, `<job>.<number>`, e.g. `12.3`."""
    job: int
    task: str
    kind: TaskKind
    slot: int
    """0-based place on the worker."""
    threads: int
    frames: FrameSet
    """In ascending order; the order of rendering is `sequence`."""
    sequence: tuple[int, ...]
    """The same frames in the order they are to be rendered."""
    request: Request
    promises: tuple[Promise, ...]
    traits: Traits
    patience: Patience
    scratch: str = ""
    memory_limit: int | None = None
    allowed: tuple[FailureKind, ...] = ()
    """Complaints of these kinds fail nothing, e.g. MISSING_ASSET with --allow-missing."""
    segment: Segment | None = None
    """The one piece of a film that is rendered; then there are no promises."""
    slots: int = 1
    """Slots of the layout when it was started, this one among them."""
    share: float = 1.0
    """Part of the machine's processors that this attempt may use, above 0 up to 1."""
    cpus: tuple[int, ...] = ()
    """Logical processors of this slot; empty: any."""
    stage: bool | None = None
    """As `Plan.stage`."""
