"""A dry run says what would be done."""

from dataclasses import replace

import pytest

from framecrew.model.jobs import Existing, JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.explain import Explanation, explain, explanation_text
from framecrew.planning.findings import Findings, FolderFinding
from framecrew.planning.making import make_plan
from framecrew.renderers.contract import FoundProgram, Renderer

SPEC = JobSpec(
    scene="/a/shot.paint",
    output="/out/shot_####.png",
    frames="1-9x2,20",
    film="/out/shot.mp4",
    options={"samples": 4, "scripts": ["/a.py", "/b.py"]},
)
FACTS = SceneFacts(
    program_version="3.1",
    first=1,
    last=250,
    width=1000,
    height=500,
    warnings=("no camera is active",),
)


def explained(
    card: Renderer,
    program: FoundProgram,
    findings: Findings,
    spec: JobSpec = SPEC,
    facts: SceneFacts | None = FACTS,
) -> Explanation:
    plan = make_plan(spec, card=card, folder="/studio", program=program, facts=facts)
    return explain(
        plan,
        card=card,
        program=program,
        findings=findings,
        slots=2,
        threads=8,
        reason="two fit into memory",
        system="linux",
        facts=facts,
    )


def test_everything_is_said_in_plain_text(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    text = explanation_text(explained(card, program, replace(findings, existing=1)))

    assert text.splitlines() == [
        "Job       shot",
        "Scene     /a/shot.paint",
        "Program   Paint 3.1 at /opt/paint shop/paint",
        "Target    the scene's own",
        "Options   samples=4, scripts=/a.py+/b.py",
        "Frames    1-9x2,20 (6 frames)",
        "Files     /out/shot_0001.png … /out/shot_0020.png (6 files, main)",
        "Kept      1 frame there already; verified first, rendered again if broken",
        "Sessions  2 slots of 8 threads: two fit into memory",
        "Command   '/opt/paint shop/paint' --render /a/shot.paint 1",
        "Scratch   beside the output, so that delivery is a rename",
        "Film      /out/shot.mp4 (h264-fast, 24 frames/s)",
        "Disk      needs about 0 bytes; 954 MB free in /studio/out",
        "Warning   no camera is active",
    ]


def test_one_frame_is_one_file(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    spec = replace(SPEC, frames="7", film="/out/a.mp4", audio="/a.wav", options={})
    text = explanation_text(explained(card, program, findings, spec))

    assert "Files     /out/shot_0007.png (1 file, main)" in text
    assert "with /a.wav" in text
    assert "Options" not in text


def test_the_need_is_measured_on_the_frames_that_are_there(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    found = replace(findings, existing=2, existing_bytes=3000)

    kept = explained(card, program, found)
    assert (kept.kept, kept.needed_bytes, kept.is_measured) == (2, 4 * 1500, True)
    replaced = explained(card, program, found, replace(SPEC, existing=Existing.REPLACE))
    # What is replaced makes room.
    assert (replaced.kept, replaced.needed_bytes) == (0, 4 * 1500)


@pytest.mark.parametrize(("ending", "depth"), [("png", 1), ("exr", 2)])
def test_without_frames_the_need_is_the_most_they_can_take(
    card: Renderer, program: FoundProgram, findings: Findings, ending: str, depth: int
) -> None:
    spec = replace(SPEC, output=f"/out/shot_####.{ending}")
    found = explained(card, program, findings, spec)

    assert found.needed_bytes == 6 * 1000 * 500 * 4 * depth
    assert "needs at most" in explanation_text(found)


def test_a_disk_that_is_too_small_is_cried_out(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    small = FolderFinding(path="/out", free_bytes=1000)
    found = explained(card, program, replace(findings, output_folder=small))

    assert not found.fits
    assert "TOO LITTLE" in explanation_text(found)


def test_what_is_not_known_is_not_guessed(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    found = explained(card, program, replace(findings, output_folder=None), facts=None)

    assert found.fits
    assert (found.needed_bytes, found.free_bytes, found.warnings) == (None, None, ())
    assert "Disk      need unknown before the first frame" in explanation_text(found)


def test_a_scratch_folder_of_its_own_is_told(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    text = explanation_text(explained(card, program, findings, replace(SPEC, scratch="/fast")))

    assert "Scratch   /fast" in text


def test_the_command_is_quoted_for_its_system(
    card: Renderer, program: FoundProgram, findings: Findings
) -> None:
    plan = make_plan(SPEC, card=card, folder="/studio", program=program)
    found = explain(
        plan,
        card=card,
        program=program,
        findings=findings,
        slots=1,
        threads=1,
        reason="",
        system="win32",
    )

    assert found.command_text.startswith('"/opt/paint shop/paint" --render')
    assert found.command[0] == "/opt/paint shop/paint"
