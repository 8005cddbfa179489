"""Claims: what a renderer says it has made, and the verdict on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from framecrew.model.failures import Failure, FailureKind
from framecrew.model.outputs import PictureFacts
from framecrew.renderers.contract import Complaint

ENDS_THE_ATTEMPT = frozenset({FailureKind.DISK_FULL, FailureKind.OUTPUT_NOT_WRITABLE})
"""Failures of delivery that the next frame would meet as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A frame that is said to be rendered; its files are to be decoded, checked and
    published.
    """

    frame: int
    folder: str
    """The workspace that holds its files."""
    seconds: float
    cpu_seconds: float = 0.0
    is_first: bool = False
    """Its time holds what a session does once."""
    complaints: tuple[Complaint, ...] = ()
    """What was printed in its window; they explain a defect better than the defect itself."""
    is_early: bool = False
    """Its renderer is still at work and did not say that the files are complete."""
    published: frozenset[str] = frozenset()
    """Names of the promises that an earlier attempt has published of it already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a claim."""

    claim: Claim
    failure: Failure | None
    """None: every promised file was whole and is published."""
    kept: bool = False
    """The frame is whole, only its delivery failed: the claim can be judged again later."""
    is_too_early: bool = False
    """A file is not whole yet, and may still become so: nothing failed."""
    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)
    """By promise: those to be compared with their neighbours' in the sequence."""
