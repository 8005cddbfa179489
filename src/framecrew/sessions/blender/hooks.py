"""The person's own Python."""

import traceback

import bpy
from framecrew_blender.refusal import RefusedError
from framecrew_blender.scripts import describe_exception


def run_hooks(scene, options):
    """The person's own Python, after all options, so that it has the last word."""
    names = {"bpy": bpy, "scene": scene, "__name__": "__main__"}
    text = options.get("python_before") or ""
    if text:
        run_python(text, "<python_before>", names)
    for path in options.get("python_scripts") or ():
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            raise RefusedError(
                "bad_request", f"The script {path!r} cannot be read: {error.strerror}."
            ) from error
        run_python(source, path, {**names, "__file__": path})


def run_python(source, path, names):
    try:
        exec(compile(source, path, "exec"), names)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise RefusedError(
                "script_error", f"{path} left with code {error.code!r}."
            ) from error
    except BaseException as error:
        traceback.print_exc()
        # Without our own step; a syntax error has no other, and tells its place itself.
        trace = error.__traceback__.tb_next
        where = describe_exception(type(error), error, trace)
        raise RefusedError("script_error", f"{path}: {where}") from error
