"""Animations of parts that the browser itself puts into elements.

No script can list them, but the browser tells of them.
"""

import time

from framecrew_web.troubles import AskedInVain

HOLD = "function () { __framecrew.holdOne(this); }"

START_SECONDS = 0.5
"""In which an animation is known after it came to be, or is gone again."""


class Parts:
    """Of one page; nothing is told before that is begun."""

    def __init__(self, ask, events):
        self._ask, self._events = ask, events
        self.are_told = False

    def begin(self):
        """From now on the browser tells of every animation that comes to be, of parts and others."""
        if not self.are_told:
            self._ask("Animation.enable")
            self.are_told = True

    def hold(self, draw):
        """What came to be stands still, and moves with the clock of the page."""
        for number in self._events.take_animations():
            end = time.monotonic() + START_SECONDS
            while not self._is_held(number) and time.monotonic() < end:
                draw()  # in which it starts

    def _is_held(self, number):
        try:
            told = self._ask("Animation.resolveAnimation", animationId=number)
        except AskedInVain:
            return False
        animation = told["remoteObject"]["objectId"]
        self._ask("Runtime.callFunctionOn", objectId=animation, functionDeclaration=HOLD)
        self._ask("Runtime.releaseObject", objectId=animation)
        return True
