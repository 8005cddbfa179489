"""How busy the processors are, whoever asks and however often."""

import threading
from pathlib import Path

from framecrew.studio.machine_looks import MachineLooks, Spent, busy_percent


def test_busy_is_the_part_that_was_not_idle() -> None:
    before = Spent(idle=100.0, total=400.0)

    assert busy_percent(before, Spent(idle=101.0, total=404.0)) == 75.0
    assert busy_percent(before, Spent(idle=104.0, total=404.0)) == 0.0


def test_a_look_too_soon_after_another_tells_nothing() -> None:
    assert busy_percent(Spent(idle=1.0, total=4.0), Spent(idle=1.0, total=4.1)) is None


def test_another_thread_is_told_the_same(tmp_path: Path) -> None:
    looks = MachineLooks(tmp_path)
    looks._spent, looks._busy = Spent(idle=0.0, total=1e12), 42.0
    told: list[float] = []

    other = threading.Thread(
        target=lambda: told.append(looks.now((), is_fresh=False).cpu_percent)
    )
    other.start()
    other.join()

    assert told == [looks.now((), is_fresh=False).cpu_percent] == [42.0]
