"""The session of the web: one browser with one page, which is rendered frame after frame.

Started by our own Python as `python -I -S session.py BROWSER`. Speaks as told in
`docs/sessions.md`. Standard library only: nothing of framecrew is imported here.

Rule 1: the main thread asks the browser; others only listen (to framecrew, to the browser) or
        serve files.
Rule 2: time in the page stands still between two frames (`clock.js`), and a frame depends on
        its number alone: not on who renders it, nor on what was rendered before.
Rule 3: the browser is never trusted to be there. What was lost with it is rendered again.
"""

import os
import sys
import traceback
import types


def main():
    package = types.ModuleType("framecrew_web")
    here = os.path.dirname(os.path.abspath(__file__))
    package.__path__ = [here, os.path.join(os.path.dirname(here), "talking")]
    sys.modules[package.__name__] = package
    from framecrew_web.leaving import leave_at_once
    from framecrew_web.serving import Session

    try:
        session = Session(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
        session.connect(os.environ.pop("FRAMECREW_CHANNEL"), os.environ.pop("FRAMECREW_TOKEN"))
        session.serve()
    except BaseException:
        traceback.print_exc()
        leave_at_once(7)


if __name__ == "__main__":
    main()
