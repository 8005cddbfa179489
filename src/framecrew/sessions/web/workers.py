"""The workers of a page: each gets our clock before its script, and is led through time with the page.

The browser stops a worker before its first script and tells us, by the thread that listens to it; the
clock is put there and the worker goes on. In every frame workers are brought to its moment, and what
the page and they say to each other is handed on until nobody says anything more.
"""

import contextlib
import threading
import time

from framecrew_web.page_events import words_of
from framecrew_web.troubles import AskedInVain, BrowserGone, PageHangs, Trouble

MOST_ROUNDS = 50
"""Of what a page and its workers say to each other within one frame."""

PATIENCE = 0.5
"""Seconds after which a message counts as heard by nobody: who should have heard it has ended."""

MEANWHILE = 0.002
"""Seconds between two looks."""

OURS = "framecrew"
"""Name of a worker that is none of the page's, and keeps the real time."""


class Workers:
    """Told of by the thread that listens to the browser, and led by ours."""

    def __init__(self, talk, session, make_script, wait):
        """`make_script` gives what is put into a worker that begins at a moment, in milliseconds of the page."""
        self.talk, self.make_script, self.wait = talk, make_script, wait
        self.moment = 0.0
        """Milliseconds of the page; the time of a worker begins with it."""
        self._lock = threading.Lock()
        self._births = {}
        """Session → (address, moment) of those that have not begun yet."""
        self._live = {}
        """The same of those that have, and answer."""
        self._silent = set()
        """Sessions of those that do not: they compute for good, or wait for each other."""
        self._before = ()
        """What was told when all was quiet for the last time."""
        self._unborn = self._unheard = 0
        """Those that did not begin, and messages that nobody heard."""
        self._follow(session)

    def forget(self):
        """The page is opened anew; its old workers go with it."""
        with self._lock:
            self._births, self._live, self._silent, self.moment = {}, {}, set(), 0.0
            self._before, self._unborn, self._unheard = (), 0, 0

    def hear(self, method, values, session):
        """One of the browser's events."""
        if method == "Target.attachedToTarget" and values["targetInfo"]["type"] == "worker":
            self._greet(values["sessionId"], values["targetInfo"])
        elif method == "Target.detachedFromTarget":
            with self._lock:
                self._births.pop(values["sessionId"], None)
                self._live.pop(values["sessionId"], None)
                self._silent.discard(values["sessionId"])
            self.talk.lose("the worker has ended", values["sessionId"])
        elif method == "Debugger.paused":
            with self._lock:
                about = self._births.pop(session, None)
            if about is not None:
                self._tell(session, "Runtime.evaluate", expression=self.make_script(about[1]))
                with self._lock:
                    self._live[session] = about
            self._tell(session, "Debugger.disable")

    def _greet(self, session, about):
        """Parts of the browser are not there yet where it stopped: so it is stopped once more, before its
        script.
        """
        if about["title"] != OURS:
            with self._lock:
                self._births[session] = (about["url"], self.moment)
            self._follow(session)
            self._tell(session, "Runtime.enable")
            self._tell(session, "Debugger.enable")
            how = {"instrumentation": "beforeScriptExecution"}
            self._tell(session, "Debugger.setInstrumentationBreakpoint", **how)
        self._tell(session, "Runtime.runIfWaitingForDebugger")

    def _follow(self, session):
        """Be told of the workers that it makes, before they begin."""
        how = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self._tell(session, "Target.setAutoAttach", filter=[{"type": "worker"}], **how)

    def _tell(self, session, method, **values):
        with contextlib.suppress(BrowserGone):
            self.talk.begin(method, session=session, **values)

    # ── in a frame ────────────────────────────────────────────────────────────────────────────

    def lead(self, frame, ask_page):
        """Bring them to the moment of the page, and let them and it hear what they say to each other. Gives what
        could not be waited for, in words.
        """
        since, rounds, troubles = time.monotonic(), 0, []
        while rounds < MOST_ROUNDS:
            told = [ask_page("__framecrew.arrived().then(() => __framecrew.workersTold())")]
            told += self._lead_all(frame, troubles)
            made, sent, heard = (
                sum(one[name] for one in told) for name in ("live", "sent", "heard")
            )
            begun = len(self._live) + len(self._silent)
            unborn, unheard = made - begun, sent - heard
            state, waited = (begun, made, sent, heard), time.monotonic() - since
            if state != self._before:
                self._before, since, rounds = state, time.monotonic(), rounds + 1
            elif unborn > self._unborn and waited > self.wait:
                self._unborn = unborn
                troubles.append(f"a worker did not begin in {self.wait:g} s")
            elif unborn > self._unborn:
                time.sleep(MEANWHILE)
            elif unheard == self._unheard:
                break
            elif waited > PATIENCE:
                self._unheard = unheard
            else:
                time.sleep(MEANWHILE)
        return troubles

    def draw(self):
        """Wait for a round of the browser's in which what they have drawn goes to the screen. Gives what could not
        be waited for, in words.
        """
        troubles = []
        self._ask_all(lambda _birth: "__framecrew.isDrawn()", troubles)
        return troubles

    def _lead_all(self, frame, troubles):
        """What each of them tells that has not ended."""
        return self._ask_all(
            lambda birth: f"__framecrew.lead({self.moment - birth!r},{frame})", troubles
        )

    def _ask_all(self, expression_for, troubles):
        """The values of an expression in those that have not ended; it may depend on when they were born."""
        with self._lock:
            live = list(self._live.items())
        asked = []
        for session, (address, birth) in live:
            how = expression_for(birth)
            values = {"expression": how, "awaitPromise": True, "returnByValue": True}
            with contextlib.suppress(BrowserGone):
                begun = self.talk.begin("Runtime.evaluate", session=session, **values)
                asked.append((session, address, begun))
        told = []
        for session, address, begun in asked:
            try:
                told.append(self._answer(address, begun))
            except PageHangs:
                with self._lock:
                    self._live.pop(session, None)
                    self._silent.add(session)
                troubles.append(
                    f"the worker {address[:200]} did not answer for {self.wait:g} s, and is not waited for any more"
                )
            except (AskedInVain, BrowserGone):
                if self.talk.gone:
                    raise
        return told

    def _answer(self, address, begun):
        answer = self.talk.answer(begun, seconds=self.wait + PATIENCE)
        if "exceptionDetails" in answer:
            words = words_of(answer["exceptionDetails"])
            raise Trouble("script_error", f"in the worker {address[:200]}: {words}")
        return answer["result"].get("value")
