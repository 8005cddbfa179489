"""Rounds of the compositor: one for itself, or one after the other while something else is waited for.

A round may never end: rarely, the compositor waits for a frame of the page that does not come. It may take
long as well, while a script runs or where there is much to draw; a page whose scripts have ended, and which
is not drawn for long after that, never will be.
"""

import math
import time

from framecrew_web.troubles import BrowserStuck, PageHangs

LONGEST = 10.0
"""Seconds that a round may take, and as many again once the page has answered meanwhile."""


class Drawing:
    """At most one round is under way."""

    def __init__(self, talk, session, begin, wait, limit):
        """`begin` asks for a round and gives what can be answered; who waits longer than usual for a page
        (`wait`, seconds) does so for a round. `limit` seconds are what a page has for any answer.
        """
        self.talk, self.session, self.begin = talk, session, begin
        self.usual = max(LONGEST, wait / 3)
        self.longest, self.limit = self.usual, limit
        self.round = None
        self.question = None
        """Asked of the page in a round that takes long."""
        self.since = 0.0
        """When the round began, or its page answered."""
        self.is_page_free = False

    def go_on(self):
        """Begin a round if none is under way. BrowserStuck if that one never ends."""
        if self.round is not None and self.talk.is_answered(self.round):
            self.end()
        if self.round is None:
            self._begin(self.usual)
        else:
            self._judge()

    def draw(self, longest=0.0, **values):
        """One round, to its end: its answer. It may take `longest` seconds where that is more than usual.
        BrowserStuck if it never ends, PageHangs if that is because of a script.
        """
        self.end()
        self._begin(max(self.usual, longest), **values)
        return self.end()

    def end(self):
        """Until none is under way: the answer of that which was."""
        if self.round is None:
            return None
        asked, self.round = self.round, None
        return self.talk.answer(asked, seconds=math.inf, meanwhile=self._judge)

    def _begin(self, longest, **values):
        self.round, self.question, self.is_page_free = self.begin(**values), None, False
        self.since, self.longest = time.monotonic(), longest

    def _judge(self):
        is_long = time.monotonic() - self.since > self.longest
        if self.question is None and is_long:
            how = {"expression": "0", "returnByValue": True}
            self.question = self.talk.begin("Runtime.evaluate", session=self.session, **how)
        elif self.question is not None and not self.is_page_free:
            self.is_page_free = self.talk.is_answered(self.question)
            if self.is_page_free:
                self.since = time.monotonic()
            elif time.monotonic() - self.since > self.longest + self.limit:
                raise PageHangs(
                    f"the page did not answer for {self.limit:g} s while it was drawn: its script never ends"
                )
        elif self.is_page_free and is_long:
            raise BrowserStuck("the browser does not draw any more when it is told to")
