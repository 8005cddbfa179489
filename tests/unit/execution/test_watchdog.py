from framecrew.execution.watchdog import Phase, Watchdog
from framecrew.model.failures import Failure, FailureKind
from framecrew.model.plans import Patience

PATIENCE = Patience(start=60.0, stall=30.0, finish=10.0)


def watch(
    watchdog: Watchdog,
    *,
    start: int,
    end: int,
    share: float = 0.0,
    bytes_per_second: int = 0,
    cpu: float = 0.0,
) -> Failure | None:
    """One look a second; the first verdict that is a failure."""
    for now in range(start, end):
        passed = now - start + 1
        failure = watchdog.look(
            now=float(now + 1),
            cpu_seconds=cpu + share * passed,
            io_bytes=bytes_per_second * passed,
        )
        if failure is not None:
            return failure
    return None


def rendering(patience: Patience = PATIENCE) -> Watchdog:
    watchdog = Watchdog(patience, now=0.0)
    watchdog.enter(Phase.RENDERING, now=0.0)
    return watchdog


def test_no_sign_of_life_for_longer_than_the_patience_is_a_stall() -> None:
    failure = watch(rendering(), start=0, end=100)
    assert failure is not None
    assert failure.kind is FailureKind.STALL
    assert failure.reason == "no sign of life for 31 s while rendering (patience 30 s)"
    assert "0.00 s of CPU time in 31 s (0.0% of one core)" in failure.evidence


def test_a_start_has_its_own_patience_and_its_own_kind() -> None:
    watchdog = Watchdog(PATIENCE, now=0.0)
    assert watch(watchdog, start=0, end=60) is None
    failure = watchdog.look(now=61.0, cpu_seconds=0.0, io_bytes=0)
    assert failure is not None
    assert failure.kind is FailureKind.START_HANG


def test_what_computes_in_silence_is_alive() -> None:
    assert watch(rendering(), start=0, end=3600, share=1.0) is None


def test_what_reads_or_writes_in_silence_is_alive() -> None:
    assert watch(rendering(), start=0, end=3600, bytes_per_second=1_000_000) is None


def test_a_timer_that_ticks_in_a_hung_program_is_no_life() -> None:
    failure = watch(rendering(), start=0, end=100, share=0.005, bytes_per_second=200)
    assert failure is not None
    assert failure.kind is FailureKind.STALL


def test_a_line_is_a_sign_of_life() -> None:
    watchdog = rendering()
    assert watch(watchdog, start=0, end=29) is None
    watchdog.heard(now=29.0)
    assert watch(watchdog, start=29, end=59) is None
    failure = watch(watchdog, start=59, end=62)
    assert failure is not None


def test_a_busy_second_after_a_long_quiet_is_life_at_once() -> None:
    watchdog = rendering()
    assert watch(watchdog, start=0, end=29) is None
    assert watchdog.look(now=30.0, cpu_seconds=0.2, io_bytes=0) is None
    assert watch(watchdog, start=30, end=59, cpu=0.2) is None


def test_the_end_of_one_of_its_processes_is_a_sign_of_life() -> None:
    watchdog = rendering()
    watchdog.look(now=1.0, cpu_seconds=50.0, io_bytes=0)
    assert watch(watchdog, start=1, end=25, cpu=50.0) is None
    assert watchdog.look(now=26.0, cpu_seconds=10.0, io_bytes=0) is None
    assert watch(watchdog, start=26, end=55, cpu=10.0) is None


def test_after_the_machine_slept_counting_starts_anew() -> None:
    watchdog = rendering()
    assert watch(watchdog, start=0, end=29) is None
    assert watchdog.look(now=5000.0, cpu_seconds=0.0, io_bytes=0) is None
    assert watch(watchdog, start=5000, end=5030) is None


def test_a_silent_busy_loop_hangs_only_when_a_limit_for_silence_was_set() -> None:
    patience = Patience(start=60.0, stall=30.0, finish=10.0, silence=100.0)
    failure = watch(rendering(patience), start=0, end=3600, share=1.0)
    assert failure is not None
    assert failure.kind is FailureKind.STALL
    assert failure.reason.startswith("busy, but neither a line nor a message for 101 s")


def test_what_does_not_leave_after_its_work_hangs_in_the_exit() -> None:
    watchdog = rendering()
    watchdog.enter(Phase.FINISHING, now=0.0)
    failure = watch(watchdog, start=0, end=100)
    assert failure is not None
    assert failure.kind is FailureKind.EXIT_HANG
    assert failure.reason.startswith("it did not leave within 11 s after its work")


def test_what_is_busy_with_leaving_gets_more_time_but_not_for_ever() -> None:
    watchdog = rendering()
    watchdog.enter(Phase.FINISHING, now=0.0)
    assert watch(watchdog, start=0, end=60, share=1.0) is None
    failure = watchdog.look(now=61.0, cpu_seconds=61.0, io_bytes=0)
    assert failure is not None
    assert failure.kind is FailureKind.EXIT_HANG
