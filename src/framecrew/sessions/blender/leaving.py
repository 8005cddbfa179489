"""Leaving: the process ends from any thread, and takes its temporary folder with it."""

import os
import shutil

import bpy


class Leaving:
    removes_folder = True
    """Not in a forked session: the folder is its mother's."""


def leave_at_once(code=0):
    """End the process from any thread.

    `sys.exit` would end a thread only, and Blender's own way out hangs: bpy 4.5 waits for ever
    in the destructor of a static object.
    """
    if Leaving.removes_folder:
        shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
    os._exit(code)
