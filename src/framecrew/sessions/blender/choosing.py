"""What a person asked for, laid over the scene: each option only where it is given."""

import bpy
from framecrew_blender.cameras import cameras_of, choose_camera
from framecrew_blender.devices import choose_device
from framecrew_blender.pictures import keep_still_format, set_color_depth, set_format
from framecrew_blender.quality import (
    choose_engine,
    set_persistent_data,
    set_samples,
    silence_animation,
)
from framecrew_blender.refusal import RefusedError
from framecrew_blender.words import listed


def choose_scene(name, target):
    """The scene asked for by name, or by the target if that is one; else the file's own."""
    scenes = bpy.data.scenes
    wanted = name or (target if target in scenes else "")
    if wanted and wanted not in scenes:
        raise RefusedError(
            "bad_request",
            f"There is no scene {wanted!r}; the file holds: {listed(scenes.keys())}.",
        )
    scene = scenes[wanted] if wanted else bpy.context.scene
    for window in bpy.context.window_manager.windows:
        window.scene = scene
    return scene


def apply_options(scene, options, target, warnings):
    """Lay the request over the scene, each option only where it is given."""
    layer, camera = options.get("view_layer") or "", options.get("camera") or ""
    if target and target not in (options.get("scene"), scene.name):
        layer, camera = sort_target(scene, target, layer, camera)
    if layer:
        choose_layer(scene, layer)
    if camera:
        choose_camera(scene, camera)
    if options.get("engine"):
        choose_engine(scene, str(options["engine"]))
    if options.get("samples") is not None:
        set_samples(scene, int(options["samples"]))
    if options.get("resolution_percent") is not None:
        silence_animation(scene, "render.resolution_percentage")
        scene.render.resolution_percentage = int(options["resolution_percent"])
    if options.get("format"):
        set_format(scene, str(options["format"]))
    keep_still_format(scene, warnings)
    if options.get("color_depth"):
        set_color_depth(scene, str(options["color_depth"]))
    if scene.render.engine == "CYCLES":
        choose_device(
            scene, options.get("device") or "auto", options.get("gpus") or "", warnings
        )
    set_persistent_data(scene, options.get("persistent_data") or "auto")


def sort_target(scene, target, layer, camera):
    """A target that is no scene is a view layer, or a camera."""
    if target in scene.view_layers:
        return layer or target, camera
    if target in cameras_of(scene):
        return layer, camera or target
    raise RefusedError(
        "bad_request",
        f"There is no scene, view layer or camera {target!r}; the file holds the scenes "
        f"{listed(bpy.data.scenes.keys())}; in scene {scene.name!r} the view layers "
        f"{listed(scene.view_layers.keys())} and the cameras {listed(cameras_of(scene))}.",
    )


def choose_layer(scene, name):
    if name not in scene.view_layers:
        raise RefusedError(
            "bad_request",
            f"Scene {scene.name!r} has no view layer {name!r}; it holds: "
            f"{listed(scene.view_layers.keys())}.",
        )
    for layer in scene.view_layers:
        layer.use = layer.name == name
