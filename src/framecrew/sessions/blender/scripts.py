"""Scripts of the scene: what they raise while Blender goes on."""

import sys
import traceback

import bpy


class ScriptFaults:
    """Exceptions of Python inside Blender, as text."""

    def __init__(self):
        self.complaints = []
        """Since the frame began."""
        self.broken_expressions = []
        """Blender switches a failing expression off without another word: lasts for ever."""

    def first(self):
        """What spoils the frame, or None."""
        return next(iter(self.complaints or self.broken_expressions), None)

    def hear(self, kind, value, trace):
        """Blender hands every exception of a handler or expression to `sys.excepthook`."""
        text = describe_exception(kind, value, trace)
        if "<bpy driver>" in text:
            self.broken_expressions.append(text)
        else:
            self.complaints.append(text)
        sys.__excepthook__(kind, value, trace)


def describe_exception(kind, value, trace):
    """In which function of which file, in one line."""
    stack = traceback.extract_tb(trace)
    if not stack:
        return f"{kind.__name__}: {value}"
    outer, inner = stack[0], stack[-1]
    code = trace.tb_frame.f_code
    found = [
        name
        for name in dir(bpy.app.handlers)
        for handler in (getattr(bpy.app.handlers, name),)
        if isinstance(handler, list)
        and any(getattr(function, "__code__", None) is code for function in handler)
    ]
    where = f"{found[0]} handler {outer.name}" if found else outer.name
    return f"{kind.__name__}: {value} ({where}, {inner.filename}, line {inner.lineno})"
