"""Graphics cards: those of NVIDIA by their own tool, others by name as the system tells it.

No card, or no tool, is nothing wrong: the list is empty then.
"""

import json
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from framecrew.machine.asking import ask

SECONDS = 8.0
"""A driver that hangs keeps its tool hanging; we can do without the answer."""

MEBIBYTE = 2**20

NVIDIA_FIELDS = ("index", "name", "uuid", "memory.total", "memory.free", "driver_version")


class Maker(StrEnum):
    """Who made the card, which decides what Cycles can use it by."""

    NVIDIA = "NVIDIA"
    AMD = "AMD"
    INTEL = "Intel"
    APPLE = "Apple"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One graphics card."""

    maker: Maker
    name: str
    index: int
    """Among the cards of its maker, as its tool counts."""
    memory_total: int | None = None
    """Bytes; None when nobody told."""
    memory_free: int | None = None
    software_version: str = ""
    """Of what lets the system use it; empty when nobody told."""
    uuid: str = ""


# ── reading what tools print (pure) ───────────────────────────────────────────────────────────


def maker_of(text: str) -> Maker:
    """Tell the maker from a card's name or a vendor's text."""
    lower = text.lower()
    if "nvidia" in lower or "geforce" in lower or "quadro" in lower:
        return Maker.NVIDIA
    if "amd" in lower or "radeon" in lower or "advanced micro devices" in lower:
        return Maker.AMD
    if "intel" in lower:
        return Maker.INTEL
    if "apple" in lower:
        return Maker.APPLE
    return Maker.OTHER


def nvidia_gpus_in(text: str) -> tuple[Gpu, ...]:
    """Read `nvidia-smi --format=csv,noheader,nounits`; what it cannot tell is `[N/A]` there."""
    found = []
    for line in text.splitlines():
        values = [value.strip() for value in line.split(",")]
        if len(values) != len(NVIDIA_FIELDS) or not values[0].isdecimal():
            continue
        index, name, uuid, total, free, version = values
        found.append(
            Gpu(
                maker=Maker.NVIDIA,
                name=name,
                index=int(index),
                memory_total=mebibytes(total),
                memory_free=mebibytes(free),
                software_version=version if version[:1].isdecimal() else "",
                uuid=uuid,
            )
        )
    return tuple(found)


def mebibytes(text: str) -> int | None:
    return int(text) * MEBIBYTE if text.isdecimal() else None


def mac_gpus_in(text: str) -> tuple[Gpu, ...]:
    """Read `system_profiler SPDisplaysDataType -json`."""
    cards = _objects(_parsed(text), "SPDisplaysDataType")
    names = [str(card.get("sppci_model") or card.get("_name") or "") for card in cards]
    return _numbered(names)


def windows_gpus_in(text: str) -> tuple[Gpu, ...]:
    """Read the JSON of `Get-CimInstance Win32_VideoController`: one object, or a list."""
    names = [str(card.get("Name") or "") for card in _objects(_parsed(text))]
    return _numbered([name for name in names if "basic display" not in name.lower()])


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _objects(value: object, key: str = "") -> list[dict[str, object]]:
    if isinstance(value, dict):
        value = value.get(key, []) if key else [value]
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def _numbered(names: list[str]) -> tuple[Gpu, ...]:
    counts: dict[Maker, int] = {}
    found = []
    for name in filter(None, names):
        maker = maker_of(name)
        found.append(Gpu(maker=maker, name=name, index=counts.get(maker, 0)))
        counts[maker] = counts.get(maker, 0) + 1
    return tuple(found)


# ── asking ────────────────────────────────────────────────────────────────────────────────────

VENDORS = {"0x1002": "AMD", "0x8086": "Intel", "0x10de": "NVIDIA"}


def read_gpus() -> tuple[Gpu, ...]:
    """All cards of this machine, NVIDIA's first."""
    nvidia = read_nvidia_gpus()
    others = tuple(
        gpu for gpu in read_other_gpus() if gpu.maker is not Maker.NVIDIA or not nvidia
    )
    return (*nvidia, *others)


def read_nvidia_gpus() -> tuple[Gpu, ...]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    answer = ask(
        [tool, f"--query-gpu={','.join(NVIDIA_FIELDS)}", "--format=csv,noheader,nounits"],
        seconds=SECONDS,
    )
    return nvidia_gpus_in(answer.text) if answer.is_good else ()


def read_other_gpus() -> tuple[Gpu, ...]:
    platform: str = sys.platform
    if platform == "darwin":
        answer = ask(["system_profiler", "SPDisplaysDataType", "-json"], seconds=SECONDS)
        return mac_gpus_in(answer.text)
    if platform == "win32":
        question = "Get-CimInstance Win32_VideoController | Select-Object Name | ConvertTo-Json"
        answer = ask(
            ["powershell", "-NoProfile", "-NonInteractive", "-Command", question],
            seconds=SECONDS,
        )
        return windows_gpus_in(answer.text)
    return linux_gpus_under(Path("/sys/class/drm"))


def linux_gpus_under(folder: Path) -> tuple[Gpu, ...]:
    """Read the kernel's own list; it knows the maker, and of AMD's cards the memory."""
    names = []
    memories = []
    for card in sorted(folder.glob("card[0-9]*/device")):
        vendor = VENDORS.get(_text(card / "vendor"))
        if vendor is not None and "-" not in card.parent.name:
            product = _text(card / "product_name") or f"graphics {_text(card / 'device')}"
            names.append(f"{vendor} {product}")
            memory = _text(card / "mem_info_vram_total")
            memories.append(int(memory) if memory.isdecimal() else None)
    return tuple(
        Gpu(maker=gpu.maker, name=gpu.name, index=gpu.index, memory_total=memory)
        for gpu, memory in zip(_numbered(names), memories, strict=True)
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
