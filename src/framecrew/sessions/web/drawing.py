"""Rounds of the compositor, asked for while something else is waited for.

A round may never end: rarely, the compositor waits for a frame of the page that does not come. It may take
long as well, while a script runs or where there is much to draw; a page whose scripts have ended, and which
is not drawn for long after that, never will be.
"""

import time

from framecrew_web.conversation import MEANWHILE
from framecrew_web.troubles import BrowserStuck

LONGEST = 10.0
"""Seconds that a round may take, and as many again once the page has answered meanwhile."""


class Drawing:
    """At most one round is under way."""

    def __init__(self, talk, session, begin, wait):
        """`begin` asks for a round and gives what can be answered; who waits longer than usual for a page
        (`wait`, seconds) does so for a round.
        """
        self.talk, self.session, self.begin = talk, session, begin
        self.longest = max(LONGEST, wait / 3)
        self.round = None
        self.question = None
        """Asked of the page in a round that takes long."""
        self.since = 0.0
        """When the round began, or its page answered."""
        self.is_page_free = False

    def go_on(self):
        """Begin a round if none is under way. BrowserStuck if that one never ends."""
        self._look()
        if self.round is None:
            self.round, self.question, self.is_page_free = self.begin(), None, False
            self.since = time.monotonic()

    def end(self):
        """Until none is under way."""
        while self.round is not None:
            self._look()
            if self.round is not None:
                time.sleep(MEANWHILE)

    def _look(self):
        if self.round is not None and self.talk.is_answered(self.round):
            asked, self.round = self.round, None
            self.talk.answer(asked)
        elif self.round is not None:
            self._judge()

    def _judge(self):
        is_long = time.monotonic() - self.since > self.longest
        if self.question is None and is_long:
            how = {"expression": "0", "returnByValue": True}
            self.question = self.talk.begin("Runtime.evaluate", session=self.session, **how)
        elif self.question is not None and not self.is_page_free:
            self.is_page_free = self.talk.is_answered(self.question)
            self.since = time.monotonic()
        elif self.is_page_free and is_long:
            raise BrowserStuck("the browser does not draw any more when it is told to")
