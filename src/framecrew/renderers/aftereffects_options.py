"""What aerender can be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le

from framecrew.model.errors import Mistake
from framecrew.model.options import Help, TargetNames
from framecrew.model.requests import RenderRequest


class Close(StrEnum):
    """What becomes of the project after the render."""

    DO_NOT_SAVE_CHANGES = "DO_NOT_SAVE_CHANGES"
    SAVE_CHANGES = "SAVE_CHANGES"
    DO_NOT_CLOSE = "DO_NOT_CLOSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterEffectsOptions:
    """What aerender can be told."""

    comp: Annotated[
        str,
        TargetNames("compositions", "targets"),
        Help(
            "Composition to render, by its exact name; several, parted by commas, are several targets."
        ),
    ] = ""
    rqindex: Annotated[
        int | None,
        Ge(1),
        Help("Item of the render queue to render, counted from 1, instead of --comp."),
    ] = None
    rs_template: Annotated[str, Help("Render-settings template, by name.", "NAME")] = ""
    om_template: Annotated[
        str,
        Help(
            "Output-module template, by name; it must write what the output's ending says.",
            "NAME",
        ),
    ] = ""
    sound_template: Annotated[
        str,
        Help(
            "Output-module template that writes nothing but sound: renders it once for a film whose pieces hold it "
            "encoded, such as H.264; empty joins theirs.",
            "NAME",
        ),
    ] = "AIFF 48kHz"
    render_settings: Annotated[
        str, Help("Single render settings laid over the template: 'Quality: Best; …'.")
    ] = ""
    output_settings: Annotated[
        str, Help("Single output-module settings laid over the template.")
    ] = ""
    mfr: Annotated[
        bool,
        Help(
            "Render several frames at a time inside each process (After Effects 2022 and later)."
        ),
    ] = True
    mfr_percent: Annotated[
        int,
        Ge(1),
        Le(100),
        Help(
            "Share of the processors for multi-frame rendering; all processes together get it."
        ),
    ] = 100
    mem_usage: Annotated[
        tuple[int, ...],
        Help("Two percentages: of the image cache, and of the most memory to use."),
    ] = ()
    sound: Annotated[bool, Help("Beep when a process has rendered its frames.")] = False
    continue_on_missing_footage: Annotated[
        bool, Help("Put placeholders where footage is missing, and go on.")
    ] = False
    close: Annotated[Close, Help("What becomes of the project after each process.")] = (
        Close.DO_NOT_SAVE_CHANGES
    )
    aerender_flags: Annotated[
        tuple[str, ...], Help("Further arguments for aerender, passed on as they are.")
    ] = ()


OUR_FLAGS = frozenset(
    {
        *("-project", "-comp", "-rqindex", "-output", "-s", "-e", "-i", "-log", "-v", "-help"),
        *("-version", "-reuse", "-mfr", "-mem_usage", "-rstemplate", "-omtemplate", "-close"),
        *("-sound", "-continueonmissingfootage", "-rendersettings", "-outputsettings"),
    }
)
"""Lower case; each of these is ours to give, or would take the output or the frames from us."""


def mistakes(options: Mapping[str, object]) -> Sequence[Mistake]:
    """What is wrong with the options taken together."""
    return tuple(_mistakes(options))


def _mistakes(options: Mapping[str, object]) -> Iterator[Mistake]:
    comp, index = options.get("comp", ""), options.get("rqindex")
    if not comp and index is None:
        yield Mistake(
            place="options.comp",
            wanted="the composition to render, or its place in the render queue",
            found="none, and then After Effects would render its whole queue, whatever frames are asked for",
            advice="Name it: --comp Main, or --rqindex 1.",
        )
    if comp and index is not None:
        yield Mistake(
            place="options.rqindex",
            wanted="either a composition or a place in the render queue",
            found=f"--comp {comp} and --rqindex {index}",
            advice="Leave one of them out.",
        )
    usage = options.get("mem_usage", ())
    if isinstance(usage, (tuple, list)) and usage and not _is_usage(usage):
        yield Mistake(
            place="options.mem_usage",
            wanted="two percentages from 1 to 100, such as 20 and 60",
            found=" ".join(map(str, usage)),
            advice="Give both: --mem-usage 20 --mem-usage 60.",
        )
    flags = options.get("aerender_flags", ())
    for flag in flags if isinstance(flags, (tuple, list)) else ():
        if str(flag).lower() in OUR_FLAGS:
            yield Mistake(
                place="options.aerender_flags",
                wanted="arguments that framecrew does not give itself",
                found=str(flag),
                advice="Use framecrew's own option for it; `framecrew render --help` lists them.",
            )


def _is_usage(usage: Sequence[object]) -> bool:
    return len(usage) == 2 and all(isinstance(each, int) and 1 <= each <= 100 for each in usage)


def options_of(request: RenderRequest) -> AfterEffectsOptions:
    """From the journal, words come back as plain texts."""
    return AfterEffectsOptions(**request.options)  # type: ignore[arg-type]
