"""The state, pictured for people."""

from simulation import Ending, Machine, failure, film_task, plan_of, render_task

from framecrew.frames.sets import FrameSet
from framecrew.model.events import AttemptStarted, FramesRequeued
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import TaskKind
from framecrew.model.statuses import AttemptStatus, JobStatus, TaskStatus


def test_a_job_goes_through_its_phases() -> None:
    machine = Machine(cores=2)
    phases: list[str] = []
    machine.watch = lambda one: phases.append(one.view().phase)
    machine.begin(plan_of(render_task("1-9"), film_task("1-9")))
    phases.append(machine.view().phase)
    machine.go_on()
    assert list(dict.fromkeys(phases)) == ["starting", "rendering", "stitching", "over"]


def test_progress_is_whole_only_when_the_film_is_there_too() -> None:
    machine = Machine(cores=2)
    machine.fault = lambda _assignment, frame: (
        failure(FailureKind.SCRIPT_ERROR) if frame == -1 else None
    )
    machine.run(plan_of(render_task("1-9"), film_task("1-9")))
    view = machine.view()
    assert view.done == view.total == 9
    assert (view.status, view.progress) == (JobStatus.INCOMPLETE, 0.95)


def test_many_films_leave_most_of_the_progress_to_the_frames() -> None:
    names = [f"render:{number}" for number in range(30)]
    films = [film_task("1-2", name, f"film of {name}") for name in names]
    machine = Machine(cores=4)
    seen = [0.0]
    machine.watch = lambda one: seen.append(one.view().progress)
    machine.run(plan_of(*(render_task("1-2", name=name) for name in names), *films))
    assert seen == sorted(seen)
    assert machine.view().progress == 1.0


def test_the_range_of_the_end_narrows_and_holds_the_end() -> None:
    machine = Machine(cores=2)
    looks: list[tuple[float, float, float]] = []

    def look(one: Machine) -> None:
        eta = one.view().eta
        if eta is not None and len(one.done()) > 10:
            looks.append((one.now, eta.soonest, eta.latest))

    machine.watch = look
    machine.run(plan_of(render_task("1-200"), slots=2))
    hits = sum(now + soonest <= machine.now <= now + latest for now, soonest, latest in looks)
    assert hits >= 0.9 * len(looks)
    widths = [latest / soonest for _, soonest, latest in looks if soonest > 5]
    assert widths[-1] < widths[0]


def test_nothing_measured_is_no_range() -> None:
    machine = Machine(cores=2)
    machine.begin(plan_of(render_task("1-9")))
    assert machine.view().eta is None


def faulty(machine: Machine) -> None:
    faults: dict[int, Failure] = {
        3: failure(FailureKind.BAD_OUTPUT, "half a file"),
        4: failure(FailureKind.BAD_OUTPUT, "half a file"),
        9: failure(FailureKind.SKIPPED_FRAME, "no file"),
        8: failure(FailureKind.BAD_OUTPUT, "wrong size"),
    }
    machine.fault = lambda _assignment, frame: faults.get(frame)


def test_losses_are_gathered_by_kind_and_reason() -> None:
    machine = Machine(cores=2)
    faulty(machine)
    machine.run(plan_of(render_task("1-12")))
    told = [(str(loss.frames), loss.failure.reason) for loss in machine.view().losses]
    assert told == [("3-4", "half a file"), ("8", "wrong size"), ("9", "no file")]


def test_what_is_missing_can_be_pasted_as_frames() -> None:
    machine = Machine(cores=2)
    faulty(machine)
    machine.run(plan_of(render_task("1-12")))
    missing = machine.view().missing
    assert FrameSet.parse(str(missing)) == missing
    assert str(missing) == "3-4,8-9"


def test_a_loss_is_gone_when_its_frames_are_requeued() -> None:
    machine = Machine(cores=2)
    faulty(machine)
    machine.run(plan_of(render_task("1-12")))
    machine.fault = lambda _assignment, _frame: None
    again = FrameSet.parse("3-8")
    machine.tell(FramesRequeued(at=machine.now, job=1, task="render", frames=again))
    machine.go_on()
    assert [str(loss.frames) for loss in machine.view().losses] == ["9"]
    assert machine.status() == "incomplete"


def test_each_slot_tells_what_it_does() -> None:
    machine = Machine(cores=2, memory=123_000_000)
    machine.begin(plan_of(render_task("1-40"), slots=2, chunk_size=20))
    starting = machine.view().tasks[0].attempts
    assert [one.status for one in starting] == [AttemptStatus.STARTING] * 2
    machine.go_on(until=1003.5)
    first, second = machine.view().tasks[0].attempts
    assert (first.slot, second.slot) == (0, 1)
    assert (first.attempt, first.status, first.finished) == ("1.1", AttemptStatus.RUNNING, 2)
    assert (str(first.left), str(second.left)) == ("3-20", "23-40")
    assert first.memory_bytes == 123_000_000


def test_a_view_tells_the_layout_with_its_reason() -> None:
    machine = Machine(cores=2)
    machine.run(plan_of(render_task("1-9"), film_task("1-9"), slots=2))
    render, film = machine.view().tasks
    assert (render.slots, render.threads, render.reason) == (2, 1, "as asked")
    assert (render.kind, film.kind) == (TaskKind.RENDER, TaskKind.STITCH)
    assert render.outputs == ("/out/render_####.png",)
    assert film.outputs == ("/out/f.mp4",)
    assert render.seconds_per_frame == 1.0


def test_a_task_tells_its_status() -> None:
    machine = Machine(cores=2)
    crash = Ending(failure(FailureKind.STALL))
    machine.fault = lambda _assignment, frame: crash if frame == 2 else None
    seen: list[tuple[TaskStatus, ...]] = []
    machine.watch = lambda one: seen.append(tuple(task.status for task in one.view().tasks))
    machine.run(plan_of(render_task("1-2"), film_task("1-2"), slots=1))
    assert list(dict.fromkeys(seen)) == [
        (TaskStatus.RUNNING, TaskStatus.WAITING),
        (TaskStatus.RESTING, TaskStatus.WAITING),
        (TaskStatus.FAILED, TaskStatus.SKIPPED),
    ]


def test_a_job_that_waits_for_a_licence_is_held_and_says_why() -> None:
    machine = Machine(cores=1)
    machine.refuses_start = lambda _one: failure(FailureKind.LICENCE, "no free seat")
    machine.begin(plan_of(render_task("1-9")))
    machine.go_on(until=1003.0)
    assert machine.view().status == "held"
    assert machine.view().held_because == "no free seat"


def test_a_queued_job_is_queued_until_its_first_attempt() -> None:
    machine = Machine(cores=1)
    machine.begin(plan_of(render_task("1-9")), plan_of(render_task("1-9")))
    assert [machine.view(job).status for job in (1, 2)] == ["running", "queued"]
    assert {fact.job for fact in machine.facts(AttemptStarted)} == {1}
    assert machine.view(2).tasks[0].status is TaskStatus.READY


def test_a_job_of_which_nothing_came_has_failed() -> None:
    machine = Machine(cores=1)
    machine.fault = lambda _assignment, _frame: failure(FailureKind.SCRIPT_ERROR)
    machine.run(plan_of(render_task("1-3")))
    assert (machine.status(), machine.view().phase) == ("failed", "over")
