"""How a daemon is found: its address and who it is, in a file of the home folder, and its token.

    daemon.json   address, process and version; it stays after a crash, and then names a dead process
    token         what programs show it; made once, so that an open page outlives a restart
    daemon.lock   held by the one daemon of this home for as long as it lives

All are readable by their owner only.
"""

import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from framecrew.model.errors import StoreError
from framecrew.store.owners import Owner, this_process

FILE, TOKEN, LOCK = "daemon.json", "token", "daemon.lock"
OWNER_ONLY = 0o600
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonFile:
    """Where a daemon listens, and which process it is."""

    url: str
    """E.g. `http://127.0.0.1:4727`."""
    port: int
    version: str
    owner: Owner
    certificate: str = ""
    """Of a daemon that listens beyond this machine: the file its clients trust."""


def read_daemon_file(home: Path) -> DaemonFile | None:
    """What the last daemon of a home wrote; None when there is none, or it cannot be read."""
    try:
        data = json.loads((home / FILE).read_text(encoding="utf-8"))
        return DaemonFile(**{**data, "owner": Owner(**data["owner"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def find_daemon(home: Path) -> DaemonFile | None:
    """The daemon that runs for a home now; None when there is none."""
    found = read_daemon_file(home)
    return found if found is not None and found.owner.is_alive else None


def write_daemon_file(
    home: Path, *, url: str, port: int, version: str, certificate: str
) -> None:
    """Tell where this process listens."""
    told = DaemonFile(
        url=url, port=port, version=version, owner=this_process(), certificate=certificate
    )
    write_private(home / FILE, json.dumps(asdict(told)))


def remove_daemon_file(home: Path) -> None:
    with suppress(FileNotFoundError):
        (home / FILE).unlink()


def ensure_token(home: Path) -> str:
    """The token of a home, made where there is none."""
    path = home / TOKEN
    with suppress(FileNotFoundError):
        token = path.read_text(encoding="ascii").strip()
        if len(token) >= TOKEN_BYTES:
            path.chmod(OWNER_ONLY)
            return token
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_private(path, token)
    return token


def read_token(home: Path) -> str:
    """The token of a home; StoreError when it cannot be read."""
    try:
        return (home / TOKEN).read_text(encoding="ascii").strip()
    except OSError as error:
        raise StoreError(
            f"Wanted the daemon's token in {home / TOKEN}; found: {error.strerror}. "
            "Ask as the user who started the daemon."
        ) from error


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read from its first moment, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


class DaemonLock:
    """Held by the one daemon of a home; the system lets go of it when its process ends."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: int | None = None

    def __enter__(self) -> Self:
        self._home.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._home / LOCK, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        if not _try_lock(self._file):
            os.close(self._file)
            self._file = None
            found = read_daemon_file(self._home)
            who = "another process" if found is None else f"process {found.owner.pid}"
            where = "" if found is None else f" at {found.url}"
            raise StoreError(
                f"Wanted to be the daemon of {self._home}; found that {who} is it{where}. "
                "Use that one, end it with `framecrew daemon stop`, or set FRAMECREW_HOME to "
                "another folder."
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
