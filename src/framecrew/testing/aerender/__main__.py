"""The program: `python -m framecrew.testing.aerender`, or this file, with any Python."""

import os
import sys
from pathlib import Path

VERSION_VARIABLE = "FRAMECREW_AERENDER_VERSION"


def main() -> int:
    from framecrew.testing.aerender.after_effects import after_effects
    from framecrew.testing.aerender.launcher import AFTER_EFFECTS, aerender, project_path
    from framecrew.testing.aerender.versions import NEWEST

    words = sys.argv[1:]
    if words[:1] == [AFTER_EFFECTS]:
        installed, *words = words[1:]
        return after_effects(words, project_path=project_path(words), installed=installed)
    return aerender(words, installed=os.environ.get(VERSION_VARIABLE) or NEWEST)


if __name__ == "__main__":
    # Started as a file, and isolated, it finds its own package alone: quick, and the same
    # under every Python.
    source = str(Path(__file__).parents[3])
    if source not in sys.path:
        sys.path.insert(0, source)
    code = main()
    sys.stdout.flush()
    # No farewell to threads and modules: a crash leaves none either.
    os._exit(code if sys.platform == "win32" else code & 0xFF)
