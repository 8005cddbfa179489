"""Foresight: what the scheduler would choose first for a plan, without starting anything."""

from framecrew.model.events import JobSubmitted, LayoutChosen, MachineMeasured
from framecrew.model.plans import Plan
from framecrew.scheduler.dispatch import Scheduler


def first_layout(plan: Plan, machine: MachineMeasured) -> LayoutChosen:
    """The slots and threads a plan's first task begins with on this machine."""
    submitted = JobSubmitted(at=machine.at, job=0, priority=0, plan=plan)
    facts = Scheduler().handle([machine, submitted]).facts
    return next(fact for fact in facts if isinstance(fact, LayoutChosen))
