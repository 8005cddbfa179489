"""An example of each answer, shown in the OpenAPI description."""

from typing import Any

from framecrew.model import answers as an
from framecrew.model.errors import Mistake
from framecrew.model.failures import ADVICE, FailureKind
from framecrew.model.wire import to_plain

BEGAN = 1790000000.0
SHOT = "/projects/sea/shot.blend"
OUTPUT = "/projects/sea/renders/shot_####.png"

ROW = an.JobRow(
    id=12, name="shot", scene=SHOT, renderer="blender", status="running", wish="run",
    priority=50, note="for Anna, Friday", phase="rendering", progress=0.4167,
    eta=an.EtaRange(soonest=310.0, latest=420.0), done=100, lost=0, total=240, slots=2, slots_wanted=2, threads=8,
    submitted=BEGAN, started=BEGAN + 4, outputs=(OUTPUT,),
)  # fmt: skip
SLOT = an.SlotRow(
    attempt="12.3", job=12, task="render", slot=0, threads=8, pid=4711, frame=101, percent=35.0,
    memory_bytes=1_800_000_000, cpu_percent=770.0, seconds_per_frame=3.2, left="101-110",
    finished=20,
)  # fmt: skip
FIELD = an.FieldRow(
    name="samples", flag="--samples", type="whole number", help="Samples of each pixel.",
    may_be_absent=True, at_least=1,
)  # fmt: skip
LOSS = an.LossRow(
    task="render", target="", frames="17", count=1, kind="crash",
    reason="Blender was ended by signal 11", advice=ADVICE[FailureKind.CRASH],
)  # fmt: skip
MISTAKE = Mistake(
    place="frames", wanted="frames such as 1-240", found="1-", advice="Name the last frame."
)

EXAMPLES: dict[type, object] = {
    type(one): one
    for one in (
        an.DaemonStatus(
            version="0.1.0", pid=4700, started=BEGAN, home="/home/anna/.local/share/framecrew",
            event=4711, live=2, clients=1,
        ),
        an.JobList(jobs=(ROW,), total=1, event=4711),
        an.JobDetail(
            job=ROW,
            tasks=(
                an.TaskRow(
                    id="render", kind="render", target="", status="running", frames="1-240",
                    total=240, done=100, missing="101-240", slots=2, threads=8,
                    reason="two processes of 8 threads keep 16 cores busy",
                    seconds_per_frame=25.6, footprint_bytes=1_800_000_000,
                    outputs=(an.OutputRow(task="render", name="main", pattern=OUTPUT),),
                    losses=(LOSS,), width=1920, height=1080,
                ),
            ),
            slots=(SLOT,),
            spec={"scene": SHOT, "frames": "1-240", "output": OUTPUT},
            command=f"framecrew render {SHOT} --frames 1-240 --output '{OUTPUT}'",
            event=4711,
        ),
        an.FramesTable(
            job=12, task="render", frames="1-4", runs=((1, 4, 1),), states="dgwf",
            seconds=(3.2, 0.0, 0.0, 0.0), memory=(1716, 0, 0, 0), tries=(1, 1, 0, 3),
            attempts=(1, 2, 0, 5), event=4711,
        ),
        an.AttemptList(
            attempts=(
                an.AttemptRow(
                    attempt="12.3", number=3, task="render", slot=0, threads=8, frames="81-110",
                    total=30, started=BEGAN + 4, opened=BEGAN + 9, finished=20, pid=4711,
                    done=((81, BEGAN + 12.2, 3.2),),
                ),
            ),
            total=3, event=4711,
        ),
        an.FailureList(
            failures=(
                an.FailureRow(
                    at=BEGAN + 60, task="render", attempt="12.2", frames="17", kind=LOSS.kind,
                    reason=LOSS.reason, advice=LOSS.advice, lines=("Fra:17 Mem:1716.00M",),
                    command=f"framecrew render {SHOT} --frames 17 --output '{OUTPUT}'",
                    is_given_up=True,
                ),
            ),
            total=1,
        ),
        an.LogPage(
            attempt="12.3",
            lines=(
                an.LogLine(
                    number=40, at="2026-09-21T14:13:24.120Z", text="Fra:81 Mem:1716.00M", frame=81
                ),
            ),
            next=41, total=300, is_over=False,
        ),
        an.RendererList(
            renderers=(
                an.RendererRow(
                    name="blender", title="Blender", extensions=(".blend",),
                    picture_formats=(".png", ".exr"), film_formats=(), stays_open=True,
                    can_inspect=True, options=(FIELD,),
                ),
            ),
            fields=(FIELD,),
        ),
        an.PresetList(
            films=(
                an.FilmPresetRow(
                    name="h264-fast", title="H.264, plays everywhere", endings=(".mp4", ".mov"), bits=8,
                    keeps_alpha=False, bitrate="small, visually lossless",
                ),
            ),
            by_ending={".mp4": "h264-fast"},
            saved=(an.SavedPreset(name="Dailies", job={"film_preset": "h264-fast"}),),
        ),
        an.SavedPreset(name="Dailies", job={"film_preset": "h264-fast", "order": "spread"}),
        an.MachineNow(
            system="Linux 6.1.0 x86_64",
            cores={"usable": 16, "logical": 16, "physical": 8, "limit": ""},
            memory={"total": 64_000_000_000, "free": 48_000_000_000, "limit": ""},
            cpu_percent=88.0, gpus=(), disks=(), slots=(SLOT,), programs=(), lacking=(),
            troubles=(), most_slots=16, looked_at=BEGAN,
        ),
        an.FolderList(
            path="/projects/sea", parent="/projects", roots=("/home/anna", "/projects"),
            entries=(
                an.FolderEntry(
                    name="shot.blend", path=SHOT, is_folder=False, bytes=8_000_000, changed=BEGAN,
                    renderer="blender",
                ),
            ),
        ),
        an.FramesChecked(text="1-9x2", count=5, first=1, last=9, runs=((1, 9, 2),)),
        an.Planned(mistakes=(MISTAKE,)),
        an.Inspected(renderer="blender", facts={"first": 1, "last": 240, "fps": "25"}),
        an.Submitted(job=12),
        an.Done(jobs=(12,)),
        an.Cleaned(jobs=(3, 4)),
        an.Link(url="http://127.0.0.1:4727/open?key=…"),
        an.Uploaded(path="/home/anna/.local/share/framecrew/scenes/4f/shot.blend", bytes=8_000_000),
    )
}  # fmt: skip


def example(answer: type) -> dict[str, Any]:
    """The `responses` of a route that gives this answer, for those that make something new too."""
    shown = {"application/json": {"example": to_plain(EXAMPLES[answer])}}
    status = 201 if answer in (an.Submitted, an.Uploaded) else 200
    return {"responses": {status: {"content": shown}}}
