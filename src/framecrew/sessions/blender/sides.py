"""Side outputs: further files per frame, written by File Output nodes of the compositor."""

import os

import bpy
from framecrew_blender.paths import escape_braces, safe_name, with_number
from framecrew_blender.pictures import EXTENSIONS
from framecrew_blender.words import VERSION


class Side:
    """One further file per frame: a slot of a compositor's File Output node."""

    def __init__(self, node, index, text, extension, name, layers):
        self.node = node
        self.layers = layers
        """View layers, one of which has to be rendered for it; empty: none has to."""
        self.index = index
        """None: the node writes one file that holds all its slots."""
        self.text = text
        self.extension = extension
        self.name = name
        self.folder = ""

    @property
    def stem(self):
        return f"s{self.index or 0}_"

    def written(self, view):
        """The file that Blender left in the slot's folder, or None."""
        for name in sorted(os.listdir(self.folder)):
            ending = os.path.splitext(name)[0].endswith(view)
            if name.startswith(self.stem) and ending:
                return os.path.join(self.folder, name)
        return None


def compositor_tree(scene):
    if not scene.render.use_compositing:
        return None
    if hasattr(scene, "compositing_node_group"):
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def file_output_nodes(tree, seen):
    """The enabled File Output nodes of a tree and of the groups in it."""
    if tree is None or tree in seen:
        return
    seen.append(tree)
    for node in tree.nodes:
        if node.mute:
            continue
        if node.bl_idname == "CompositorNodeOutputFile":
            yield node
        else:
            yield from file_output_nodes(getattr(node, "node_tree", None), seen)


def slots_of(node):
    """(index, path text, format) of each slot that is connected."""
    linked = [slot.is_linked for slot in node.inputs]
    is_single = node.format.file_format == "OPEN_EXR_MULTILAYER"
    if hasattr(node, "file_output_items"):
        start = os.path.join(node.directory, node.file_name)
        rows = [
            (start + item.name, item.format if item.override_node_format else node.format)
            for item in node.file_output_items
        ]
    else:
        start = node.base_path
        rows = [
            (
                os.path.join(start, slot.path),
                node.format if slot.use_node_format else slot.format,
            )
            for slot in node.file_slots
        ]
    if is_single:
        return [(None, start, node.format)] if any(linked) else []
    return [(index, *row) for index, row in enumerate(rows) if linked[index]]


PICTURE_NODES = ("Image", "MovieClip", "Mask", "Texture", "CryptomatteV2")
"""What makes a picture in a compositor without a render layer, behind `CompositorNode`."""


def layers_behind(inputs, scene):
    """The view layers that these inputs show: without any of them Blender writes no file.

    Empty if something else is shown too, or if it cannot be told.
    """
    layers, seen = set(), set()
    waiting = [link.from_node for socket in inputs for link in socket.links]
    while waiting:
        node = waiting.pop()
        if node.as_pointer() in seen:
            continue
        seen.add(node.as_pointer())
        kind = node.bl_idname[len("CompositorNode") :]
        if kind == "RLayers" and node.scene in (None, scene):
            layers.add(node.layer)
        elif kind == "RLayers" or kind in PICTURE_NODES:
            return set()
        waiting += [link.from_node for socket in node.inputs for link in socket.links]
        group = getattr(node, "node_tree", None)
        waiting += group.nodes if group is not None else []
    return layers


def find_sides(scene, warnings):
    sides, taken = [], set()
    for node in file_output_nodes(compositor_tree(scene), []):
        for index, text, settings in slots_of(node):
            extension = EXTENSIONS.get(settings.file_format)
            if extension is None:
                warnings.append(f"Node {node.name!r} writes a movie, which is not delivered.")
                continue
            if VERSION >= (4, 5) and "{" in text.replace("{target}", ""):
                warnings.append(
                    f"Node {node.name!r} names files by a path template; it is kept as it is."
                )
            stem = os.path.basename(text).replace("#", "")
            name = safe_name(f"{node.name}_{stem}" if stem.strip("_-. ") else node.name)
            while name in taken or name == "main":
                name += "_"
            taken.add(name)
            path = os.path.normpath(bpy.path.abspath(text)) if text else "####"
            if text.endswith(("/", "\\")):
                path = os.path.join(path, "####")
            ending = extension if scene.render.use_file_extension else ""
            inputs = node.inputs if index is None else [node.inputs[index]]
            layers = layers_behind(inputs, scene)
            sides.append(Side(node, index, with_number(path, ending), extension, name, layers))
    return sides


def redirect_sides(sides, private):
    """Let each File Output node write into a folder of its own."""
    folders = {}
    for side in sides:
        key = side.node.as_pointer()
        side.folder = folders.setdefault(key, os.path.join(private, f"side{len(folders)}"))
        os.makedirs(side.folder, exist_ok=True)
        folder = escape_braces(side.folder) + os.sep
        for name, value in redirections(side, folder).items():
            setattr(side.node, name, value)
        if side.index is None:
            continue
        if hasattr(side.node, "file_output_items"):
            side.node.file_output_items[side.index].name = side.stem
        else:
            side.node.file_slots[side.index].path = side.stem + "####"


def redirections(side, folder):
    if hasattr(side.node, "file_output_items"):
        name = side.stem + "####" if side.index is None else ""
        return {"directory": folder, "file_name": name}
    return {"base_path": folder + (side.stem + "####" if side.index is None else "")}
