"""A job: what a person asked for (the spec), and what the person wants of it now (the wish)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt

from framecrew.model.options import Help


class Wish(StrEnum):
    """What the person wants of a job now."""

    RUN = "run"
    HOLD = "hold"
    CANCEL = "cancel"


class Order(StrEnum):
    """In which order frames are given out."""

    FORWARD = "forward"
    REVERSE = "reverse"
    SPREAD = "spread"
    """First, last, middle, quarters…: a preview of the whole shot early."""


class Existing(StrEnum):
    """What becomes of files that stand already where a frame is to be delivered."""

    KEEP = "keep"
    """Verify them, render only what is missing or broken."""
    REPLACE = "replace"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """What the person wrote; as text it is a job file. Paths are as written; see `planning` for rules."""

    version: Annotated[int, Ge(1), Help("Version of the job file's format; 1 today.")] = 1
    scene: Annotated[str, Help("The file to render: a .blend, …", "SCENE")] = ""
    name: Annotated[str, Help("Name of the job; the scene's file name when empty.")] = ""
    renderer: Annotated[
        str, Help("Renderer to use; told from the scene's ending when empty.")
    ] = ""
    program: Annotated[
        str, Help("Path of the renderer's program; found when empty.", "PATH")
    ] = ""
    frames: Annotated[
        str,
        Help(
            "Frames such as 1-240, 1-100x5, 1,5,9 or 1-100,!50-60; the scene's range when empty."
        ),
    ] = ""
    output: Annotated[
        str,
        Help(
            "Where frames go, e.g. renders/shot_####.png, or one film, e.g. renders/shot.mov; #### or %04d stands for "
            "the number, {target} for the target.",
            "PATTERN",
        ),
    ] = ""
    film: Annotated[
        str,
        Help(
            "Also encode the finished sequence into this .mp4, .mov, .webm, .mkv, .gif or .webp.",
            "FILE",
        ),
    ] = ""
    film_preset: Annotated[
        str,
        Help("Film preset (see `framecrew presets`); told from the film's ending when empty."),
    ] = ""
    film_fps: Annotated[
        str, Help("Frame rate of the film, e.g. 25 or 30000/1001; the scene's when empty.")
    ] = ""
    audio: Annotated[str, Help("Sound file to put under the film.", "FILE")] = ""
    subtitles: Annotated[
        str, Help("SRT or WebVTT file to put into the film as a track of its own.", "FILE")
    ] = ""
    burn_subtitles: Annotated[
        bool, Help("Draw the subtitles on the film's pictures in place of a track.")
    ] = False
    segment_size: Annotated[
        int | None,
        Ge(1),
        Help(
            "Frames of one segment of a film output; sized by start-up and frame cost when absent."
        ),
    ] = None
    allow_reencode: Annotated[
        bool,
        Help("Encode a film output again where its segments cannot be joined as they are."),
    ] = False
    ffmpeg: Annotated[str, Help("Path of the ffmpeg program; found when empty.", "PATH")] = ""
    order: Annotated[Order, Help("Order in which frames are given out.")] = Order.FORWARD
    chunk_size: Annotated[int | None, Ge(1), Help("Fix the number of frames of a chunk.")] = (
        None
    )
    chunk_index: Annotated[
        int | None,
        Ge(0),
        Help("Render only this chunk, counted from 0 (needs --chunk-size), as farms do."),
    ] = None
    slots: Annotated[
        int | None,
        Ge(1),
        Help("Number of renderer processes at a time; chosen from evidence when absent."),
    ] = None
    threads: Annotated[
        int | None, Ge(1), Help("Threads of each renderer process; chosen when absent.")
    ] = None
    max_slots: Annotated[
        int | None,
        Ge(1),
        Help("Most renderer processes at a time, however many the machine could hold."),
    ] = None
    licences: Annotated[
        int | None, Ge(1), Help("Most renderer processes that your licences allow at a time.")
    ] = None
    memory_per_slot: Annotated[
        str,
        Help("Memory to set aside for each renderer process, e.g. 32G; measured when empty."),
    ] = ""
    spawn_delay: Annotated[
        float | None,
        Ge(0),
        Help(
            "Seconds between the starts of two renderer processes; the renderer's own when absent."
        ),
    ] = None
    affinity: Annotated[
        bool,
        Help("Keep each slot's processes on NUMA nodes of their own, where there are several."),
    ] = True
    numa_map: Annotated[
        str,
        Help(
            "JSON file with the logical processors of each node; the machine's when empty.",
            "FILE",
        ),
    ] = ""
    fail_fast: Annotated[
        bool, Help("End the whole job at the first failure that is not tried again.")
    ] = False
    existing: Annotated[Existing, Help("What to do with frames that are there already.")] = (
        Existing.KEEP
    )
    priority: Annotated[int, Help("Higher is sooner; equal ones go first in, first out.")] = 50
    scratch: Annotated[
        str,
        Help(
            "Folder for unfinished frames; when empty a hidden one beside the output, so that delivery is a rename, or "
            "a local disk where the output lies across a network and the renderer works badly there.",
            "FOLDER",
        ),
    ] = ""
    no_scratch: Annotated[
        bool, Help("Keep unfinished frames beside the output, wherever that lies.")
    ] = False
    stage: Annotated[
        bool | None,
        Help(
            "Render a verified copy of the scene; only of one across the network when absent."
        ),
    ] = None
    not_black: Annotated[bool, Help("A frame of pure black (or fully empty) is a defect.")] = (
        False
    )
    outliers: Annotated[bool, Help("A frame far from both its neighbours is a defect.")] = False
    allow_missing: Annotated[
        bool, Help("Render although the scene misses textures or libraries.")
    ] = False
    start_timeout: Annotated[
        float | None, Gt(0), Help("Seconds without any sign of life while a renderer starts.")
    ] = None
    stall_timeout: Annotated[
        float | None, Gt(0), Help("Seconds without any sign of life inside a frame.")
    ] = None
    exit_timeout: Annotated[
        float | None, Gt(0), Help("Seconds a finished renderer may take to leave.")
    ] = None
    memory_limit: Annotated[
        str, Help("Most memory of one renderer process, e.g. 8G; none when empty.")
    ] = ""
    tries: Annotated[
        int | None, Ge(1), Help("Most tries of one frame; by kind of failure when absent.")
    ] = None
    env_file: Annotated[
        str, Help("JSON file with environment variables of the renderer.", "FILE")
    ] = ""
    environment: Annotated[
        Mapping[str, str], Help("Environment variables of the renderer.")
    ] = field(default_factory=dict)
    options: Annotated[Mapping[str, object], Help("Options of the renderer itself.")] = field(
        default_factory=dict
    )
