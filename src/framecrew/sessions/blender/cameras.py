"""Cameras: which there are, and the choice of one."""

from framecrew_blender.refusal import RefusedError
from framecrew_blender.words import listed


def cameras_of(scene):
    return sorted(thing.name for thing in scene.objects if thing.type == "CAMERA")


def choose_camera(scene, name):
    if name not in cameras_of(scene):
        raise RefusedError(
            "bad_request",
            f"Scene {scene.name!r} has no camera {name!r}; it holds: "
            f"{listed(cameras_of(scene))}.",
        )
    scene.camera = scene.objects[name]
    # A marker would switch back to its own camera at its frame.
    for marker in scene.timeline_markers:
        marker.camera = None
