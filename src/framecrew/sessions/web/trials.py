"""Trials: what a few frames of a page, rendered before all others, tell of it.

Every session tries the same frames, and so finds the same: the segments of a film must be of one
kind.
"""

import hashlib
from contextlib import suppress

from framecrew_web.troubles import Trouble

LOOKED_AT = 9
"""The later of the two frames that tell whether a page is one canvas; the other is 0."""


def depends_on_history(rendering):
    """Whether one frame, rendered twice with another between, gives two pictures.

    On the way it is seen whether all of them could be taken from a canvas.
    """
    if rendering.count < 3:
        return False
    first, second = rendering.count // 3, rendering.count - 1
    seen, may_be_canvas = [], True
    try:
        for frame in (first, second, first):
            rendering.seek(frame)
            screen = rendering.page.capture("png", 100)
            seen.append(hashlib.sha256(screen).digest())
            may_be_canvas = may_be_canvas and (len(seen) == 3 or _is_canvas(rendering, screen))
        is_well = _is_well(rendering.page.events.take())
    except Trouble:
        is_well = False
    if not is_well:
        return _depends_when_well(rendering)
    rendering.page.is_canvas = rendering.is_canvas = may_be_canvas and seen[0] == seen[2]
    return seen[0] != seen[2]


def _depends_when_well(rendering):
    """The same of a page that went wrong on the way: what did is told of its frame, when that is
    rendered, and the page may be spoilt by it.
    """
    with suppress(Trouble):
        if rendering.lacks_webgl():
            rendering.graphics = "software"
            rendering.load()
            return depends_on_history(rendering)
    rendering.load()
    return False


def look_for_canvas(rendering):
    """See whether the pictures of a page that is played, or takes its frames in any order, could be
    taken from its canvas.
    """
    heard = []
    last = min(LOOKED_AT, rendering.count - 1) if rendering.count else LOOKED_AT
    try:
        may_be_canvas = rendering.page.run("__framecrew.findCanvas()")
        for frame in sorted({0, last}) if may_be_canvas else ():
            if rendering.is_replayed:
                rendering.play(frame)
            rendering.seek(frame)
            screen = rendering.page.capture("png", 100)
            may_be_canvas = may_be_canvas and _is_canvas(rendering, screen)
        heard = rendering.page.events.take()
        is_well = _is_well(heard)
    except Trouble:
        is_well = False
    if not is_well:
        rendering.load()
        return
    rendering.page.is_canvas = rendering.is_canvas = may_be_canvas
    if heard:
        # What the page says once is to be told of its frame, when that is rendered or played.
        rendering.reopen()


def _is_canvas(rendering, screen):
    return not rendering.options["transparent"] and rendering.page.find_canvas(screen)


def _is_well(heard):
    return all(what != "exception" for what, _ in heard)
