"""The session inside Blender: opens a scene once, then renders chunk after chunk.

Started as `blender -b --python-exit-code 7 --python session.py`, or by a Python that has the
`bpy` module. Speaks as told in `docs/sessions.md`. It stands alone, for Blender brings its own
Python: nothing of framecrew is imported, and the language is that of Python 3.9.

Rule 1: the main thread renders and is the only one to touch `bpy`; a second thread listens.
        (Blender lets go of Python's lock while it renders, so the listener is never deaf.)
Rule 2: the files beside this one, and those of `talking`, are the package `framecrew_blender`,
        in this process alone. Nothing is added to `sys.path`, where their names could hide an add-on's.
Rule 3: Blender survives an exception in a handler and goes on with a wrong picture. Every one
        of them passes `sys.excepthook`, and there it fails the frame.
"""

import atexit
import os
import shutil
import sys
import traceback
import types

import bpy


def main():
    package = types.ModuleType("framecrew_blender")
    here = os.path.dirname(os.path.abspath(__file__))
    package.__path__ = [here, os.path.join(os.path.dirname(here), "talking")]
    sys.modules[package.__name__] = package
    from framecrew_blender.leaving import before_leaving, leave_at_once
    from framecrew_blender.serving import Session
    from framecrew_blender.streams import flush_streams

    # Not at the exit of Python: Blender's own way out hangs, for bpy 4.5 waits for ever in the
    # destructor of a static object.
    before_leaving(lambda: shutil.rmtree(bpy.app.tempdir, ignore_errors=True))
    session = Session()
    sys.excepthook = session.faults.hear
    atexit.register(session.hear_exit)
    try:
        session.connect(os.environ["FRAMECREW_CHANNEL"], os.environ["FRAMECREW_TOKEN"])
        session.serve()
    except BaseException:
        traceback.print_exc()
        flush_streams()
        leave_at_once(7)


if __name__ == "__main__":
    main()
