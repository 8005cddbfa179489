"""Verdicts: what an error that a render call raised amounts to."""

import re

from framecrew_blender.cameras import cameras_of
from framecrew_blender.disk import probe_disk
from framecrew_blender.words import listed

RENDER_ERRORS = (
    (r"no camera", "bad_request"),
    (r"out of (?:gpu )?memory|malloc|bad_alloc", "out_of_memory"),
    (r"engine not found|build without|built without", "plugin_missing"),
    (r"\b(?:cuda|optix|hip|metal|oneapi|vulkan)\b|\bgpu\b", "gpu_lost"),
)


def judge_render_error(text, scene, workspace):
    """Kind and reason of what a render call raised."""
    if re.search(r"cannot save|could not write|no space left|write error", text, re.IGNORECASE):
        return probe_disk(workspace) or ("output_not_writable", text)
    if "OpenImageDenoise" in text:
        text += ". This build of Blender cannot denoise: switch denoising off in the scene, or"
        text += " render with a build that can, such as those of blender.org."
    for pattern, kind in RENDER_ERRORS:
        if re.search(pattern, text, re.IGNORECASE):
            if "camera" in pattern:
                text += f" Scene {scene.name!r} holds the cameras: {listed(cameras_of(scene))}."
            return (kind, text)
    return ("unknown", text)
