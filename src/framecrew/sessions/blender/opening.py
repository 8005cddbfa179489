"""Opening a file: what belongs to the program first, then the scene."""

import os

import bpy
from framecrew_blender.refusal import RefusedError
from framecrew_blender.unreadable import explain_unreadable
from framecrew_blender.words import VERSION, listed, version_text


def prepare_program(options):
    """Factory settings and add-ons: what belongs to the program and not to the scene."""
    import addon_utils

    if options.get("factory_startup") and not getattr(bpy.app, "factory_startup", False):
        bpy.ops.wm.read_factory_settings()
    for name in options.get("addons") or ():
        if addon_utils.enable(name, default_set=True) is None:
            known = sorted(module.__name__ for module in addon_utils.modules())
            raise RefusedError(
                "plugin_missing",
                f"The add-on {name!r} cannot be enabled. Installed are: {listed(known)}.",
            )


def load_scene(path, *, allows_scripts):
    """Open the file; warnings about it. Whatever goes wrong is a refusal in plain words."""
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise RefusedError("bad_scene", f"The scene {path!r} {what}.")
    bpy.context.preferences.filepaths.use_scripts_auto_execute = bool(allows_scripts)
    said = ""
    try:
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=bool(allows_scripts))
    except Exception as error:
        said = str(error).strip() or repr(error)
    if said or not os.path.samefile(bpy.data.filepath or os.devnull, path):
        raise RefusedError("bad_scene", explain_unreadable(path, said))
    made_by = tuple(bpy.data.version[:2])
    if made_by <= VERSION[:2]:
        return []
    text = (
        f"The scene was saved by Blender {version_text(made_by)} and is opened by the older "
        f"{version_text(VERSION[:2])}: newer things in it may be lost."
    )
    return [text]
