"""Trials: what a few frames of a page, rendered before all others, tell of it."""

import hashlib
from contextlib import suppress

from framecrew_web.troubles import Trouble

LOOKED_AT = 9
"""The last frame that is looked at, of a page that is played or does not tell its length."""


def try_out(rendering):
    """Find out in what order its frames may be rendered, and what their pictures may be taken from."""
    order = rendering.options["order"]
    is_played = rendering.told["contract"] == "plain" or (
        rendering.told["isPlayed"] and order == "auto"
    )
    rendering.is_replayed = is_played or order == "replay"
    if not rendering.is_replayed and order == "auto" and _depends_on_history(rendering):
        rendering.is_replayed = True
        rendering.warnings.append(
            "its frames depend on those rendered before them, so each session plays the page from its start; "
            "that is right, and slower"
        )
        rendering.load()
    if rendering.is_replayed or order == "any":
        _look_for_canvas(rendering)


def _depends_on_history(rendering):
    """Whether one frame, rendered twice with another between, gives two pictures, or one of them sets
    something going that lasts for longer.

    On the way it is seen whether all of them could be taken from a canvas.
    """
    second = rendering.count - 1 if rendering.count else LOOKED_AT
    first = (second + 1) // 3
    if not first:
        return False
    seen, may_be_canvas, began_late = [], True, False
    try:
        rendering.seek(0)  # where many begin something
        for frame in (first, second, first):
            rendering.seek(frame)
            began_late = began_late or rendering.page.has_begun_late
            screen = rendering.page.capture.picture("png", 100)
            seen.append(hashlib.sha256(screen).digest())
            may_be_canvas = may_be_canvas and (len(seen) == 3 or _is_canvas(rendering, screen))
        heard = rendering.page.events.take()
        is_well = _is_well(rendering, heard)
    except Trouble:
        is_well = False
    if not is_well:
        return _depends_when_well(rendering)
    depends = began_late or seen[0] != seen[2]
    _keep_what_was_found(rendering, may_be_canvas and not depends, heard)
    return depends


def _depends_when_well(rendering):
    """The same of a page that went wrong on the way: what did is told of its frame, when that is
    rendered, and the page may be spoilt by it.
    """
    with suppress(Trouble):
        if rendering.launches.suit_page():
            rendering.load()
            return _depends_on_history(rendering)
    rendering.load()
    return False


def _look_for_canvas(rendering):
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
            screen = rendering.page.capture.picture("png", 100)
            may_be_canvas = may_be_canvas and _is_canvas(rendering, screen)
        heard = rendering.page.events.take()
        is_well = _is_well(rendering, heard)
    except Trouble:
        is_well = False
    if not is_well:
        rendering.load()
        return
    _keep_what_was_found(rendering, may_be_canvas, heard)


def _keep_what_was_found(rendering, is_canvas, heard):
    """What the page said once is to be told of its frame, when that is rendered or played: by a new page."""
    rendering.page.capture.is_canvas = rendering.is_canvas = is_canvas
    if heard:
        rendering.reopen()


def _is_canvas(rendering, screen):
    return not rendering.options["transparent"] and rendering.page.capture.find_canvas(screen)


def _is_well(rendering, heard):
    return rendering.options["page_errors"] == "warn" or all(
        what != "exception" for what, _ in heard
    )
