"""Builds the scenes of the benchmarks, inside Blender:

    blender -b --factory-startup --python benchmarks/scenes.py -- KIND FILE.blend

`spin`  light, equal frames.
`ramp`  frames whose cost rises about twenty-fold over the range.
`sync`  seconds of geometry to be synchronised, a fifth of a second of sampling; only the camera moves.
"""

import math
import sys

import bpy

SIZE = (320, 180)


def main() -> None:
    kind, path = sys.argv[sys.argv.index("--") + 1 :][:2]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.cycles.use_denoising = False
    scene.cycles.use_adaptive_sampling = False
    scene.cycles.seed = 1
    stage(scene)
    {"spin": spin, "ramp": ramp, "sync": sync}[kind](scene)
    bpy.ops.wm.save_as_mainfile(filepath=path)


def stage(scene) -> None:
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.4, 0.5, 0.7, 1)
    scene.world = world
    bpy.ops.object.light_add(type="SUN", rotation=(0.6, 0.2, 0.4))
    bpy.context.object.data.energy = 3
    bpy.ops.mesh.primitive_plane_add(size=40)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    camera.location = (0, -8, 3.5)
    camera.rotation_euler = (math.radians(70), 0, 0)
    scene.camera = camera


def turning(thing) -> None:
    thing.rotation_euler = (0, 0, 0)
    thing.keyframe_insert("rotation_euler", frame=1)
    thing.rotation_euler = (0, 0, math.pi)
    thing.keyframe_insert("rotation_euler", frame=48)


def spin(scene) -> None:
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, 1.2))
    turning(bpy.context.object)
    scene.cycles.samples = 48
    scene.frame_start, scene.frame_end = 1, 48


def ramp(scene) -> None:
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, 1.2))
    turning(bpy.context.object)
    scene.frame_start, scene.frame_end = 1, 48
    for frame in range(1, 49):
        scene.cycles.samples = round(8 + 110 * ((frame - 1) / 47) ** 2)
        scene.cycles.keyframe_insert("samples", frame=frame)


def sync(scene) -> None:
    bpy.ops.mesh.primitive_monkey_add(location=(0, 0, 1.2))
    heavy = bpy.context.object
    modifier = heavy.modifiers.new("detail", "SUBSURF")
    modifier.levels = modifier.render_levels = 6
    noise = bpy.data.textures.new("noise", "CLOUDS")
    displace = heavy.modifiers.new("rough", "DISPLACE")
    displace.texture, displace.strength = noise, 0.1
    camera = scene.camera
    camera.keyframe_insert("location", frame=1)
    camera.location.x = 2
    camera.keyframe_insert("location", frame=60)
    scene.cycles.samples = 6
    scene.frame_start, scene.frame_end = 1, 60


main()
