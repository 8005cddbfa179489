"""How names and versions are written in messages."""

import bpy

VERSION = bpy.app.version


def version_text(version):
    return ".".join(str(number) for number in version)


def listed(names):
    """Names for a message: all of them if they are few."""
    names = [str(name) for name in names]
    if not names:
        return "nothing"
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return ", ".join(names[:20]) + more
