"""For tests of renderers, hooks and pipelines: stand-ins that go wrong on demand.

    scene = write_scene(tmp_path / "shot.standin", last=24, faults=[fault("crash", frame=7)])

renders 24 real PNGs and loses its process in frame 7. What a scene may hold, and which faults
there are, is told in `framecrew.renderers.stand_in`.

    program = install_aerender(tmp_path / "bin")
    project = write_project(tmp_path / "shot.aep", last=24, faults=[ae_fault("hang", frame=7)])

puts an After Effects there that never finishes frame 7. What a project may hold, and which
faults there are, is told in `framecrew.testing.aerender` and in `docs/testing.md`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from framecrew.renderers.stand_in import ONE_CHUNK, RENDERER
    from framecrew.testing.aerender.audio import comp_samples
    from framecrew.testing.frame_numbers import (
        read_film_frame_numbers,
        read_film_samples,
        read_frame_number,
    )
    from framecrew.testing.projects import ae_fault, install_aerender, write_project
    from framecrew.testing.scenes import (
        fault,
        make_assignment,
        stand_in_program,
        write_scene,
    )

__all__ = [
    "ONE_CHUNK",
    "RENDERER",
    "ae_fault",
    "comp_samples",
    "fault",
    "install_aerender",
    "make_assignment",
    "read_film_frame_numbers",
    "read_film_samples",
    "read_frame_number",
    "stand_in_program",
    "write_project",
    "write_scene",
]

_HOMES = {
    "ONE_CHUNK": "framecrew.renderers.stand_in",
    "RENDERER": "framecrew.renderers.stand_in",
    "ae_fault": "framecrew.testing.projects",
    "comp_samples": "framecrew.testing.aerender.audio",
    "fault": "framecrew.testing.scenes",
    "install_aerender": "framecrew.testing.projects",
    "make_assignment": "framecrew.testing.scenes",
    "read_film_frame_numbers": "framecrew.testing.frame_numbers",
    "read_film_samples": "framecrew.testing.frame_numbers",
    "read_frame_number": "framecrew.testing.frame_numbers",
    "stand_in_program": "framecrew.testing.scenes",
    "write_project": "framecrew.testing.projects",
    "write_scene": "framecrew.testing.scenes",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import on first use: the stand-in aerender starts within a tenth of a second."""
    if name not in _HOMES:
        raise AttributeError(f"module 'framecrew.testing' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
