"""Whom a failure blames, and what follows: tries, rests, halving, giving up."""

from dataclasses import replace

from framecrew.frames.sets import FrameSet
from framecrew.model.events import AttemptFailed, FrameDoubted
from framecrew.model.failures import Failure, FailureKind
from framecrew.scheduler.attempts import AttemptState
from framecrew.scheduler.jobs import JobState
from framecrew.scheduler.retry import (
    LAUNCH_POLICY,
    POLICIES,
    STITCH_POLICY,
    RetryPolicy,
    Scope,
)
from framecrew.scheduler.tasks import Doubt, Incidents, TaskState

LAUNCH = "launch"
"""The sort of incident of a renderer that ends before it is ready."""

UNSETTLED = Failure(
    kind=FailureKind.SKIPPED_FRAME,
    reason="the attempt said it succeeded, but this frame was never delivered",
)


def blame_attempt(job: JobState, attempt: AttemptState, event: AttemptFailed) -> None:
    """An attempt has failed; what it left is pending again, and it is live no more."""
    task, failure, left = job.tasks[attempt.task], event.failure, attempt.left
    policy = POLICIES[failure.kind]
    if policy.scope is Scope.MACHINE or not task.is_render:
        _blame_all(job, task, attempt, failure, at=event.at)
        return
    sessions = len(task.at_work) + 1
    if policy.fewer_slots:
        _take_one_slot_less(task, sessions)
    if not (attempt.is_open or attempt.finished or event.suspect is not None):
        _blame_launch(job, task, attempt, failure, at=event.at)
    elif policy.scope is Scope.TASK:
        _blame_all(job, task, attempt, failure, at=event.at)
    else:
        _count_failure(task, policy, sessions)
        _blame_left(job, task, event, left)


def _blame_left(job: JobState, task: TaskState, event: AttemptFailed, left: FrameSet) -> None:
    """A chunk failed: its suspect has one try less, or it is halved until it has one."""
    if task.task.segments:
        _blame_each(job, task, event.failure, left, at=event.at)  # A segment fails as a whole.
    elif event.suspect is not None and event.suspect in left:
        _blame_each(job, task, event.failure, FrameSet.of((event.suspect,)), at=event.at)
    elif len(left) == 1:
        _blame_each(job, task, event.failure, left, at=event.at)
    elif left:
        half = left.take(len(left) // 2)
        task.suspects += [half, left - half]


def blame_frames(
    job: JobState, attempt: AttemptState, failure: Failure, frames: FrameSet, *, at: float
) -> None:
    """Frames of a live attempt have failed; the attempt holds them no more."""
    task = job.tasks[attempt.task]
    policy, sessions = POLICIES[failure.kind], len(task.at_work)
    if policy.fewer_slots:
        _take_one_slot_less(task, sessions)
    if policy.scope is Scope.FRAME:
        _count_failure(task, policy, sessions)
        _blame_each(job, task, failure, frames, at=at)
    else:
        task.pending = task.pending | frames
        _blame_all(job, task, attempt, failure, at=at)


def blame_doubted(job: JobState, task: TaskState, event: FrameDoubted) -> None:
    """A published frame is doubted: it is tried again, unless it came out the same before."""
    one = FrameSet.of((event.frame,))
    task.undo(one)
    before = task.doubts.get(event.frame, Doubt(times=0, pixels="", evidence=()))
    doubt = Doubt(
        times=before.times + 1,
        pixels=event.pixels,
        evidence=before.evidence + event.failure.evidence,
    )
    task.doubts[event.frame] = doubt
    policy = POLICIES[event.failure.kind]
    is_same = bool(doubt.pixels) and doubt.pixels == before.pixels
    again = policy.next_try(doubt.times, event.at, most=job.plan.tries)
    if not is_same and again is not None:
        if again > event.at:
            task.rest(one, again)
        return
    same = "rendered again, it came out the same"
    words = same if is_same else f"it was rendered {_times(doubt.times)}"
    # A person has to look at it, and may find it right: its file stays where it is.
    reason = f"{event.failure.reason}; {words}. If it is meant so, leave --outliers out"
    task.give_up(one, replace(event.failure, reason=reason, evidence=doubt.evidence))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _blame_launch(
    job: JobState, task: TaskState, attempt: AttemptState, failure: Failure, *, at: float
) -> None:
    """A renderer ended before it was ready: no frame is to blame.

    While other sessions of the task work, the program and the scene are good: there is no room
    for one more (memory, licences). So the others go on with the slots they have.
    """
    policy, sort = POLICIES[failure.kind], failure.kind.value
    working = sum(other.is_open for other in task.at_work)
    if policy.spreads_starts:
        task.spread_starts()
    elif policy.scope is Scope.TASK:
        if working and policy.tries > 1:
            task.most_slots = min(working, task.most_slots or working)
        else:
            _blame_all(job, task, attempt, failure, at=at)
        return
    else:
        policy, sort = LAUNCH_POLICY, LAUNCH
    again = policy.next_try(_count(job, task, attempt, sort), at)
    if again is not None:
        task.launches_rest_until = max(task.launches_rest_until, again)
    elif working:
        task.most_slots = min(working, task.most_slots or working)
        del task.incidents[sort]
    else:
        _give_up_all(task, failure)


def _blame_all(
    job: JobState, task: TaskState, attempt: AttemptState, failure: Failure, *, at: float
) -> None:
    """The whole task would meet this failure: it rests, or its free frames are given up."""
    policy = _policy_of(task, failure)
    if policy.holds_job:
        job.want_held(failure.reason or failure.advice)
        return
    again = policy.next_try(_count(job, task, attempt, failure.kind), at)
    if again is None:
        _give_up_all(task, failure)
    elif policy.holds_queue:
        job.want_held(failure.reason or failure.advice, until=again)
    else:
        task.rests_until = max(task.rests_until, again)


def _policy_of(task: TaskState, failure: Failure) -> RetryPolicy:
    policy = POLICIES[failure.kind]
    if task.is_render or policy.tries == 1 or policy.scope is not Scope.FRAME:
        return policy
    return STITCH_POLICY


def _count(job: JobState, task: TaskState, attempt: AttemptState, sort: str) -> int:
    """Incidents of this sort so far; attempts that ran side by side met one and the same."""
    known = task.incidents.get(sort)
    if known is not None and attempt.number <= known.until:
        return known.made
    made = known.made + 1 if known is not None else 1
    task.incidents[sort] = Incidents(made=made, until=job.attempts_made)
    return made


def _give_up_all(task: TaskState, failure: Failure) -> None:
    task.give_up(task.free_to_try(task.task.frames), failure)


def _blame_each(
    job: JobState, task: TaskState, failure: Failure, frames: FrameSet, *, at: float
) -> None:
    """Each of these frames has one try less."""
    policy = POLICIES[failure.kind]
    for frame in frames:
        one = FrameSet.of((frame,))
        made = task.tries[frame] = task.tries.get(frame, 0) + 1
        again = policy.next_try(made, at, most=job.plan.tries)
        if again is None:
            task.give_up(one, failure)
        elif again > at:
            task.rest(one, again)
        else:
            task.pending = task.pending | one


def _count_failure(task: TaskState, policy: RetryPolicy, sessions: int) -> None:
    """What fewer sessions at a time may mend says nothing of the task while there are others."""
    if not policy.fewer_slots or sessions <= 1:
        task.failures += 1


def _take_one_slot_less(task: TaskState, live: int) -> None:
    task.most_slots = max(1, min(live, task.most_slots or live) - 1)
