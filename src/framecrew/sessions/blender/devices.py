"""Devices that Cycles computes on."""

import bpy
from framecrew_blender.refusal import RefusedError
from framecrew_blender.words import listed

GPU_TYPES = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")


def choose_device(scene, wanted, gpus, warnings):
    """Where Cycles computes. `auto`: what the scene itself asks for, if this machine has it."""
    wanted = wanted.lower()
    name, _, more = wanted.partition("+")
    if wanted == "cpu" or (wanted == "auto" and scene.cycles.device == "CPU"):
        scene.cycles.device = "CPU"
        return
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        raise RefusedError("plugin_missing", "The Cycles add-on is not enabled.")
    if name == "auto":
        found = next((kind for kind in GPU_TYPES if gpu_devices(addon.preferences, kind)), None)
        if found is None:
            warnings.append(
                "The scene asks for a GPU and there is none; it is rendered by the CPU."
            )
            scene.cycles.device = "CPU"
            return
        kind = found
    else:
        kind = (more if name == "cpu" else name).upper()
    if kind not in GPU_TYPES:
        known = ["auto", "cpu", *(known.lower() for known in GPU_TYPES)]
        raise RefusedError(
            "bad_request", f"There is no device {wanted!r}; it can be: {listed(known)}."
        )
    devices = gpu_devices(addon.preferences, kind)
    if not devices:
        present = [kind for kind in GPU_TYPES if gpu_devices(addon.preferences, kind)]
        raise RefusedError(
            "gpu_lost",
            f"Blender can use no {kind} device here; usable are: {listed(['CPU', *present])}.",
        )
    use_gpus(addon.preferences, devices, kind, gpus, with_cpu="cpu" in (name, more))
    scene.cycles.device = "GPU"


def gpu_devices(preferences, kind):
    """Devices of one kind that this Blender can use; none if it was built without."""
    try:
        preferences.compute_device_type = kind
    except TypeError:
        return []
    if hasattr(preferences, "refresh_devices"):
        preferences.refresh_devices()
    else:
        preferences.get_devices()
    return [device for device in preferences.devices if device.type == kind]


def use_gpus(preferences, devices, kind, gpus, *, with_cpu):
    names = [f"{index} {device.name}" for index, device in enumerate(devices)]
    chosen = [text.strip() for text in str(gpus).split(",") if text.strip()]
    for text in chosen:
        if not text.isdigit() or int(text) >= len(devices):
            raise RefusedError(
                "bad_request", f"There is no {kind} device {text}; there are: {listed(names)}."
            )
    wanted = {int(text) for text in chosen} or set(range(len(devices)))
    preferences.compute_device_type = kind
    for device in preferences.devices:
        device.use = device.type == "CPU" and with_cpu
    for index, device in enumerate(devices):
        device.use = index in wanted
