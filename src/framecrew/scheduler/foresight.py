"""Foresight: what the scheduler would choose first for a plan, without starting anything."""

from framecrew.model.attempts import Assignment
from framecrew.model.events import JobSubmitted, LayoutChosen, MachineMeasured
from framecrew.model.instructions import StartAttempt, WakeAt
from framecrew.model.plans import Plan
from framecrew.scheduler.dispatch import Scheduler


def first_layout(plan: Plan, machine: MachineMeasured) -> LayoutChosen:
    """The slots and threads a plan's first task begins with on this machine."""
    facts = Scheduler().handle([machine, _submitted(plan, machine)]).facts
    return next(fact for fact in facts if isinstance(fact, LayoutChosen))


def first_round(plan: Plan, machine: MachineMeasured) -> tuple[Assignment, ...]:
    """What every slot begins with, if nothing is measured before the last of them starts."""
    scheduler = Scheduler()
    out = scheduler.handle([machine, _submitted(plan, machine)])
    found: list[Assignment] = []
    while True:
        started = [one for one in out.instructions if isinstance(one, StartAttempt)]
        found += [one.assignment for one in started]
        moments = [one.at for one in out.instructions if isinstance(one, WakeAt)]
        # Programs that start apart wake it once for each.
        if not started or not moments:
            return tuple(found)
        out = scheduler.decide(moments[0])


def _submitted(plan: Plan, machine: MachineMeasured) -> JobSubmitted:
    return JobSubmitted(at=machine.at, job=0, priority=0, plan=plan)
