"""Which of several complaints caused the others."""

from collections.abc import Sequence

from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import Complaint, Severity


def worst_of(
    complaints: Sequence[Complaint], causes: Sequence[FailureKind]
) -> Complaint | None:
    """The gravest complaint, warnings apart; among equals the one whose kind comes first among
    the causes, and among those the first that was said.
    """
    graves = [one for one in complaints if one.severity is not Severity.WARNING]
    return min(
        graves,
        key=lambda one: (
            one.severity is not Severity.FATAL,
            causes.index(one.kind) if one.kind in causes else len(causes),
        ),
        default=None,
    )
