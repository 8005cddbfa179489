"""Service files: each system reads back just the command that was meant."""

import plistlib
import shlex
import xml.etree.ElementTree as ET
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

import pytest

from framecrew.cli.service import service_for

ODD = ("/opt/my $pythons/python3", "-m", "framecrew.studio", "--home", "/h/50% of $it")
HOME = Path("/h")


def test_systemd_reads_back_every_argument() -> None:
    text = service_for("linux", command=ODD, home=HOME).text

    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    program, *words = shlex.split(line.removeprefix("ExecStart="))
    # The program's name has no variables, its arguments have.
    assert program == ODD[0]
    assert [word.replace("%%", "%").replace("$$", "$") for word in words] == list(ODD[1:])
    assert "Restart=on-failure" in text


def test_systemd_ends_no_job_because_of_one_renderer_and_does_not_try_for_ever() -> None:
    unit = ConfigParser(interpolation=None)
    unit.read_string(service_for("linux", command=ODD, home=HOME).text)

    assert unit["Service"]["OOMPolicy"] == "continue"
    assert unit["Service"]["KillMode"] == "mixed"
    # A start takes a second and the pause two: five of them are within the time.
    assert int(unit["Unit"]["StartLimitIntervalSec"]) > 3 * int(unit["Unit"]["StartLimitBurst"])


def test_launchd_reads_back_every_argument() -> None:
    service = service_for("darwin", command=ODD, home=HOME)

    values = plistlib.loads(service.text.encode())
    assert values["ProgramArguments"] == list(ODD)
    assert values["RunAtLoad"] is True
    assert values["ProcessType"] == "Interactive"
    assert PurePosixPath(service.path.as_posix()).name == "org.framecrew.daemon.plist"


def test_the_task_of_windows_is_whole_xml_with_every_argument(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("USERDOMAIN", "STUDIO & CO")
    monkeypatch.setenv("LOGNAME", "anna")
    command = (r"C:\Program Files\python.exe", "-m", "framecrew.studio", "--home", r"C:\a & b")
    service = service_for("win32", command=command, home=HOME)

    task = ET.fromstring(service.text.partition("?>")[2])
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    action = task.find(f"{space}Actions/{space}Exec")
    assert action is not None
    assert action.findtext(f"{space}Command") == command[0]
    assert action.findtext(f"{space}Arguments") == r'-m framecrew.studio --home "C:\a & b"'
    for place in ("Triggers/{}LogonTrigger", "Principals/{}Principal"):
        assert (
            task.findtext(f"{space}{place.format(space)}/{space}UserId") == r"STUDIO & CO\anna"
        )
    assert service.encoding == "utf-16"
