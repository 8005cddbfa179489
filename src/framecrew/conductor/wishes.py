"""Wishes left in the store by other processes, turned into events."""

from framecrew.frames.sets import FrameSet
from framecrew.model import events as ev
from framecrew.model.jobs import Wish
from framecrew.scheduler.state import State
from framecrew.store.records import PostedWish, WishVerb

_WISH_OF = {
    WishVerb.CANCEL: Wish.CANCEL,
    WishVerb.HOLD: Wish.HOLD,
    WishVerb.RELEASE: Wish.RUN,
}


def event_for_wish(wish: PostedWish, state: State, now: float) -> list[ev.Event]:
    """The events a wish amounts to; none for a job that is not ours, or when nothing would change."""
    job = state.jobs.get(wish.job)
    if job is None:
        return []
    match wish.verb:
        case WishVerb.CANCEL | WishVerb.HOLD | WishVerb.RELEASE:
            if job.status is not None:
                return []
            changed: list[ev.Event] = [
                ev.WishChanged(at=now, job=job.id, wish=_WISH_OF[wish.verb])
            ]
            if wish.verb is WishVerb.RELEASE and job.held_because:
                changed.append(ev.QueueReleased(at=now, job=job.id))
            return changed
        case WishVerb.PRIORITY:
            return [ev.PriorityChanged(at=now, job=job.id, priority=int(wish.value))]
        case WishVerb.SLOTS:
            slots = int(wish.value) if wish.value else None
            return [ev.SlotsChanged(at=now, job=job.id, slots=slots)]
        case WishVerb.REQUEUE:
            wanted = FrameSet.parse(wish.value) if wish.value else None
            return [
                ev.FramesRequeued(at=now, job=job.id, task=task.task.id, frames=frames)
                for task in job.tasks.values()
                if (frames := task.given_up if wanted is None else task.given_up & wanted)
            ]
