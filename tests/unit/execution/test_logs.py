from pathlib import Path

from framecrew.execution.logs import LogFile, log_path, read_log, read_tail

NOON = 1_700_000_000.25


def test_every_line_has_its_time(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "1.1.log")
    log.write(["Fra:1 Mem:10M", "ünïcode"], at=NOON)
    log.close()
    assert list(read_log(tmp_path / "1.1.log")) == [
        "2023-11-14T22:13:20.250Z Fra:1 Mem:10M",
        "2023-11-14T22:13:20.250Z ünïcode",
    ]


def test_a_job_has_its_folder(tmp_path: Path) -> None:
    assert log_path(tmp_path, job=12, attempt="12.3") == tmp_path / "12" / "12.3.log"


def test_lines_can_be_read_while_they_are_written(tmp_path: Path) -> None:
    path = log_path(tmp_path, job=1, attempt="1.1")
    log = LogFile(path, head_bytes=100, tail_bytes=100)
    for number in range(5):
        log.write([f"line {number}"], at=NOON)
    assert [line.partition(" ")[2] for line in read_log(path)] == [
        f"line {number}" for number in range(5)
    ]
    log.close()


def test_a_flood_keeps_head_and_newest_tail_and_says_what_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    log = LogFile(path, head_bytes=2_000, tail_bytes=2_000)
    for number in range(1000):
        log.write([f"line {number}"], at=NOON)
    log.close()
    lines = list(read_log(path))
    assert lines[0].endswith("line 0")
    assert lines[-1].endswith("line 999")
    assert path.stat().st_size < 7_000
    (note,) = (place for place, line in enumerate(lines) if "left out here" in line)
    before = int(lines[note - 1].rpartition(" ")[2])
    after = int(lines[note + 1].rpartition(" ")[2])
    assert lines[note] == f"framecrew: {after - before - 1} lines were left out here"
    assert [path.name for path in tmp_path.iterdir()] == ["1.1.log"]


def test_a_flood_that_was_never_closed_can_still_be_read(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    log = LogFile(path, head_bytes=2_000, tail_bytes=2_000)
    for number in range(1000):
        log.write([f"line {number}"], at=NOON)
    assert next(iter(read_log(path))).endswith("line 0")
    assert read_tail(path, lines=2)[-1].endswith("line 999")
    log.close()


def test_one_huge_write_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    log = LogFile(path, head_bytes=100, tail_bytes=100)
    log.write([f"line {number}" for number in range(50)], at=NOON)
    log.close()
    assert len(list(read_log(path))) == 50


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("a file where the folder should be", encoding="utf-8")
    log = LogFile(log_path(tmp_path, job=1, attempt="1.1"))
    log.write(["lost"], at=NOON)
    log.close()
    assert list(read_log(log_path(tmp_path, job=1, attempt="1.1"))) == []


def test_no_log_has_no_lines(tmp_path: Path) -> None:
    assert list(read_log(tmp_path / "none.log")) == []
    assert read_tail(tmp_path / "none.log", lines=5) == []
