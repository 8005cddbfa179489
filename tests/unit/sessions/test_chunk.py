"""The part of Blender's session that needs no Blender."""

import runpy
import threading
from collections.abc import Sequence
from pathlib import Path

import framecrew

CHUNK = Path(framecrew.__file__).parent / "sessions" / "blender" / "chunk.py"


def test_a_frame_given_back_while_files_are_cleared_away_stays_given_back(
    tmp_path: Path,
) -> None:
    chunk = runpy.run_path(str(CHUNK))["Chunk"](range(1, 1001))
    chunk.start_run(1000, lambda frame: (tmp_path / str(frame)).touch())

    def clear(vetoed: Sequence[int]) -> None:
        kept = {str(frame) for frame in vetoed}
        for path in tmp_path.iterdir():
            if path.name not in kept:
                path.unlink()

    given: list[int] = []

    def give_back() -> None:
        for frame in range(2, 1001):
            given.extend(chunk.give_back([frame]))

    giver = threading.Thread(target=give_back)
    giver.start()
    while giver.is_alive():
        chunk.sweep(clear)
    giver.join()

    assert given == list(range(2, 1001))
    assert {path.name for path in tmp_path.iterdir()} == set(map(str, given))
