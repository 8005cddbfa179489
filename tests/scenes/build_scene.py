"""Builds one small scene for a test, inside Blender: `build_scene.py -- NAME OUTPUT.blend`.

Every picture is 64 by 36 pixels at one sample; what a frame shows depends on its number.
"""

import os
import sys
from pathlib import Path
from typing import Any

import bpy


def main() -> None:
    name, output = sys.argv[sys.argv.index("--") + 1 :]
    scene = plain()
    BUILDERS[name](scene, output)
    bpy.ops.wm.save_as_mainfile(filepath=output, compress=name == "packed")
    sys.stdout.flush()
    # bpy 4.5 does not come back from its own clean-up.
    os._exit(0)


def plain() -> Any:
    """A cube that turns and wanders under a lamp, seen by `Camera`, in scene `Scene`."""
    bpy.ops.wm.read_factory_settings()
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = 64, 36
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.frame_start, scene.frame_end = 1, 10
    cube = bpy.data.objects["Cube"]
    for frame in (-10, 20, 12340, 12351):
        cube.rotation_euler.z = frame / 7
        cube.location.x = (frame % 13) / 6 - 1
        cube.keyframe_insert("rotation_euler", frame=frame)
        cube.keyframe_insert("location", frame=frame)
    return scene


def add_text(name: str, source: str) -> None:
    text = bpy.data.texts.new(name)
    text.write(source)
    text.use_module = True


def handler_fails_at_7(scene: Any, _: str) -> None:
    add_text(
        "grows.py",
        "import bpy\n"
        "def grow(scene):\n"
        "    if scene.frame_current == 7:\n"
        "        raise ValueError('no size for frame 7')\n"
        "bpy.app.handlers.frame_change_pre.append(grow)\n",
    )


def handler_leaves_at_3(scene: Any, _: str) -> None:
    add_text(
        "leaves.py",
        "import bpy, sys\n"
        "def leave(scene):\n"
        "    if scene.frame_current == 3:\n"
        "        sys.exit(3)\n"
        "bpy.app.handlers.frame_change_pre.append(leave)\n",
    )


def broken_text(scene: Any, _: str) -> None:
    add_text("broken.py", "import nothing_of_this_name\n")


def broken_expression(scene: Any, _: str) -> None:
    """The name is known while the scene is opened, and gone from frame 4 on."""
    add_text(
        "names.py",
        "import bpy\n"
        "names = bpy.app.driver_namespace\n"
        "names['height'] = lambda frame: 0.0\n"
        "def forget(scene):\n"
        "    if scene.frame_current >= 4:\n"
        "        names.pop('height', None)\n"
        "bpy.app.handlers.frame_change_pre.append(forget)\n",
    )
    curve = bpy.data.objects["Cube"].driver_add("location", 2)
    curve.driver.expression = "height(frame)"


def missing_files(scene: Any, output: str) -> None:
    """A texture and a library that are gone, and a picture that nobody uses."""
    folder = Path(output).parent
    picture = bpy.data.images.new("wood", 4, 4)
    picture.filepath_raw = str(folder / "wood.png")
    picture.file_format = "PNG"
    picture.save()
    picture = bpy.data.images.load(str(folder / "wood.png"))
    picture.name = "wood on disk"
    skin = bpy.data.objects["Cube"].active_material
    skin.use_nodes = True
    texture = skin.node_tree.nodes.new("ShaderNodeTexImage")
    texture.image = picture
    links = skin.node_tree.links
    links.new(texture.outputs[0], skin.node_tree.nodes["Principled BSDF"].inputs[0])
    unused = bpy.data.images.load(str(folder / "wood.png"), check_existing=False)
    unused.name, unused.filepath = "unused", str(folder / "nobody.png")
    unused.use_fake_user = True
    library = str(folder / "library.blend")
    bpy.data.libraries.write(library, {bpy.data.objects["Light"]}, fake_user=True)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.objects = ["Light"]
    scene.collection.objects.link(wanted.objects[0])
    bpy.ops.wm.save_as_mainfile(filepath=output)
    Path(library).unlink()
    (folder / "wood.png").unlink()


def side_outputs(scene: Any, output: str) -> None:
    """A File Output node with two slots, each of them connected."""
    if hasattr(scene, "compositing_node_group"):
        tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        scene.compositing_node_group = tree
        tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        layers = tree.nodes.new("CompositorNodeRLayers")
        end = tree.nodes.new("NodeGroupOutput")
        tree.links.new(layers.outputs[0], end.inputs[0])
        files = tree.nodes.new("CompositorNodeOutputFile")
        files.format.media_type = "IMAGE"
        files.format.file_format = "PNG"
        files.directory, files.file_name = f"{Path(output).parent}/passes/", "shot_"
        files.file_output_items.new("RGBA", "beauty_##")
        files.file_output_items.new("RGBA", "again")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        layers = tree.nodes["Render Layers"]
        files = tree.nodes.new("CompositorNodeOutputFile")
        files.format.file_format = "PNG"
        files.base_path = f"{Path(output).parent}/passes/"
        files.file_slots[0].path = "shot_beauty_##"
        files.file_slots.new("shot_again")
    tree.links.new(layers.outputs[0], files.inputs[0])
    tree.links.new(layers.outputs[0], files.inputs[1])


def two_of_everything(scene: Any, _: str) -> None:
    """Second scene, layer and camera, each with a picture of its own; a marker switches."""
    layer = scene.view_layers.new("Bare")
    layer.layer_collection.children[0].exclude = True
    side = bpy.data.objects.new("Side", bpy.data.cameras.new("Side"))
    scene.collection.objects.link(side)
    side.location, side.rotation_euler = (0, -9, 0), (1.57, 0, 0)
    scene.timeline_markers.new("cut", frame=1).camera = scene.camera
    other = bpy.data.scenes.new("Other")
    other.render.engine = "CYCLES"
    other.cycles.samples = 1
    other.cycles.use_denoising = False
    other.render.resolution_x, other.render.resolution_y = 32, 32
    other.collection.objects.link(bpy.data.objects["Cube"])
    other.collection.objects.link(side)
    other.camera = side


def sides_of_two_layers(scene: Any, output: str) -> None:
    """One slot of the File Output node shows `ViewLayer`, the other one `Bare`."""
    two_of_everything(scene, output)
    side_outputs(scene, output)
    tree = getattr(scene, "compositing_node_group", None) or scene.node_tree
    (files,) = [node for node in tree.nodes if node.bl_idname == "CompositorNodeOutputFile"]
    setattr(files, "directory" if hasattr(files, "directory") else "base_path", "//passes/")
    bare = tree.nodes.new("CompositorNodeRLayers")
    bare.layer = "Bare"
    tree.links.new(bare.outputs[0], files.inputs[1])


def two_stereo_cameras(scene: Any, output: str) -> None:
    two_of_everything(scene, output)
    scene.render.use_multiview = True


def animated_samples(scene: Any, _: str) -> None:
    for frame in (1, 2):
        scene.cycles.samples = 1 if frame == 1 else 64
        scene.keyframe_insert("cycles.samples", frame=frame)


def everything_moves(scene: Any, _: str) -> None:
    """Shape, material, light, visibility, world and a particle of geometry all change."""
    cube = bpy.data.objects["Cube"]
    cube.shape_key_add(name="Basis")
    key = cube.shape_key_add(name="Bulge")
    for index, point in enumerate(key.data):
        point.co *= 1.2 + 0.3 * (index % 3)
    key.slider_min, key.slider_max = -9, 9
    wave = bpy.ops.mesh.primitive_grid_add
    wave(x_subdivisions=20, y_subdivisions=20, size=5, location=(0, 0, -1))
    grid = bpy.context.object
    grid.modifiers.new("Wave", "WAVE")
    swell = grid.modifiers.new("Swell", "DISPLACE")
    bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=6, location=(1, 1.5, 1))
    ball = bpy.context.object
    skin = bpy.data.materials.new("Skin")
    skin.use_nodes = True
    color = skin.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    ball.data.materials.append(skin)
    world = scene.world
    world.use_nodes = True
    strength = world.node_tree.nodes["Background"].inputs["Strength"]
    lamp = bpy.data.lights["Light"]
    for frame in range(1, 11):
        key.value = (frame % 4) / 4
        key.keyframe_insert("value", frame=frame)
        swell.strength = (frame % 3) / 3
        swell.keyframe_insert("strength", frame=frame)
        color.default_value = ((frame % 5) / 5, (frame % 3) / 3, 0.5, 1)
        color.keyframe_insert("default_value", frame=frame)
        strength.default_value = 0.2 + (frame % 4) / 4
        strength.keyframe_insert("default_value", frame=frame)
        lamp.energy = 300 + 200 * (frame % 3)
        lamp.keyframe_insert("energy", frame=frame)
        ball.hide_render = frame % 4 == 0
        ball.keyframe_insert("hide_render", frame=frame)


BUILDERS = {
    "plain": lambda scene, output: None,
    "packed": lambda scene, output: None,
    "handler_fails_at_7": handler_fails_at_7,
    "handler_leaves_at_3": handler_leaves_at_3,
    "broken_text": broken_text,
    "broken_expression": broken_expression,
    "missing_files": missing_files,
    "side_outputs": side_outputs,
    "two_of_everything": two_of_everything,
    "sides_of_two_layers": sides_of_two_layers,
    "two_stereo_cameras": two_stereo_cameras,
    "animated_samples": animated_samples,
    "everything_moves": everything_moves,
}

main()
