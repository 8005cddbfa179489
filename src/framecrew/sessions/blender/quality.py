"""How a scene is computed: its render engine, samples, threads, and what is kept between frames."""

import re

from framecrew_blender.refusal import RefusedError
from framecrew_blender.words import listed

ENGINES = {
    "cycles": ("CYCLES",),
    "eevee": ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"),
    "workbench": ("BLENDER_WORKBENCH",),
}
"""EEVEE has two names: the second before 4.2 and from 5.0 on, the first between."""


def choose_engine(scene, wanted):
    """Assign and read back: the list of names is not complete in the background."""
    said = ""
    for name in ENGINES.get(wanted.lower(), (wanted,)):
        try:
            scene.render.engine = name
        except TypeError as error:
            said = str(error)
            continue
        if scene.render.engine == name:
            return
    known = listed([*ENGINES, *re.findall(r"'([A-Z0-9_]+)'", said)])
    kind = "bad_request" if wanted.lower() not in ENGINES else "plugin_missing"
    raise RefusedError(
        kind, f"This Blender has no render engine {wanted!r}; it knows: {known}."
    )


def draws_by_gpu(scene):
    return scene.render.engine in ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH")


def silence_animation(scene, path):
    """What a person asks for holds for every frame, even if the scene animates it."""
    action = scene.animation_data.action if scene.animation_data else None
    if action is None:
        return
    curves = list(getattr(action, "fcurves", ()))
    # Since 4.4 an action has layers; since 5.0 it has nothing else.
    for layer in getattr(action, "layers", ()):
        for strip in layer.strips:
            for bag in strip.channelbags:
                curves += bag.fcurves
    for curve in curves:
        if curve.data_path == path:
            curve.mute = True


def set_samples(scene, samples):
    silence_animation(scene, "cycles.samples")
    silence_animation(scene, "eevee.taa_render_samples")
    if scene.render.engine == "CYCLES":
        scene.cycles.samples = samples
        for layer in scene.view_layers:
            layer.samples = 0
    elif scene.render.engine in ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"):
        scene.eevee.taa_render_samples = samples
    elif scene.render.engine == "BLENDER_WORKBENCH":
        steps = (
            ("OFF", 1),
            ("FXAA", 2),
            ("5", 5),
            ("8", 8),
            ("11", 11),
            ("16", 16),
            ("32", 32),
        )
        scene.display.render_aa = min(steps, key=lambda step: abs(step[1] - samples))[0]


def set_persistent_data(scene, wanted):
    """Keep what was synced from frame to frame: 24.6 s became 5.0 in a scene of heavy sync.

    `auto` is on for Cycles: Blender tells it by its dependency graph what has changed.
    """
    if wanted == "auto":
        if scene.render.engine == "CYCLES":
            scene.render.use_persistent_data = True
        return
    scene.render.use_persistent_data = wanted == "on"


def set_threads(scene, threads):
    if threads > 0:
        scene.render.threads_mode = "FIXED"
        scene.render.threads = min(threads, 1024)
    else:
        scene.render.threads_mode = "AUTO"
