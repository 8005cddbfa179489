"""How long a job takes whose renderer pays its launch with every chunk, as After Effects does.

    python benchmarks/cold_makespan.py [--slots 4] [--launch 10]

Virtual time: the real scheduler, a simulated machine (`tests/simulation.py`), no processes. Beside it stand
the static split in N equal ranges that local runners make, and what no schedule can beat: every slot launches
once, and all work is shared out to the second. Programs start two seconds apart in all of them.
"""

import argparse
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from simulation import COLD, Machine, plan_of, render_task

SPAWN = 2.0
FRAMES = 300

Cost = Callable[[int], float]


def scenes() -> dict[str, Cost]:
    """What a frame takes, in seconds, by its number from 1 to FRAMES."""
    dice = random.Random(7)
    noise = [0.5 + 3 * dice.random() for _ in range(FRAMES + 1)]
    wild = [dice.lognormvariate(0.3, 1.0) for _ in range(FRAMES + 1)]
    return {
        "even, 2 s": lambda _frame: 2.0,
        "even, 0.1 s": lambda _frame: 0.1,
        "noise, 0.5 to 3.5 s": lambda frame: noise[frame],
        "ramp, 0.2 to 6 s": lambda frame: 0.2 + 5.8 * (frame / FRAMES) ** 2,
        "a dear third, 0.3 and 8 s": lambda frame: 8.0 if 140 <= frame < 200 else 0.3,
        "ten dear frames, 0.5 and 40 s": lambda frame: 40.0 if frame % 30 == 13 else 0.5,
        "wild (log-normal)": lambda frame: wild[frame],
    }


def static(cost: Cost, slots: int, launch: float) -> float:
    """N ranges of equal length, each a process, started one after the other."""
    size, spare = divmod(FRAMES, slots)
    lengths = [size + (slot < spare) for slot in range(slots)]
    ends = list(accumulate(lengths))
    return max(
        slot * SPAWN + launch + sum(cost(frame) for frame in range(end - length + 1, end + 1))
        for slot, (end, length) in enumerate(zip(ends, lengths, strict=True))
    )


def bound(cost: Cost, slots: int, launch: float) -> float:
    """All slots launch once, the k-th so much later, and end together; no frame is divided."""
    costs = [cost(frame) for frame in range(1, FRAMES + 1)]
    return min(
        max(
            launch + max(costs),
            (sum(costs) + sum(launch + SPAWN * slot for slot in range(used))) / used,
        )
        for used in range(1, slots + 1)
    )


def ours(cost: Cost, slots: int, launch: float) -> tuple[float, int]:
    """Seconds, and how many programs were started."""
    traits = replace(COLD, any_frames=False, spawn_seconds=SPAWN)
    machine = Machine(cores=slots, cost=cost, start=launch, serial=1.0)
    seconds = machine.run(plan_of(render_task(f"1-{FRAMES}", traits), slots=slots))
    return seconds, len(machine.starts)


def main() -> None:
    reading = argparse.ArgumentParser()
    reading.add_argument("--slots", type=int, default=4)
    reading.add_argument("--launch", type=float, default=10.0)
    given = reading.parse_args()
    print(
        f"{FRAMES} frames, {given.slots} slots, launch {given.launch:g} s, seconds of virtual time\n"
    )
    print("| frames | bound | static | framecrew | starts | over bound | static over bound |")
    print("|---|---|---|---|---|---|---|")
    for name, cost in scenes().items():
        least = bound(cost, given.slots, given.launch)
        split = static(cost, given.slots, given.launch)
        mine, starts = ours(cost, given.slots, given.launch)
        print(
            f"| {name} | {least:.0f} | {split:.0f} | {mine:.0f} | {starts}"
            f" | {mine / least:.2f} | {split / least:.2f} |"
        )


if __name__ == "__main__":
    main()
