#!/usr/bin/env python3
"""From a bare machine with Python 3.11 or newer to a rendered film, or to a tested checkout.

    python3 bootstrap.py demo     render a small scene in parallel into frames and a film
    python3 bootstrap.py test     every check and every test; with --thorough, further cases of them
    python3 bootstrap.py check    the checks alone: ruff, mypy, import contracts

Only the standard library is used. Everything is installed below this folder: in `.venv` and,
when the machine has no Blender, in `.venv-bpy`; removing the two folders removes it all.
A second call installs nothing.
"""

# The file must parse on Pythons older than 3.11, to be able to say that they are too old.
from __future__ import annotations

import argparse
import concurrent.futures
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BPY_VENV = ROOT / ".venv-bpy"
OLDEST = (3, 11)
PYTHON_NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")
PLATFORMS = ("linux", "win32", "darwin")
HIDDEN_BLENDERS = {
    "linux": ("/opt/blender*/blender", "/snap/bin/blender", "~/blender*/blender"),
    "darwin": ("/Applications/Blender*.app/Contents/MacOS/Blender",),
    "win32": (r"%ProgramFiles%\Blender Foundation\Blender*\blender.exe",),
}
INSTALL_LINES = {
    "blender": {
        "linux": "sudo apt install blender",
        "darwin": "brew install --cask blender",
        "win32": "winget install BlenderFoundation.Blender",
    },
    "ffmpeg": {
        "linux": "sudo apt install ffmpeg",
        "darwin": "brew install ffmpeg",
        "win32": "winget install Gyan.FFmpeg",
    },
    "tmux": {"linux": "sudo apt install tmux", "darwin": "brew install tmux"},
    "chromium-headless-shell": {"linux": "sudo apt install chromium-headless-shell"},
    "chromium": {
        "linux": "sudo apt install chromium",
        "darwin": "brew install --cask chromium",
        "win32": "winget install Hibbiki.Chromium",
    },
}
# What the bpy wheel loads of a Linux desktop, and a bare server lacks.
BPY_LIBRARIES = "libegl1 libgl1 libsm6 libxfixes3 libxi6 libxkbcommon0 libxrender1 libxxf86vm1"


class BootstrapError(Exception):
    """Only a person can mend this; the message says what was wanted, found, and what to do."""


class Step(NamedTuple):
    """One check: its name in the summary and its arguments."""

    name: str
    arguments: list[str]


class Taken(NamedTuple):
    """A step that was taken: its name, exit code, and seconds."""

    name: str
    code: int
    seconds: float


# ── the story ─────────────────────────────────────────────────────────────────────────────────


def main(arguments: Sequence[str] | None = None) -> int:
    if sys.version_info[:2] < OLDEST:
        print(old_python_message(), file=sys.stderr)
        return 1
    wish, rest = read_arguments(arguments)
    try:
        if wish.command == "demo":
            return demo(rest)
        return test(rest, with_tests=wish.command == "test", with_system=wish.system)
    except BootstrapError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def read_arguments(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Further arguments go to the demo or to pytest: bootstrap.py test -k watchdog",
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=("demo", "test", "check"))
    parser.add_argument(
        "--system",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="let apt-get install missing programs (needs root; always on where CI=true)",
    )
    return parser.parse_known_args(arguments)


def demo(rest: list[str]) -> int:
    python = ensure_framecrew()
    ensure_ffmpeg()
    environment = ensure_blender()
    return call([str(python), "-m", "framecrew.demo", *rest], environment)


def test(rest: list[str], *, with_tests: bool, with_system: bool) -> int:
    # Thousands of processes begin in the tests, and each would compile every module anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if with_system:
        install_with_apt(with_tests=with_tests)
    python = ensure_framecrew()
    ensure_installed(VENV, "dev", "requirements/dev.txt")
    with concurrent.futures.ThreadPoolExecutor() as beside:
        # Most of it is waiting for a network or a disk.
        blender = with_tests and beside.submit(blender_if_possible, with_module=with_system)
        taken = take_together(check_steps(python))
    if blender:
        name_missing_programs()
        environment = blender.result()
        if "--thorough" in rest:
            ensure_ffmpeg()
        else:
            environment["PATH"] = (
                f"{pinned_ffmpeg(python).parent}{os.pathsep}{os.environ['PATH']}"
            )
        pytest = Step("tests", [str(python), "-m", "pytest", *spread(), *rest])
        taken.append(take(pytest, environment))
    return conclude(taken)


# ── the checks ────────────────────────────────────────────────────────────────────────────────


def check_steps(python: Path) -> list[Step]:
    def module(*arguments: str) -> list[str]:
        return [str(python), "-m", *arguments]

    lint_imports = "from importlinter.cli import lint_imports_command as main; main()"
    return [
        *(
            # One cache each: a cache made for another platform is thrown away whole.
            Step(
                f"types ({platform})",
                module(
                    "mypy", "--platform", platform, "--cache-dir", f".mypy_cache/{platform}"
                ),
            )
            for platform in PLATFORMS
        ),
        Step("lint", module("ruff", "check", "--output-format", "concise", ".")),
        Step("format", module("ruff", "format", "--check", ".")),
        Step("imports", [str(python), "-c", lint_imports, "--no-logo"]),
        # An installed checkout whose page sources changed since has an old page.
        Step("page", [str(python), "hatch_build.py", "--types"]),
    ]


def spread() -> list[str]:
    """Files, not tests, are spread: those that start renderers know each other's cost. Two to a core,
    for most of a test's time is waiting for processes.
    """
    return [
        "-n",
        str(max(4, min(8, 2 * (os.cpu_count() or 1)))),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]


def take_together(steps: Iterable[Step]) -> list[Taken]:
    """Steps that need nothing of each other, one to a core; what each says is shown when it has ended."""

    def take_one(step: Step) -> Taken:
        began = time.monotonic()
        done = subprocess.run(
            step.arguments,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        say(f"{step.name}\n{done.stdout.strip()}")
        return Taken(step.name, done.returncode, time.monotonic() - began)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(take_one, steps))


def take(step: Step, environment: Mapping[str, str]) -> Taken:
    say(step.name)
    began = time.monotonic()
    code = call(step.arguments, environment)
    return Taken(step.name, code, time.monotonic() - began)


def conclude(taken: Sequence[Taken]) -> int:
    """Say how every step went; the first failure's code is the answer."""
    say("summary")
    for name, code, seconds in taken:
        verdict = "ok" if code == 0 else f"FAILED ({code})"
        print(f"{name:16} {verdict:12} {seconds:6.1f} s", flush=True)
    return next((one.code for one in taken if one.code != 0), 0)


# ── what gets installed ───────────────────────────────────────────────────────────────────────


def ensure_framecrew() -> Path:
    """Framecrew itself, editable, on pinned and hashed dependencies; gives its Python."""
    ensure_venv(VENV, Path(sys.executable))
    # The build tools are pinned with the rest; an isolated build would fetch others.
    ensure_installed(VENV, "framecrew", "requirements/locked.txt", and_itself=True)
    return python_of(VENV)


def ensure_ffmpeg() -> None:
    if shutil.which("ffmpeg") is None and not os.environ.get("FFMPEG"):
        ensure_installed(VENV, "ffmpeg", "requirements/ffmpeg.txt")


def pinned_ffmpeg(python: Path) -> Path:
    """The one that Python's index has: the same for everybody, and it starts seven times as fast as one
    of two hundred libraries, of which tests start thousands.
    """
    ensure_installed(VENV, "ffmpeg", "requirements/ffmpeg.txt")
    script = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
    asked = subprocess.run(
        [str(python), "-c", script], capture_output=True, text=True, check=True
    )
    program = Path(asked.stdout.strip())
    named = VENV / "ffmpeg" / program.name / ("ffmpeg.exe" if os.name == "nt" else "ffmpeg")
    if not named.exists():
        named.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, named)
    return named


def ensure_blender() -> dict[str, str]:
    """Blender, or its module in an environment of its own; gives the variables naming it."""
    return {} if has_blender() else ensure_bpy()


def ensure_bpy() -> dict[str, str]:
    """The bpy module in an environment of its own; gives the variable naming it."""
    stamp = BPY_VENV / ".installed-bpy"
    wanted = f"{ROOT}\n{bpy_requirement()}"
    if not is_current(stamp, BPY_VENV, wanted):
        install_bpy(bpy_requirement())
        stamp.write_text(wanted, encoding="utf-8")
    return {"FRAMECREW_BPY_PYTHON": str(python_of(BPY_VENV))}


def blender_if_possible(*, with_module: bool) -> dict[str, str]:
    """Most tests need no renderer; those that do say why they were skipped.

    `with_module`: the bpy module too where there is a Blender, to test both.
    """
    try:
        return ensure_bpy() if with_module else ensure_blender()
    except BootstrapError as problem:
        print(f"{problem}\nGoing on without a renderer.", file=sys.stderr)
        return {}


def install_bpy(requirement: str) -> None:
    """A bpy wheel fits one exact Python: pip is asked for each Python of this machine."""
    tried: list[str] = []
    for python, version in pythons():
        say(f"looking for a bpy wheel for Python {version} (large, once)")
        shutil.rmtree(BPY_VENV, ignore_errors=True)
        ensure_venv(BPY_VENV, python)
        tried.append(version)
        if not pip_found(BPY_VENV, "--only-binary", ":all:", requirement):
            continue
        ensure_bpy_loads()
        return
    shutil.rmtree(BPY_VENV, ignore_errors=True)
    raise BootstrapError(
        "Wanted a renderer. Found no Blender, and no bpy wheel that fits Python "
        f"{', '.join(tried)}.\n"
        f"Install Blender: {install_line('blender')}"
    )


def ensure_bpy_loads() -> None:
    script = "import bpy; print('bpy', bpy.app.version_string)"
    loaded = subprocess.run(
        [str(python_of(BPY_VENV)), "-c", script], capture_output=True, text=True, check=False
    )
    if loaded.returncode != 0:
        last = (loaded.stderr.strip().splitlines() or ["it crashed without a word"])[-1]
        shutil.rmtree(BPY_VENV, ignore_errors=True)
        raise BootstrapError(
            f"Wanted to load the bpy module. Found: {last}\n"
            f"Install Blender: {install_line('blender')}\n"
            f"or, on a Debian without a desktop, what the module needs:\n"
            f"sudo apt install {BPY_LIBRARIES}"
        )
    print(loaded.stdout.strip().splitlines()[-1], flush=True)


def bpy_requirement() -> str:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["optional-dependencies"]["blender"][0])


def ensure_installed(venv: Path, name: str, lock: str, *, and_itself: bool = False) -> None:
    """Install a lock file, once for each content of it and of pyproject.toml."""
    stamp = venv / f".installed-{name}"
    digest = hashlib.sha256()
    for path in (ROOT / lock, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    wanted = (
        f"{ROOT}\n{digest.hexdigest()}"  # the folder too: a moved checkout has stale scripts
    )
    if is_current(stamp, venv, wanted):
        return
    say(f"installing {name} into {venv.name}")
    pip(venv, "--require-hashes", "-r", str(ROOT / lock))
    if and_itself:
        pip(venv, "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    stamp.write_text(wanted, encoding="utf-8")


def is_current(stamp: Path, venv: Path, wanted: str) -> bool:
    return (
        python_of(venv).exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == wanted
    )


# ── environments and pip ──────────────────────────────────────────────────────────────────────


def ensure_venv(folder: Path, python: Path) -> None:
    if python_of(folder).exists():
        return
    if not answers(python, "import ensurepip, venv"):
        raise BootstrapError(
            f"Wanted a virtual environment. Found no ensurepip in {python}.\n"
            f"Install it: sudo apt install {venv_package()}"
        )
    say(f"making {folder.name}")
    # --clear: a folder without its Python is what a removed or upgraded Python leaves behind.
    subprocess.run([str(python), "-m", "venv", "--clear", str(folder)], check=True)


def python_of(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def pip(venv: Path, *arguments: str) -> None:
    """Which index pip asks is the machine's affair: its own configuration holds."""
    done = subprocess.run([*pip_command(venv), "--quiet", *arguments], check=False)
    if done.returncode != 0:
        raise BootstrapError(
            f"Wanted to install {arguments[-1]} into {venv.name}. Found: pip failed.\n"
            "Mend what it names above (often the network or a full disk) and call this again; "
            "it goes on where it stopped."
        )


def pip_found(venv: Path, *arguments: str) -> bool:
    """Install, or say that nothing fits this Python; any other trouble stops us."""
    done = subprocess.run(
        [*pip_command(venv), *arguments], stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode == 0:
        return True
    if "No matching distribution" in done.stderr:
        return False
    raise BootstrapError(f"Wanted to install {arguments[-1]}. Found:\n{done.stderr.strip()}")


def pip_command(venv: Path) -> list[str]:
    return [str(python_of(venv)), "-m", "pip", "install", "--disable-pip-version-check"]


def pythons() -> Iterator[tuple[Path, str]]:
    """Every Python of this machine that may have a bpy, this one first, each version once."""
    seen: set[str] = set()
    for command in python_commands():
        script = "import sys; print(sys.executable); print('%d.%d' % sys.version_info[:2])"
        try:
            said = subprocess.run(
                [*command, "-c", script], capture_output=True, text=True, check=True
            ).stdout.splitlines()
        except (OSError, subprocess.CalledProcessError):
            continue  # a launcher for a Python that is not installed
        if len(said) == 2 and said[1] not in seen:
            seen.add(said[1])
            yield Path(said[0]), said[1]


def python_commands() -> Iterator[list[str]]:
    yield [sys.executable]
    for name in PYTHON_NAMES:
        path = shutil.which(name)
        if path is not None:
            yield [path]
        if os.name == "nt" and shutil.which("py"):
            yield ["py", f"-{name.removeprefix('python')}"]


def answers(python: Path, script: str) -> bool:
    return (
        subprocess.run([str(python), "-c", script], capture_output=True, check=False).returncode
        == 0
    )


# ── programs of the system ────────────────────────────────────────────────────────────────────


def has_blender() -> bool:
    if any(os.environ.get(name) for name in ("BLENDER", "FRAMECREW_BPY_PYTHON")):
        return True
    if shutil.which("blender"):
        return True
    places = HIDDEN_BLENDERS.get(sys.platform, ())
    return any(glob.glob(os.path.expandvars(str(Path(place).expanduser()))) for place in places)  # noqa: PTH207 - an absolute pattern


def missing_programs() -> list[str]:
    wanted = [name for name, lines in INSTALL_LINES.items() if sys.platform in lines]
    return [
        name
        for name in wanted
        if not (has_blender() if name == "blender" else shutil.which(name))
    ]


def name_missing_programs() -> None:
    for name in missing_programs():
        print(f"not here: {name}. To have it tested too: {install_line(name)}", flush=True)


def install_with_apt(*, with_tests: bool) -> None:
    """On a machine that is there for our tests, and only as root: ask Debian."""
    wanted = missing_programs() if with_tests else []
    if not answers(Path(sys.executable), "import ensurepip, venv"):
        wanted.append(venv_package())
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not wanted or not is_root or shutil.which("apt-get") is None:
        return
    say(f"apt-get install {' '.join(wanted)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    call(["apt-get", "-qq", "update"], quiet)
    if (
        call(["apt-get", "-qq", "-y", "install", "--no-install-recommends", *wanted], quiet)
        != 0
    ):
        print("apt-get could not; going on without.", file=sys.stderr)


def install_line(program: str) -> str:
    return INSTALL_LINES[program].get(sys.platform, f"see the pages of {program}")


def venv_package() -> str:
    return f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def old_python_message() -> str:
    found = f"Wanted Python 3.11 or newer. Found {sys.version.split()[0]} ({sys.executable})."
    for name in PYTHON_NAMES:
        if shutil.which(name):
            return f"{found}\nCall it with the newer one: {name} bootstrap.py"
    return f"{found}\nInstall a newer one, e.g.: sudo apt install python3.11 python3.11-venv"


# ── saying and calling ────────────────────────────────────────────────────────────────────────


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def call(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        list(arguments), cwd=ROOT, env={**os.environ, **environment}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
