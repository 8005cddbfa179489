"""Laws of planning: what is written can be read, and what has no mistakes can be planned."""

import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from framecrew.frames.sets import FrameSet
from framecrew.model.errors import Mistake, WrongUse
from framecrew.model.jobs import Existing, JobSpec, Order
from framecrew.model.plans import Plan
from framecrew.model.scenes import SceneFacts
from framecrew.model.wire import from_json, to_json
from framecrew.planning.findings import Findings
from framecrew.planning.making import make_plan
from framecrew.planning.mistakes import mistakes
from framecrew.planning.quoting import quoted
from framecrew.planning.reading import parse_job_file, read_spec
from framecrew.planning.sizes import parse_size
from framecrew.renderers.blender import RENDERER as BLENDER

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
SPECS = st.builds(
    JobSpec,
    version=st.just(1),
    name=TEXT,
    order=st.sampled_from(Order),
    existing=st.sampled_from(Existing),
    chunk_size=st.none() | st.integers(1),
    start_timeout=st.none() | st.floats(0.1, 1e6),
    not_black=st.booleans(),
    environment=st.dictionaries(TEXT, TEXT, max_size=3),
)
LIKELY = st.builds(
    JobSpec,
    scene=st.sampled_from(["a.blend", "b.max", ""]),
    output=st.sampled_from(
        ["o_####.png", "o.png", "o_#", "o_#.gif", "a_%04d.exr", "o.mp4", "o.avi", "o_#.mov", ""]
    ),
    frames=st.sampled_from(["", "1-10", "5", "1-100x7", "1-", "3-1", "-5--1"]),
    film=st.sampled_from(["", "f.mp4", "f.mov", "f.webm", "f.avi", "o_0001.mp4"]),
    film_preset=st.sampled_from(["", "h264", "vp9", "nothing"]),
    film_fps=st.sampled_from(["", "25", "29.97", "x"]),
    chunk_size=st.none() | st.integers(1, 30),
    chunk_index=st.none() | st.integers(0, 12),
    memory_limit=st.sampled_from(["", "8G", "x"]),
    options=st.sampled_from([{}, {"samples": 4}, {"samples": 0}, {"x": 1}]),
)
FACTS = st.none() | st.builds(
    SceneFacts,
    program_version=st.just("4.5"),
    first=st.integers(-5, 20),
    last=st.integers(-5, 20),
    step=st.integers(1, 3),
    fps=st.sampled_from(["24", "30000/1001"]),
    views=st.sampled_from([(), ("_L", "_R")]),
)


@given(st.dictionaries(TEXT | st.sampled_from(["scene", "slots", "options"]), JSON, max_size=6))
def test_any_table_is_a_spec_or_a_list_of_mistakes(table: dict[str, object]) -> None:
    mistakes_found: tuple[Mistake, ...] = ()
    spec: JobSpec | None = None
    try:
        spec = read_spec(table)
    except WrongUse as refusal:
        mistakes_found = refusal.mistakes

    assert (spec is None) == bool(mistakes_found)
    assert all(one.place and one.wanted and one.advice for one in mistakes_found)


@given(SPECS)
def test_a_spec_written_as_json_is_a_job_file(spec: JobSpec) -> None:
    assert read_spec(parse_job_file(to_json(spec), "job.json")) == spec


@given(LIKELY, FACTS)
def test_what_has_no_mistakes_can_be_planned_and_kept(
    spec: JobSpec, facts: SceneFacts | None
) -> None:
    findings = Findings(folder="/studio", ffmpeg="/usr/bin/ffmpeg")
    if mistakes(spec, findings, facts, BLENDER) or not (spec.scene and (spec.frames or facts)):
        return

    plan = make_plan(spec, card=BLENDER, folder="/studio", facts=facts)

    assert plan.tasks[0].frames
    assert plan.tasks[0].promises
    assert len({promise.final.key for promise in plan.tasks[0].promises}) == len(
        plan.tasks[0].promises
    )
    assert from_json(Plan, to_json(plan)) == plan


@given(st.integers(1, 50), st.integers(1, 20))
def test_the_chunks_of_a_spec_together_are_its_frames(last: int, size: int) -> None:
    spec = JobSpec(scene="a.blend", output="o_#.png", frames=f"1-{last}", chunk_size=size)
    pieces = [
        make_plan(
            JobSpec(
                scene="a.blend",
                output="o_#.png",
                frames=spec.frames,
                chunk_size=size,
                chunk_index=index,
            ),
            card=BLENDER,
            folder="/studio",
        ).tasks[0]
        for index in range(-(-last // size))
    ]

    assert FrameSet.of(frame for piece in pieces for frame in piece.frames) == FrameSet.of(
        range(1, last + 1)
    )
    assert sum(piece.frames.size for piece in pieces) == last


@given(st.integers(0, 2**50))
def test_a_plain_number_of_bytes_is_a_size(count: int) -> None:
    assert parse_size(str(count)) == count


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_a_quoted_command_reads_back(arguments: list[str]) -> None:
    assert shlex.split(quoted(arguments, "linux")) == arguments


@given(SPECS)
def test_a_spec_survives_its_json(spec: JobSpec) -> None:
    assert json.loads(to_json(spec))["name"] == spec.name
    assert from_json(JobSpec, to_json(spec)) == spec
