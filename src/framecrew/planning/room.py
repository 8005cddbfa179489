"""Room on disk: what a job's frames will take, and whether that is there before it starts."""

from collections.abc import Iterator
from dataclasses import dataclass

from framecrew.model.errors import Mistake
from framecrew.model.plans import Plan, Task
from framecrew.model.requests import RenderRequest
from framecrew.model.scenes import SceneFacts
from framecrew.planning.findings import Findings, FolderFinding
from framecrew.planning.sizes import size_text

CHANNELS = 4

BYTES_PER_VALUE = {".exr": 2, ".tif": 2, ".tiff": 2, ".dpx": 2, ".cin": 2}
"""For pictures of these endings; one byte for all others."""

LEAST_BYTES = 512
"""No frame takes less room on a disk."""
SURE_SHARE = 0.5
"""Frames of one shot differ: less room than this part of what was measured is surely too little."""
IN_WORK = 24
"""Frames that lie in a scratch folder at a time, at the most, for each slot (`execution/brake`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the frames still to come will take."""

    frames: int
    bytes: int | None
    """None when nothing tells."""
    is_measured: bool
    """Worked out from frames that are there; else it is the most they can take."""

    @property
    def surely(self) -> int:
        """Bytes without which it cannot end well."""
        least = self.frames * LEAST_BYTES
        if self.bytes is None or not self.is_measured:
            return least
        return max(least, int(self.bytes * SURE_SHARE))

    def of(self, frames: int) -> "Need":
        """That of so many of the frames."""
        frames = min(frames, self.frames)
        whole = self.bytes
        part = None if whole is None else round(whole * frames / max(1, self.frames))
        return Need(frames=frames, bytes=part, is_measured=self.is_measured)

    def __str__(self) -> str:
        if self.bytes is None:
            return "unknown before the first frame"
        size = size_text(self.bytes)
        return f"about {size}" if self.is_measured else f"at most {size}"


def need_of(plan: Plan, findings: Findings, facts: SceneFacts | None) -> Need:
    """What the plan's frames will take, less those that are there: they are kept, or replaced."""
    tasks = [task for task in plan.tasks if isinstance(task.request, RenderRequest)]
    coming = max(sum(task.frames.size for task in tasks) - findings.existing, 0)
    per_frame = _bytes_per_frame(tasks[0], findings, facts)
    return Need(
        frames=coming,
        bytes=None if per_frame is None else round(per_frame * coming),
        is_measured=findings.existing > 0,
    )


def room_mistakes(need: Need, findings: Findings) -> Iterator[Mistake]:
    """Disks that surely do not hold what will be written on them."""
    for place, folder, part in _places(need, findings):
        if folder.free_bytes is not None and folder.free_bytes < part.surely:
            yield Mistake(
                place=place,
                wanted=f"room for {part.frames} frames, at least {size_text(part.surely)}",
                found=f"{size_text(folder.free_bytes)} free in {folder.path}",
                advice=f"Free some space there, or choose another folder with --{place}.",
            )


def room_doubts(need: Need, findings: Findings) -> Iterator[str]:
    """Disks that may turn out too small."""
    for _place, folder, part in _places(need, findings):
        free = folder.free_bytes
        if free is not None and part.bytes is not None and part.surely <= free < part.bytes:
            yield (
                f"the disk may be too small: the frames take {part}, and "
                f"{size_text(free)} are free in {folder.path}"
            )


def _places(need: Need, findings: Findings) -> Iterator[tuple[str, FolderFinding, Need]]:
    if findings.output_folder is not None:
        yield "output", findings.output_folder, need
    if findings.scratch_folder is not None:
        yield "scratch", findings.scratch_folder, need.of(IN_WORK)


def _bytes_per_frame(task: Task, findings: Findings, facts: SceneFacts | None) -> float | None:
    if findings.existing:
        return findings.existing_bytes / findings.existing
    if not task.promises or facts is None or facts.width is None or facts.height is None:
        return None
    endings = [promise.final.extension.lower() for promise in task.promises]
    values = sum(BYTES_PER_VALUE.get(ending, 1) for ending in endings)
    return facts.width * facts.height * CHANNELS * values
