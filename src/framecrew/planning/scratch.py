"""Scratch: where unfinished frames lie until they are proved and delivered."""

from framecrew.model.jobs import JobSpec
from framecrew.planning.findings import Findings
from framecrew.renderers.contract import Renderer


def scratch_of(spec: JobSpec, findings: Findings, card: Renderer) -> str:
    """The folder of an absolute spec; empty: beside the output, so that delivery is a rename.

    A renderer that works badly across a network gets a local disk where the output lies across
    one, unless a person says otherwise.
    """
    if spec.scratch:
        return spec.scratch
    if spec.no_scratch or not (card.traits.works_locally and findings.is_output_remote):
        return ""
    return findings.local_scratch
