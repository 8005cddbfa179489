"""A log by line numbers, while it grows, while its tail takes turns, and when it is over."""

from pathlib import Path

from framecrew.execution.logs import LogFile, read_log
from framecrew.model.failures import FailureKind
from framecrew.renderers.contract import FrameBegun, Severity
from framecrew.renderers.rules import Rule, RuleReader, Rules, complaint
from framecrew.studio.log_index import LogIndex

RULES = Rules(
    (
        Rule(r"^frame (?P<frame>\d+)$", lambda match: FrameBegun(frame=int(match["frame"]))),
        Rule(r"^warning", complaint(Severity.WARNING, FailureKind.UNKNOWN)),
        Rule(r"^error", complaint(Severity.ERROR, FailureKind.CRASH)),
    )
)
NOON = 1790000000.5


def texts(index: LogIndex, first: int = 0, count: int = 100_000) -> list[str]:
    index.refresh()
    return [line.text for line in index.lines(first, count)]


def test_lines_have_numbers_frames_and_levels(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    log = LogFile(path)
    log.write(["opening", "frame 7", "warning: dark", "frame 8", "error: gone"], at=NOON)
    index = LogIndex(path, RuleReader(RULES))
    index.refresh()

    lines = index.lines(0, 10)
    assert [line.number for line in lines] == [0, 1, 2, 3, 4]
    assert [line.frame for line in lines] == [None, 7, 7, 8, 8]
    assert [line.level for line in lines] == ["", "", "warning", "", "error"]
    assert lines[0].at.endswith(".500Z")
    assert list(index.numbers(only_warnings=True, search="")) == [2, 4]
    assert list(index.numbers(only_warnings=True, search="DARK")) == [2]
    assert index.place_of(8) == 3
    assert index.place_of(9) is None
    log.close()


def test_a_growing_log_is_read_on_and_not_anew(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    log = LogFile(path)
    index = LogIndex(path, RuleReader(RULES))
    assert texts(index) == []
    log.write(["one"], at=NOON)
    assert texts(index) == ["one"]
    log.write(["two", "three"], at=NOON)
    assert texts(index, 1) == ["two", "three"]
    with path.open("ab") as half:
        half.write(b"2026-01-31T12:00:00.000Z half")
    assert index.total == 3
    assert texts(index, 3) == []
    log.close()
    assert index.generation == 0


def test_a_tail_that_takes_turns_is_followed_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    log = LogFile(path, head_bytes=2_000, tail_bytes=2_000)
    index = LogIndex(path, RuleReader(RULES))
    seen: list[str] = []
    for number in range(400):
        log.write([f"line {number}"], at=NOON)
        if number % 7 == 0:
            seen += texts(index, len(seen))
    seen += texts(index, len(seen))

    assert seen == [f"line {number}" for number in range(400)]
    log.close()
    whole = [line.partition(" ")[2] for line in read_log(path)]
    assert [line for line in texts(index) if "left out" not in line] == [
        line for line in whole if "lines were left out" not in line and "left out" not in line
    ]
    assert index.generation == 1


def test_a_log_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    index = LogIndex(tmp_path / "none.log", RuleReader(RULES))

    assert texts(index) == []
    assert index.total == 0
