"""Builds the demo: a ring of shapes round a chrome ball at dusk, two and a half seconds.

Runs inside Blender (`blender -b --factory-startup --python demo_scene.py -- demo.blend`) or in
a Python that has the `bpy` module (`python demo_scene.py -- demo.blend`). The frames differ in
cost on purpose: the ball swells in the middle of the shot, and its reflections want samples.

A frame takes well under a second and is clean nevertheless, because little in it is left to
chance: a sun without width, mirrors without roughness, a sky that changes slowly.
"""

import colorsys
import math
import os
import sys

import bpy

FRAMES = 60
SHAPES = 14
WIDTH, HEIGHT = 640, 360
FEWEST_SAMPLES, MOST_SAMPLES = 3, 5
TURN = 2 * math.pi


def build():
    scene = empty_scene()
    floor()
    heart = chrome_ball()
    for index in range(SHAPES):
        shape(index)
    sun(heart)
    camera(scene, heart)


def empty_scene():
    """A scene with nothing in it, and all that a render depends on set by hand."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = "Demo"
    scene.frame_start, scene.frame_end = 1, FRAMES
    render = scene.render
    render.engine = "CYCLES"
    render.fps = 24
    render.resolution_x, render.resolution_y = WIDTH, HEIGHT
    render.resolution_percentage = 100
    render.filepath = "//render/demo_####"
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    cycles = scene.cycles
    cycles.device = "CPU"
    for frame in (1, FRAMES // 2, FRAMES):
        # More of them where the ball fills the picture with small reflections.
        cycles.samples = MOST_SAMPLES if frame == FRAMES // 2 else FEWEST_SAMPLES
        scene.keyframe_insert("cycles.samples", frame=frame)
    cycles.seed = 7
    cycles.use_denoising = False
    cycles.use_adaptive_sampling = False
    cycles.max_bounces = 4
    cycles.diffuse_bounces = 0
    # Few samples must do: no light may be rare and bright.
    cycles.sample_clamp_indirect = 1.0
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    scene.view_settings.view_transform = "Standard"
    scene.world = dusk()
    return scene


def dusk():
    """A sky from a warm horizon to a deep blue."""
    world = bpy.data.worlds.new("Dusk")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    place = nodes.new("ShaderNodeTexCoord")
    axes = nodes.new("ShaderNodeSeparateXYZ")
    ramp = nodes.new("ShaderNodeValToRGB")
    links.new(place.outputs["Generated"], axes.inputs[0])
    links.new(axes.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Background"].inputs["Color"])
    colors = ramp.color_ramp.elements
    colors[0].position, colors[0].color = 0.0, (1.0, 0.34, 0.17, 1.0)
    colors[1].position, colors[1].color = 0.75, (0.02, 0.045, 0.2, 1.0)
    colors.new(0.16).color = (0.62, 0.16, 0.3, 1.0)
    colors.new(0.38).color = (0.14, 0.1, 0.4, 1.0)
    # The sky is there to be seen, directly and in mirrors; as a light it would be noise.
    world.cycles.sampling_method = "NONE"
    world.cycles_visibility.diffuse = False
    return world


def paint(name, color, *, glow):
    """Matt colour. Its share of the sky's light is painted on: sampled, it would be noise."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    matt = nodes.new("ShaderNodeBsdfDiffuse")
    matt.inputs["Color"].default_value = (*color, 1.0)
    fill = nodes.new("ShaderNodeEmission")
    fill.inputs["Color"].default_value = (0.8 * color[0], 0.7 * color[1], color[2], 1.0)
    fill.inputs["Strength"].default_value = glow
    both = nodes.new("ShaderNodeAddShader")
    links.new(matt.outputs[0], both.inputs[0])
    links.new(fill.outputs[0], both.inputs[1])
    links.new(both.outputs[0], nodes["Material Output"].inputs["Surface"])
    # No lamp of the painted light: the sun alone is asked, and that without chance.
    if hasattr(made.cycles, "emission_sampling"):
        made.cycles.emission_sampling = "NONE"
    else:  # before Blender 3.5
        made.cycles.sample_as_light = False
    return made


def mirror(name, color):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    nodes, links = made.node_tree.nodes, made.node_tree.links
    surface = nodes.new("ShaderNodeBsdfGlossy")
    surface.inputs["Color"].default_value = (*color, 1.0)
    surface.inputs["Roughness"].default_value = 0.0
    links.new(surface.outputs[0], nodes["Material Output"].inputs["Surface"])
    return made


def smooth(thing):
    for face in thing.data.polygons:
        face.use_smooth = True


def floor():
    bpy.ops.mesh.primitive_plane_add(size=80)
    thing = bpy.context.object
    thing.name = "Floor"
    thing.data.materials.append(mirror("Black mirror", (0.2, 0.2, 0.27)))


def chrome_ball():
    """Swells and shrinks once: the dearest frames are those in the middle."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32, location=(0, 0, 1.35))
    ball = bpy.context.object
    ball.name = "Heart"
    smooth(ball)
    ball.data.materials.append(mirror("Chrome", (0.93, 0.93, 0.97)))
    for frame in range(1, FRAMES + 1, 2):
        swell = math.sin(math.pi * (frame - 1) / (FRAMES - 1)) ** 2
        size = 0.55 + 0.85 * swell
        ball.scale = (size, size, size)
        ball.location.z = 1.0 + 0.6 * swell
        ball.keyframe_insert("scale", frame=frame)
        ball.keyframe_insert("location", frame=frame)
    return ball


def shape(index):
    """One of the ring: it travels round, rides a wave, and turns about itself."""
    add = (add_ball, add_cube, add_torus, add_cone)[index % 4]
    thing = add()
    thing.name = f"Shape {index + 1:02}"
    color = colorsys.hsv_to_rgb(index / SHAPES, 0.86, 0.95)
    glow = 0.85 if index % 5 == 2 else 0.42
    thing.data.materials.append(paint(thing.name, color, glow=glow))
    phase = TURN * index / SHAPES
    for frame in range(1, FRAMES + 1, 2):
        share = (frame - 1) / FRAMES
        angle = phase + TURN * share * 0.5
        wave = math.sin(2 * angle + TURN * share)
        radius = 3.1 + 0.35 * math.cos(3 * phase)
        thing.location = (
            radius * math.cos(angle),
            radius * math.sin(angle),
            0.95 + 0.55 * wave,
        )
        thing.rotation_euler = (TURN * share + phase, 0.6 * wave, 1.5 * angle)
        thing.keyframe_insert("location", frame=frame)
        thing.keyframe_insert("rotation_euler", frame=frame)


def add_ball():
    bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=0.42)
    smooth(bpy.context.object)
    return bpy.context.object


def add_cube():
    bpy.ops.mesh.primitive_cube_add(size=0.66)
    thing = bpy.context.object
    bevel = thing.modifiers.new("Bevel", "BEVEL")
    bevel.width, bevel.segments = 0.08, 3
    return thing


def add_torus():
    bpy.ops.mesh.primitive_torus_add(
        major_radius=0.4, minor_radius=0.14, major_segments=48, minor_segments=16
    )
    smooth(bpy.context.object)
    return bpy.context.object


def add_cone():
    bpy.ops.mesh.primitive_cone_add(vertices=4, radius1=0.5, depth=0.75)
    return bpy.context.object


def look_at(thing, target):
    aim = thing.constraints.new("TRACK_TO")
    aim.target = target
    aim.track_axis, aim.up_axis = "TRACK_NEGATIVE_Z", "UP_Y"


def sun(target):
    """Low and warm, from behind the camera's left shoulder; its shadows are sharp."""
    data = bpy.data.lights.new("Sun", "SUN")
    data.energy, data.angle, data.color = 3.2, 0.0, (1.0, 0.72, 0.5)
    thing = bpy.data.objects.new("Sun", data)
    bpy.context.collection.objects.link(thing)
    thing.location = (-7, -5, 6)
    look_at(thing, target)


def camera(scene, target):
    data = bpy.data.cameras.new("Camera")
    data.lens = 38
    thing = bpy.data.objects.new("Camera", data)
    scene.collection.objects.link(thing)
    look_at(thing, target)
    for frame in range(1, FRAMES + 1, 4):
        angle = -1.9 + 0.55 * (frame - 1) / FRAMES
        thing.location = (7.6 * math.cos(angle), 7.6 * math.sin(angle), 2.7)
        thing.keyframe_insert("location", frame=frame)
    scene.camera = thing


def main():
    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    if len(arguments) != 1:
        raise SystemExit("Wanted: demo_scene.py -- OUTPUT.blend")
    output = os.path.abspath(arguments[0])
    build()
    bpy.ops.wm.save_as_mainfile(filepath=output, compress=True)
    sys.stdout.flush()
    # bpy 4.5 does not come back from its own clean-up.
    os._exit(0)


main()
