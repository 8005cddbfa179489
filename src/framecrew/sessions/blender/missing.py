"""Missing files: what the scene really uses and what is not on disk."""

import os
import re

import bpy
from framecrew_blender.strips import sequence_strips
from framecrew_blender.words import listed


def missing_files(scene, warnings):
    """Files that the scene really uses and that are not on disk."""
    found = []

    def need(kind, path, user):
        if not os.path.exists(path):
            found.append({"kind": kind, "path": os.path.normpath(path), "user": user})

    for library in bpy.data.libraries:
        need(
            "missing_library", absolute(library.filepath, library), f'library "{library.name}"'
        )
    for image in used(bpy.data.images):
        if (
            image.packed_file
            or len(image.packed_files)
            or image.source in ("GENERATED", "VIEWER")
        ):
            continue
        path = absolute(image.filepath, image)
        if image.source == "TILED":
            for tile in image.tiles:
                need("missing_asset", tile_path(path, tile.number), f'image "{image.name}"')
        elif image.source == "SEQUENCE":
            need_sequence(need, image, path, warnings)
        else:
            need("missing_asset", path, f'image "{image.name}"')
    for what, things in (
        ("movie clip", bpy.data.movieclips),
        ("sound", bpy.data.sounds),
        ("font", bpy.data.fonts),
        ("cache", bpy.data.cache_files),
        ("volume", getattr(bpy.data, "volumes", ())),
    ):
        for thing in used(things):
            if getattr(thing, "packed_file", None) or thing.filepath in ("", "<builtin>"):
                continue
            path = absolute(thing.filepath, thing)
            if (
                getattr(thing, "is_sequence", False)
                or getattr(thing, "source", "") == "SEQUENCE"
            ):
                need_sequence(need, thing, path, warnings)
            else:
                need("missing_asset", path, f'{what} "{thing.name}"')
    for user, path in files_of_strips_and_nodes(scene):
        need("missing_asset", path, user)
    if not scene.render.engine:
        name = "an add-on that provides the scene's render engine"
        found.append({"kind": "plugin_missing", "path": name, "user": f'scene "{scene.name}"'})
    return list({(row["path"], row["user"]): row for row in found}.values())


def used(things):
    """Those that somebody uses; a fake user is nobody."""
    return [thing for thing in things if thing.users > int(thing.use_fake_user)]


def absolute(path, thing):
    library = getattr(thing, "library", None)
    return bpy.path.abspath(path, library=library)


def tile_path(path, number):
    u, v = (number - 1001) % 10 + 1, (number - 1001) // 10 + 1
    return path.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{u}_v{v}")


def need_sequence(need, thing, path, warnings):
    """A numbered sequence: missing when no file of it is there; holes are a warning."""
    folder, name = os.path.split(path)
    numbers = list(re.finditer(r"\d+", name))
    if not numbers:
        need("missing_asset", path, f'image "{thing.name}"')
        return
    at = numbers[-1]
    shape = re.compile(re.escape(name[: at.start()]) + r"(\d+)" + re.escape(name[at.end() :]))
    names = os.listdir(folder) if os.path.isdir(folder) else []
    there = sorted(int(match[1]) for match in map(shape.fullmatch, names) if match)
    if not there:
        need("missing_asset", path, f'image sequence "{thing.name}"')
        return
    holes = sorted(set(range(there[0], there[-1] + 1)) - set(there))
    if holes:
        warnings.append(
            f'The sequence of "{thing.name}" in {folder!r} lacks the files {listed(holes)}.'
        )


def files_of_strips_and_nodes(scene):
    """(user, path) of files that are named in place and are no data of their own."""
    if scene.render.use_sequencer:
        for strip in sequence_strips(scene):
            if strip.mute:
                continue
            if strip.type == "MOVIE":
                yield f'strip "{strip.name}"', bpy.path.abspath(strip.filepath)
            elif strip.type == "IMAGE":
                folder = bpy.path.abspath(strip.directory)
                for element in strip.elements:
                    yield f'strip "{strip.name}"', os.path.join(folder, element.filename)
    trees = [
        thing.node_tree for thing in (*bpy.data.materials, *bpy.data.worlds, *bpy.data.lights)
    ]
    for tree in [*trees, *bpy.data.node_groups]:
        for node in tree.nodes if tree is not None else ():
            if getattr(node, "mode", "") == "EXTERNAL" and getattr(node, "filepath", ""):
                yield f'node "{node.name}" of "{tree.name}"', absolute(node.filepath, tree)
    for thing in scene.objects:
        for modifier in thing.modifiers:
            if modifier.type == "MESH_CACHE" and modifier.show_render and modifier.filepath:
                yield f'"{modifier.name}" of "{thing.name}"', absolute(modifier.filepath, thing)
