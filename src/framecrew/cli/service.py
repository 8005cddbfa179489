"""Service files: what lets a system start the daemon when a person logs in."""

import getpass
import os
import plistlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from framecrew.planning.quoting import quoted

NAME = "framecrew"
LABEL = "org.framecrew.daemon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One file, and the two commands that go with it."""

    path: Path
    text: str
    what: str
    """What the file does."""
    on: str
    off: str
    encoding: str = "utf-8"


def service_for(system: str, *, command: Sequence[str], home: Path) -> Service:
    """The service of a system named as in `sys.platform`, for whoever calls this."""
    if system == "win32":
        return _windows(command, home)
    return _macos(command, home) if system == "darwin" else _linux(command)


def _linux(command: Sequence[str]) -> Service:
    program, *arguments = command
    # What begins with a dollar is a variable, but never in the program's own name.
    words = " ".join(
        (_for_systemd(program), *(_for_systemd(word.replace("$", "$$")) for word in arguments))
    )
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Service(
        path=folder / "systemd" / "user" / f"{NAME}.service",
        text=f"""[Unit]
Description=framecrew: the render queue of this user
# Where another daemon has the queue it is no use to try for ever.
StartLimitIntervalSec=120
StartLimitBurst=5

[Service]
ExecStart={words}
# After a crash it goes on with unfinished jobs by itself.
Restart=on-failure
RestartSec=2
# It ends its renderers itself; what is left after that is ended by the system.
KillMode=mixed
TimeoutStopSec=20
# A renderer for which memory does not suffice is a failed attempt, and no reason to end the rest.
OOMPolicy=continue

[Install]
WantedBy=default.target
""",
        what="a systemd unit of your own user, which starts the daemon when you log in",
        on=f"systemctl --user enable --now {NAME}  (and to have it without a login: "
        "loginctl enable-linger)",
        off=f"systemctl --user disable --now {NAME}",
    )


def _for_systemd(word: str) -> str:
    """One argument as systemd reads it: quoted, with its own signs doubled."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{plain}"' if plain != word or any(sign in word for sign in " \t';") else word


def _macos(command: Sequence[str], home: Path) -> Service:
    path = Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"
    log = str(home / "daemon.log")
    values = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "ExitTimeOut": 20,
        # Else the system slows the renderers down as it does with what works in the background.
        "ProcessType": "Interactive",
    }
    return Service(
        path=path,
        text=plistlib.dumps(values).decode("utf-8"),
        what="a launchd agent, which starts the daemon when you log in",
        on=f"launchctl bootstrap gui/$(id -u) {shlex.quote(str(path))}",
        off=f"launchctl bootout gui/$(id -u)/{LABEL}",
    )


def _windows(command: Sequence[str], home: Path) -> Service:
    program, *arguments = command
    path = home / f"{NAME}-task.xml"
    line = escape(quoted(arguments, "win32"))
    user = escape(f"{os.environ.get('USERDOMAIN', '.')}\\{getpass.getuser()}")
    return Service(
        path=path,
        text=f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>framecrew: the render queue of this user</Description></RegistrationInfo>
  <!-- Of this user alone: a task for everybody's logon wants an administrator. -->
  <Triggers><LogonTrigger><Enabled>true</Enabled><UserId>{user}</UserId></LogonTrigger></Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <!-- As any program that a person starts; tasks, and the renderers they start, are slower else. -->
    <Priority>5</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>99</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author"><Exec><Command>{escape(program)}</Command><Arguments>{line}</Arguments></Exec></Actions>
</Task>
""",
        what="a task for the Task Scheduler, which starts the daemon when you log in",
        on=f'schtasks /Create /TN {NAME} /XML "{path}"',
        off=f"schtasks /Delete /TN {NAME} /F",
        encoding="utf-16",
    )
