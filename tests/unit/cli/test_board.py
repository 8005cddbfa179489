"""What the board promises: it fits the terminal, tells all that matters, and needs no colour."""

import io
from contextlib import suppress
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from framecrew.cli.board import Board, picture
from framecrew.conductor.live import LiveJob
from framecrew.frames.sets import EMPTY, FrameSet
from framecrew.model import events as ev
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.jobs import Wish
from framecrew.model.plans import Plan, Task, TaskKind
from framecrew.model.pulses import FrameProgress, LinePrinted, ProcessMeasured
from framecrew.model.requests import RenderRequest
from framecrew.model.statuses import AttemptStatus, JobStatus, TaskStatus
from framecrew.model.views import AttemptView, Eta, JobView, Loss, TaskView

NOW = 1_000.0
LONG = "Could not find the texture wood_diffuse_4k.exr " * 5


def attempt_view(slot: int, status: AttemptStatus = AttemptStatus.RUNNING) -> AttemptView:
    return AttemptView(
        attempt=f"1.{slot + 1}",
        task="render",
        slot=slot,
        threads=1,
        status=status,
        pid=0 if status is AttemptStatus.STARTING else 4_194_000 + slot,
        left=FrameSet.range(10, 90, 7),
        finished=3,
        started=NOW - 1.4,
        memory_bytes=290_000_000,
    )


def render_task(slots: int) -> TaskView:
    return TaskView(
        id="render",
        kind=TaskKind.RENDER,
        target="",
        status=TaskStatus.RUNNING,
        frames=FrameSet.range(1, 240),
        done=FrameSet.range(1, 60),
        losses=(),
        slots=slots,
        threads=1,
        reason="2 sessions end about 48 % sooner than one: 100 % of a frame uses one thread",
        seconds_per_frame=2.0,
        footprint_bytes=290_000_000,
        attempts=tuple(attempt_view(slot) for slot in range(slots)),
        outputs=("/shots/a_####.png",),
    )


def film_task(status: TaskStatus = TaskStatus.WAITING) -> TaskView:
    return replace(
        render_task(0),
        id="film",
        kind=TaskKind.STITCH,
        status=status,
        done=EMPTY,
        outputs=("/shots/a.mp4",),
    )


def job_view(slots: int = 2, **changes: object) -> JobView:
    view = JobView(
        id=12,
        name="shot_010",
        status=JobStatus.RUNNING,
        wish=Wish.RUN,
        priority=50,
        held_because="",
        submitted=NOW - 75,
        finished=0.0,
        phase="rendering",
        progress=0.25,
        eta=Eta(soonest=70.0, latest=100.0),
        tasks=(render_task(slots), film_task()),
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def live_of(view: JobView) -> LiveJob:
    """Slots in the middle of their frames."""
    live = LiveJob(view.id)
    for task in view.tasks:
        for each in task.attempts:
            live.take(
                ev.AttemptStarted(
                    at=NOW - 9, job=view.id, task=task.id, attempt=each.attempt,
                    slot=each.slot, threads=1, frames=each.left,
                )
            )  # fmt: skip
            live.take(FrameProgress(attempt=each.attempt, frame=10, percent=None))
            live.take(FrameProgress(attempt=each.attempt, frame=10, percent=40.0))
            live.take(
                ProcessMeasured(attempt=each.attempt, cpu_percent=98.0, memory_bytes=3 * 10**8)
            )
    return live


def drawn(
    view: JobView, live: LiveJob | None = None, *, width: int = 100, height: int = 24
) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True)
    with console.capture() as capture:
        console.print(picture(view, live or live_of(view), NOW, width=width, height=height))
    plain = Console(width=width, file=io.StringIO(), color_system=None)
    with plain.capture() as bare:
        plain.print(picture(view, live or live_of(view), NOW, width=width, height=height))
    assert len(capture.get().splitlines()) == len(bare.get().splitlines())
    return bare.get().splitlines()


@pytest.mark.parametrize("width", [48, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("slots", [1, 2, 8, 64])
def test_a_board_is_never_wider_nor_higher_than_the_terminal(width: int, slots: int) -> None:
    view = job_view(
        slots, name="a_very_long_shot_name_of_a_scene_\u5834\u9762_v023" * 3, held_because=LONG
    )
    live = live_of(view)
    for number in range(9):
        live.warn(f"{number} {LONG}")

    lines = drawn(view, live, width=width, height=24)

    assert len(lines) <= 24
    assert max(cell_len(line) for line in lines) <= width
    assert any("60 of 240" in line for line in lines)


def test_more_slots_than_lines_are_counted_and_the_sums_stay_in_sight() -> None:
    lines = drawn(job_view(64), height=24)

    assert any("and 54 slots more" in line for line in lines)
    assert any("frames " in line and "60 of 240" in line for line in lines)


def test_a_row_tells_frame_percent_pace_memory_and_cpu() -> None:
    view = job_view(1)
    live = live_of(view)
    live.take(ev.FrameFinished(at=NOW - 3, attempt="1.1", frame=10, seconds=1.5))
    live.take(FrameProgress(attempt="1.1", frame=17, percent=25.0))

    row = next(line for line in drawn(view, live) if "4194000" in line)

    assert row.split() == [
        "0", "17", *[word for word in row.split() if "\u2501" in word or "-" in word],
        "25", "%", "1.50", "300", "MB", "98", "%", "4194000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "shown"), [(100, "A very long name 10"), (64, "A very 10"), (48, " 10 ")]
)
def test_of_several_targets_a_row_tells_which_and_stays_one_line(
    width: int, shown: str
) -> None:
    view = job_view(slots=2)
    live = live_of(view)
    requests = {"render": "A very long name of a layer", "render:B": "B"}
    tasks = tuple(
        Task(
            id=name,
            kind=TaskKind.RENDER,
            frames=FrameSet.range(1, 240),
            request=RenderRequest(renderer="blender", scene="/a.blend", target=target),
        )
        for name, target in requests.items()
    )
    plan = Plan(name="a", tasks=tasks)
    live.take(ev.JobSubmitted(at=NOW, job=view.id, priority=50, plan=plan))
    lines = drawn(view, live, width=width)
    assert [shown in line for line in lines].count(True) == 2
    assert len(lines) == len(drawn(view, width=width))


def test_a_renderer_that_starts_says_for_how_long() -> None:
    task = render_task(1)
    starting = replace(task, attempts=(attempt_view(0, AttemptStatus.STARTING),))

    lines = drawn(job_view(tasks=(starting,)), LiveJob(12))

    assert any("starting 1.4 s" in line for line in lines)


def test_a_warning_is_shown_once_with_its_count_however_long_it_is() -> None:
    view = job_view()
    live = live_of(view)
    for _ in range(3):
        live.take(LinePrinted(attempt="1.1", frame=10, text=LONG, is_warning=True))

    warnings = [line for line in drawn(view, live, width=80) if "wood_diffuse" in line]

    assert len(warnings) == 1
    assert warnings[0].rstrip().endswith("\N{MULTIPLICATION SIGN}3")


def test_control_signs_in_a_renderers_words_do_not_reach_the_terminal() -> None:
    view = job_view()
    live = live_of(view)
    view = replace(view, name="a\x1b]0;title\x07")
    live.warn("odd \x1b[2Jtext\r\nof two lines\tand a tab")

    assert not any("\x1b" in line or "\t" in line for line in drawn(view, live))


def test_a_held_job_says_why() -> None:
    lines = drawn(job_view(status=JobStatus.HELD, held_because="the disk of /shots is full"))

    assert any("held" in line and "the disk of /shots is full" in line for line in lines)


def test_a_film_has_its_own_progress_and_then_is_proved() -> None:
    attempt = replace(attempt_view(0), attempt="1.9", task="film")
    film = replace(film_task(TaskStatus.RUNNING), attempts=(attempt,))
    view = job_view(
        phase="stitching", tasks=(replace(render_task(0), status=TaskStatus.DONE), film)
    )
    live = live_of(view)

    encoding = drawn(view, live)
    live.take(FrameProgress(attempt="1.9", frame=1, percent=100.0))
    proving = drawn(view, live)

    assert any("40.0 %" in line and "encoding" in line for line in encoding)
    assert any("100.0 %" in line and "proving" in line for line in proving)


def test_frames_that_were_given_up_are_counted() -> None:
    failure = Failure(kind=FailureKind.CRASH, reason="it crashed")
    loss = Loss(frames=FrameSet.range(7, 9), failure=failure)
    view = job_view(tasks=(replace(render_task(1), losses=(loss,)),))

    assert any("3 frames given up" in line for line in drawn(view))


def test_time_left_is_a_range_and_the_throughput_is_told() -> None:
    view = job_view()
    live = live_of(view)
    for second in (9, 7, 5, 3):
        live.take(ev.FrameFinished(at=NOW - second, attempt="1.1", frame=second, seconds=2.0))

    sums = next(line for line in drawn(view, live) if "so far" in line)

    assert "0.33 frames/s" in sums
    assert "1:10 to 1:40 left" in sums
    assert "75 s so far" in sums


def test_a_terminal_without_unicode_gets_ascii_alone() -> None:
    view = job_view(8)
    live = live_of(view)
    for _ in range(2):
        live.warn(LONG)
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    console = Console(width=80, file=file, force_terminal=True)

    console.print(picture(view, live, NOW, width=80, height=24))

    file.flush()
    assert b"frames" in file.buffer.getvalue()


def test_the_cursor_is_there_again_whatever_happens() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=24, _environ={})
    hidden, shown = "\x1b[?25l", "\x1b[?25h"

    with suppress(KeyboardInterrupt), Board(console) as board:
        board.draw(job_view(), LiveJob(12), NOW)
        assert hidden in file.getvalue()
        raise KeyboardInterrupt

    assert file.getvalue().rindex(shown) > file.getvalue().rindex(hidden)
