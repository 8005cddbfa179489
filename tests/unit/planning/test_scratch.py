"""Which folder unfinished frames get."""

from dataclasses import replace

import pytest

from framecrew.model.jobs import JobSpec
from framecrew.planning.findings import Findings
from framecrew.planning.scratch import scratch_of
from framecrew.renderers.contract import Renderer

SPEC = JobSpec(scene="/shot.paint", output="/out/f_####.png")


@pytest.mark.parametrize(
    ("works_locally", "is_remote", "spec", "scratch"),
    [
        (True, True, SPEC, "/local"),
        (True, False, SPEC, ""),
        (False, True, SPEC, ""),
        (True, True, replace(SPEC, no_scratch=True), ""),
        (True, True, replace(SPEC, scratch="/mine"), "/mine"),
        (False, False, replace(SPEC, scratch="/mine"), "/mine"),
    ],
)
def test_a_local_disk_is_for_renderers_and_outputs_that_need_one_unless_a_person_says_otherwise(
    findings: Findings,
    card: Renderer,
    works_locally: bool,
    is_remote: bool,
    spec: JobSpec,
    scratch: str,
) -> None:
    card = replace(card, traits=replace(card.traits, works_locally=works_locally))
    found = replace(findings, is_output_remote=is_remote, local_scratch="/local")
    assert scratch_of(spec, found, card) == scratch
