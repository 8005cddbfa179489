"""The sounds of a composition of Remotion: which files are heard in its frames is known only when these are shown.

So they are shown once, one after the other and without pictures, before any frame is rendered.
"""

from framecrew_web.saying import say
from framecrew_web.troubles import Trouble

STRETCH = 50
"""Frames between two words of ours."""


def find_sounds(rendering, first, last):
    """Put the tracks of these frames (None: to the last) to what the page tells of itself."""
    heard = {"tracks": [], "unknown": 0}
    try:
        with rendering.page.listening():
            rendering.page.forget(rendering.reach.address)
            told = rendering.page.open(rendering.reach.address)
            heard = _listen(rendering.page, told, float(rendering.rate), first, last)
    except Trouble as trouble:
        rendering.warnings.append(
            f"its sounds could not be found out, and a film has none of them: {trouble.reason}"
        )
    if heard["unknown"]:
        rendering.warnings.append(
            f"{heard['unknown']} of its sounds lie in no file, and are not in a film"
        )
    rendering.reopen()
    rendering.told["tracks"] = heard["tracks"]


def _listen(page, told, rate, first, last):
    """From frame to frame of the composition, whose rate may be another than the job's."""
    own = float(told["fps"])
    count = round(float(told["duration"]) * own)
    last = count - 1 if last is None else min(int((last + 1) / rate * own), count - 1)
    for begin in range(max(0, int(first / rate * own)), last + 1, STRETCH):
        end = min(begin + STRETCH - 1, last)
        page.run(f"__framecrew.remotion.listen({begin},{end})")
        say(f"framecrew-web: listened to frames {begin} to {end} of {last}")
    return page.run("__framecrew.remotion.heard()")
