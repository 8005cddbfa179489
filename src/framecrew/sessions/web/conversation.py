"""The conversation with a browser: the Chrome DevTools Protocol over a pair of pipes.

A thread reads; whoever asked is told there.
"""

import itertools
import queue
import threading
import time

from framecrew_web.cbor import encode, read_message
from framecrew_web.troubles import AskedInVain, BrowserGone, PageHangs

MEANWHILE = 0.01
"""Seconds between two calls of what is done while an answer is waited for."""


ENDED = "the browser has ended"


class Conversation:
    """Questions with answers, and events in between; both by the session they belong to."""

    def __init__(self, reader, writer, on_event):
        self.reader, self.writer = reader, writer
        self.on_event = on_event
        self.numbers = itertools.count(1)
        self.lock = threading.Lock()
        self.asked = {}
        """Number → (whose it is, where the answer goes)."""
        self.gone = ""
        """Why there will be no more answers."""
        self.lost = {}
        """The same of single sessions: a page that crashed between two questions is asked in vain too."""
        self.thread = threading.Thread(target=self._read, name="framecrew browser", daemon=True)
        self.thread.start()

    def ask(self, method, *, session="", seconds=30.0, **values):
        """The answer to a question. BrowserGone, PageHangs or AskedInVain if there is none."""
        return self.answer(self.begin(method, session=session, **values), seconds=seconds)

    def begin(self, method, *, session="", **values):
        """Ask, and do something else until `answer` is called."""
        number, box = next(self.numbers), queue.SimpleQueue()
        message = {"id": number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        with self.lock:
            reason = self.gone or self.lost.get(session)
            if reason:
                raise BrowserGone(reason)
            self.asked[number] = (session, box)
            try:
                self.writer.write(encode(message))
                self.writer.flush()
            except OSError as problem:
                raise BrowserGone(ENDED) from problem
        return number, method, box

    def answer(
        self, asked, *, seconds=30.0, meanwhile=None, first=MEANWHILE, goes_on=lambda: False
    ):
        """`meanwhile` is called again and again until the answer is there, for the first time after
        so many seconds; `goes_on` when it is late: True if it is waited for as long again.
        """
        number, method, box = asked
        deadline, pause = time.monotonic() + seconds, first
        while True:
            left = deadline - time.monotonic()
            try:
                told = box.get(timeout=max(0.0, min(left, pause) if meanwhile else left))
                break
            except queue.Empty:
                is_late = left <= 0 or meanwhile is None
                if is_late and goes_on():
                    deadline = time.monotonic() + seconds
                elif is_late:
                    with self.lock:
                        self.asked.pop(number, None)
                    raise PageHangs(f"{method} was not answered in {seconds:g} s") from None
            if meanwhile is not None:
                meanwhile()
            pause = MEANWHILE
        if isinstance(told, BrowserGone):
            raise told
        if "error" in told:
            raise AskedInVain(f"{method}: {told['error'].get('message', told['error'])}")
        return told["result"]

    def is_answered(self, asked):
        """Whether `answer` would give it at once."""
        return not asked[2].empty()

    def lose(self, reason, session=""):
        """Nothing of this session (of any, when empty) will be answered any more."""
        with self.lock:
            if session:
                self.lost[session] = reason
            else:
                self.gone = self.gone or reason
            lost = [
                n for n, (whose, _) in self.asked.items() if not session or whose == session
            ]
            boxes = [self.asked.pop(number)[1] for number in lost]
        for box in boxes:
            box.put(BrowserGone(reason))

    def _read(self):
        try:
            while (message := read_message(self.reader)) is not None:
                self._take(message)
        except OSError:
            pass
        except ValueError as problem:
            self.lose(f"the browser is not understood: {problem}")
        finally:
            self.lose(ENDED)

    def _take(self, message):
        if "id" not in message:
            self.on_event(
                message["method"], message.get("params", {}), message.get("sessionId", "")
            )
            return
        with self.lock:
            _, box = self.asked.pop(message["id"], ("", None))
        if box is not None:
            box.put(message)
