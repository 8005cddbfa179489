"""The sounds of a page that does not tell of them before they begin: its frames tell which are heard.

So these are shown once, one after the other and without pictures, before any frame is rendered.
"""

import json

from framecrew_web.saying import say
from framecrew_web.troubles import BrowserGone, Trouble

STRETCH = 50
"""Frames between two words of ours."""

WORDS = r"""<(audio|video)\b|\bnew Audio\b|\(\s*["'`](audio|video)["'`]\s*[,)]"""
"""What is found in a script that makes or looks for elements which are heard; in upper case or lower."""

FOLLOWED = ("plain", "framecrew")
"""Contracts whose pages play their sounds by themselves, where they are played from their start."""


def find_sounds(rendering, first, last):
    """Put the tracks of these frames (None: to the last) to what the page tells of itself."""
    if rendering.told["contract"] == "remotion":
        find, otherwise = _listen, {"tracks": [], "unknown": 0}
    elif _may_begin_sounds(rendering):
        find, otherwise = _follow, {"tracks": rendering.told["tracks"], "unknown": 0}
    else:
        return
    heard = otherwise
    try:
        heard = _found(rendering, lambda told: find(rendering, told, first, last))
        rendering.launches.tells_of_sounds = False
    except Trouble as trouble:
        left = "those that begin with it" if otherwise["tracks"] else "none of them"
        rendering.warnings.append(
            f"its sounds could not be found out, and a film has {left}: {trouble.reason}"
        )
    if heard["unknown"]:
        rendering.warnings.append(
            f"{heard['unknown']} of its sounds lie in no file, and are not in a film"
        )
    rendering.reopen()
    rendering.told["tracks"] = heard["tracks"]


def _found(rendering, find):
    """In a fresh page; one that is lost on the way costs a second try."""
    for is_last in (False, True):
        try:
            with rendering.page.listening():
                rendering.page.forget(rendering.reach.address)
                return find(rendering.page.open(rendering.reach.address))
        except BrowserGone:
            if is_last:
                raise
            rendering.reopen()
    raise AssertionError("the last try returns or raises")


def _may_begin_sounds(rendering):
    return (
        rendering.is_replayed
        and rendering.told["contract"] in FOLLOWED
        and rendering.count > 0
        and (
            rendering.page.run(f"__framecrew.mayBeHeard({json.dumps(WORDS)})")
            or rendering.page.has_script_with(WORDS)
        )
    )


def _listen(rendering, told, first, last):
    """From frame to frame of the composition, whose rate may be another than the job's."""
    page, rate, own = rendering.page, float(rendering.rate), float(told["fps"])
    count = round(float(told["duration"]) * own)
    last = count - 1 if last is None else min(int((last + 1) / rate * own), count - 1)
    for begin, end in _stretches(max(0, int(first / rate * own)), last):
        page.run(f"__framecrew.remotion.listen({begin},{end})")
    return page.run("__framecrew.remotion.heard()")


def _follow(rendering, told, _first, last):
    """From its start on, as it is played."""
    rendering.at = None
    last = rendering.count - 1 if last is None else min(last, rendering.count - 1)
    for _, end in _stretches(0, last):
        # What it has to say is said when it is rendered.
        rendering.play(end + 1, after=lambda _frame: rendering.page.events.take())
    found = rendering.page.run("__framecrew.heard()")
    return {"tracks": [*told["tracks"], *found], "unknown": 0}


def _stretches(first, last):
    """First and last frame of each stretch; that it is done is told."""
    for begin in range(first, last + 1, STRETCH):
        end = min(begin + STRETCH - 1, last)
        yield begin, end
        say(f"framecrew-web: listened to frames {begin} to {end} of {last}")
