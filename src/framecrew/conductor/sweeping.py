"""Sweeping: what framecrews that died left in the folders a job is about to write into."""

from pathlib import Path

from framecrew.conductor.space import folders_of
from framecrew.execution.publish import sweep_parts
from framecrew.execution.workspace import clean
from framecrew.model.plans import Plan


def sweep(plan: Plan) -> None:
    """Remove scratch folders and unfinished files of dead owners; those of live ones stay."""
    for folder in folders_of(plan):
        clean(folder)
    for task in plan.tasks:
        for promise in task.promises:
            sweep_parts(Path(promise.final.folder), promise.final)
