"""Facts: what framecrew wants to know of an opened scene."""

import struct
import sys
from fractions import Fraction

import bpy
from framecrew_blender.cameras import cameras_of
from framecrew_blender.missing import missing_files
from framecrew_blender.paths import with_suffix
from framecrew_blender.quality import draws_by_gpu
from framecrew_blender.sides import compositor_tree
from framecrew_blender.simulations import unbaked
from framecrew_blender.strips import sequence_strips
from framecrew_blender.words import VERSION, version_text


def gather_facts(scene, sides, warnings):
    """What framecrew wants to know of the scene, as the fields of its `SceneFacts`."""
    render = scene.render
    width, height = frame_size(render)
    views = view_suffixes(render)
    uses_gpu = draws_by_gpu(scene) or (
        scene.render.engine == "CYCLES" and scene.cycles.device == "GPU"
    )
    uses_gpu = uses_gpu or (
        compositor_tree(scene) is not None
        and getattr(render, "compositor_device", "CPU") == "GPU"
    )
    missing = missing_files(scene, warnings)
    warnings += scene_warnings(scene)
    return {
        "program_version": version_text(VERSION),
        "first": scene.frame_start,
        "last": scene.frame_end,
        "step": scene.frame_step,
        "fps": str(Fraction(render.fps) / Fraction(str(round(render.fps_base, 6)))),
        "width": width,
        "height": height,
        "targets": bpy.data.scenes.keys(),
        "cameras": cameras_of(scene),
        "layers": scene.view_layers.keys(),
        "extension": render.file_extension,
        "views": views,
        "side_outputs": [
            {
                "name": side.name + view,
                "made": f"{side.name}_####{view}{side.extension}",
                "final": with_suffix(side.text, view),
                "layers": sorted(side.layers),
            }
            for side in sides
            for view in views or [""]
        ],
        "missing": missing,
        "warnings": list(dict.fromkeys(warnings)),
        "uses_gpu": uses_gpu,
        "may_fork": may_fork(scene) and not uses_gpu,
    }


def may_fork(scene):
    """Where forking is proved: Cycles on Linux, without a shading language compiled by LLVM."""
    is_plain = scene.render.engine == "CYCLES" and not scene.cycles.shading_system
    return sys.platform == "linux" and is_plain


def frame_size(render):
    """Pixels of a delivered frame, reckoned as Blender does: in whole numbers, cut off."""
    width = render.resolution_x * render.resolution_percentage // 100
    height = render.resolution_y * render.resolution_percentage // 100
    if render.use_border and render.use_crop_to_border:
        left, right = cut(render.border_min_x, width), cut(render.border_max_x, width)
        bottom, top = cut(render.border_min_y, height), cut(render.border_max_y, height)
        return right - left, top - bottom
    return width, height


def cut(share, length):
    """The product as a 32-bit float, as C reckons it."""
    return int(struct.unpack("f", struct.pack("f", share * length))[0])


def view_suffixes(render):
    if not render.use_multiview or render.image_settings.views_format != "INDIVIDUAL":
        return []
    names = ("left", "right") if render.views_format == "STEREO_3D" else render.views.keys()
    return [view.file_suffix for view in render.views if view.use and view.name in names]


def scene_warnings(scene):
    found = []
    if bpy.app.autoexec_fail:
        found.append(
            "The scene's own scripts are disabled, and something in it needs them: "
            f"{bpy.app.autoexec_fail_message}"
        )
    has_strips = scene.render.use_sequencer and bool(sequence_strips(scene))
    if scene.camera is None and not has_strips:
        found.append("The scene has no active camera.")
    found += [
        f"{what} is not baked: its frames may depend on the frame before."
        for what in unbaked(scene)
    ]
    return found
