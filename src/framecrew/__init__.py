"""framecrew: the render orchestrator for the machine on your desk.

    import framecrew

    job = framecrew.render("shot.blend", frames="1-48", output="renders/shot_####.png")

See `framecrew.api` for the verbs, and `docs/house.md` for how it is built.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framecrew.api import Crew, jobs, plan, render, show
    from framecrew.frames.sets import FrameSet
    from framecrew.model.errors import FramecrewError, WrongUse
    from framecrew.model.jobs import JobSpec

__all__ = [
    "Crew",
    "FrameSet",
    "FramecrewError",
    "JobSpec",
    "WrongUse",
    "jobs",
    "plan",
    "render",
    "show",
]

_HOMES = {
    "Crew": "framecrew.api",
    "FrameSet": "framecrew.frames.sets",
    "FramecrewError": "framecrew.model.errors",
    "JobSpec": "framecrew.model.jobs",
    "WrongUse": "framecrew.model.errors",
    "jobs": "framecrew.api",
    "plan": "framecrew.api",
    "render": "framecrew.api",
    "show": "framecrew.api",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import on first use: `framecrew --help` needs none of it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'framecrew' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
