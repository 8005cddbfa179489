"""Rides out many storms: jobs under faults that dice choose (`tests/storm.py`).

    python scripts/storms.py --runs 200 [--first 1] [--folder /tmp/storms]

One line for each. The folder of one that went wrong stays, and its number throws the same dice again.
It takes 5 to 30 seconds a storm; `tests/doors/test_storms.py` runs a few.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from storm import ride_out


def main() -> int:
    reading = argparse.ArgumentParser()
    reading.add_argument("--runs", type=int, default=200)
    reading.add_argument("--first", type=int, default=1)
    reading.add_argument("--folder", type=Path)
    given = reading.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="storms-"))
    ends: Counter[str] = Counter()
    numbers = range(given.first, given.first + given.runs)
    for number, weather, end, seconds in ride_out(numbers, folder):
        ends[end.partition(":")[0]] += 1
        print(f"{number:5} {end} ({seconds:.0f} s): {weather}", flush=True)
    print(", ".join(f"{count} {end}" for end, count in sorted(ends.items())))
    return 1 if ends["WRONG"] else 0


if __name__ == "__main__":
    sys.exit(main())
