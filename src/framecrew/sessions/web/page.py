"""The page: opened, asked what it is, and brought to a frame."""

import contextlib
import json
import math
import os
import time
import urllib.parse

from framecrew_web.browser import NOWHERE
from framecrew_web.capture import SURFACE_ROUNDS, Capture
from framecrew_web.conversation import MEANWHILE
from framecrew_web.drawing import Drawing
from framecrew_web.page_events import PageEvents, words_of
from framecrew_web.parts import Parts
from framecrew_web.troubles import (
    AskedInVain,
    BrowserGone,
    BrowserUnfit,
    PageHangs,
    PageLost,
    Trouble,
)
from framecrew_web.workers import Workers

HERE = os.path.dirname(os.path.abspath(__file__))

SCRIPTS = (
    *("clock.js", "frames.js", "coming.js", "other_clocks.js", "audio_clocks.js", "workers.js"),
    *(
        "sources.js",
        "videos.js",
        "playing.js",
        "tracks.js",
        "hearing.js",
        "moving.js",
        "animations.js",
        "parts.js",
    ),
    *("caret.js", "scrolling.js", "observers.js", "arrivals.js", "surfaces.js", "helios.js"),
    *("automation.js", "hyperframes.js", "mounting.js", "remotion.js", "contracts.js"),
    *("canvas.js", "raw.js", "draft.js"),
)
"""Put into every document before its own, in this order."""

IN_WORKER = ("clock.js", "coming.js", "other_clocks.js", "workers.js", "in_worker.js")
"""The same of workers."""

PATIENCE = 5.0
"""Seconds beside the page's own limit before it counts as hung."""

QUIET_SECONDS = 0.02
"""A request may follow from the one before it."""

LATE = "Late: "
"""What begins the words of a page that waited for something from outside for too long."""

UNDRAWN = 0.2
"""Seconds; longer than what most scripts draw in, and not long to wait for once."""

STEP = 1000 / 60
"""Milliseconds between two frames of the compositor; the page's own clock is another."""

TOLD = (
    *("isWatched", "hasBegunLate", "hasWorkers", "hasOwnSurfaces", "hasNewSurface"),
    "hasMovingParts",
)
"""By the page, of what it shows at a moment."""

MOST_MOVES = 5
"""Addresses that a page may lead on to before it counts as opened."""

MOST_ROUNDS = 10
"""Requests of a frame that follow from one another, before it is captured all the same."""

FIRST_ROUNDS = 2
"""Of the browser, before a page is brought to a moment: observers tell in them what is there and set things going."""

WORKER_ROUNDS = 2
"""Of the browser: in the first, what a worker has drawn is given to the compositor; the second is begun by that."""

SURFACE_SECONDS = 0.03
"""Between two rounds, for the first picture of a canvas that a worker draws."""


class Page:
    """A page in a browser, in one capture way."""

    def __init__(self, browser, *, size, scale, settings, wait, transparent, videos):
        self.browser = browser
        self.talk = browser.talk
        self.wait, self.limit = wait, wait + PATIENCE
        self.videos = videos
        self.events = PageEvents(browser)
        self.capture = Capture(self)
        self.is_watched = False
        """Scripts of it wait for a frame to be drawn, and may draw themselves then."""
        self.has_new_surface = False
        """Of a video, for example, which the next picture may wait for, showing what was there before."""
        self.has_begun_late = False
        """An animation began by itself after the page was opened."""
        self.has_workers = False
        self.has_own_surfaces = False
        """Videos and canvases that workers draw come to the screen by a way of their own."""
        self.undrawn = UNDRAWN
        """Seconds that a script may take before something is drawn, which is work."""
        self.ticks = time.monotonic() * 1000
        self.session = self.events.session = browser.new_page(*size)
        self.drawing = Drawing(self.talk, self.session, self._begin_round, wait, self.limit)
        self.set_size(*size, scale)
        for room in ("Page", "Runtime", "Network", "Inspector", "Log"):
            self.ask(f"{room}.enable")
        self.ask("Emulation.setTimezoneOverride", timezoneId="UTC")
        # As in a window in front of its user; :focus is nothing else.
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        # The system moves its mouse into a new window, at some moment: nothing is to be hovered.
        self.ask("Input.setIgnoreInputEvents", ignore=True)
        if transparent:
            nothing = {"r": 0, "g": 0, "b": 0, "a": 0}
            self.ask("Emulation.setDefaultBackgroundColorOverride", color=nothing)
        for name in SCRIPTS:
            self.ask("Page.addScriptToEvaluateOnNewDocument", source=_script(name, settings))

        def in_worker(birth):
            begun = {**settings, "date": settings["date"] + birth}
            return "\n".join(_script(name, begun) for name in IN_WORKER)

        self.workers = Workers(self.talk, self.session, in_worker, wait)
        self.events.on_worker = self.workers.hear
        self.parts = Parts(self.ask, self.events)

    def ask(self, method, *, seconds=30.0, **values):
        return self.talk.ask(method, session=self.session, seconds=seconds, **values)

    def set_size(self, width, height, scale):
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            screenWidth=width,
            screenHeight=height,
            mobile=False,
        )

    # ── opening ───────────────────────────────────────────────────────────────────────────────

    def open(self, address):
        """Load it, wait until it is ready, and return what it tells of itself."""
        if "#" in address:
            # From a page to a place in it, nothing would be loaded.
            self._go_to(NOWHERE)
            self._await_load()
        self.workers.forget()
        self._go_to(address)
        facts = self._arrived(address)
        if self.parts.are_told or not self.run("__framecrew.hasMovingParts()"):
            return facts
        # Of animations that are there nothing is told any more.
        self.parts.begin()
        self.forget(address)
        return self.open(address)

    def _arrived(self, address):
        """What the page tells that it leads to."""
        for _ in range(MOST_MOVES):
            try:
                return self._opened()
            except PageLost:
                continue
        raise Trouble(
            "bad_scene", f"{address} leads on and on, in the end to {self.events.left}"
        )

    def _go_to(self, address):
        self.events.begin_opening()
        try:
            began = self.ask("Page.navigate", url=address, seconds=self.wait)
        except PageHangs:
            raise PageHangs(
                f"{address} did not answer in {self.wait:g} s (--page-wait)"
            ) from None
        if began.get("errorText"):
            raise Trouble("bad_scene", f"{address} cannot be opened: {began['errorText']}")

    def _await_load(self):
        if not self.events.loaded.wait(self.wait):
            raise Trouble(
                "bad_scene",
                f"the page did not load in {self.wait:g} s (--page-wait); {self._open_requests()}",
            )

    def _opened(self):
        """What the page that is there now tells. PageLost if it leads on to another."""
        self._await_load()
        self.await_requests()
        if self.events.nowhere:
            raise Trouble("bad_scene", f"it leads to {self.events.nowhere}, where nothing is")
        address, status = self.events.document
        if status >= 400:
            raise Trouble("bad_scene", f"{address} is not there: status {status}")
        self.events.end_opening()
        if self.run("__framecrew.remotion.is()"):
            self._answer_for_videos()
        if not (self.is_led or self.browser.is_steady) and self.run(
            "__framecrew.isInTransition()"
        ):
            self.has_own_surfaces = True
            raise BrowserUnfit("the page begins with a view transition")
        for _ in range(FIRST_ROUNDS):
            self._draw()
        if self.parts.are_told:
            self.parts.hold(self._draw)
        facts = self.run("__framecrew.open()")
        self.await_requests()
        self.has_own_surfaces = self.run("__framecrew.hasOwnSurfaces()")
        return facts

    def forget(self, address):
        """What the page and the frames in it keep in the browser is as it was before it was first opened."""
        parts = urllib.parse.urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        how = {"expression": "__framecrew.forget()", "awaitPromise": True}
        self.ask("Runtime.evaluate", **how)
        self.ask("Storage.clearDataForOrigin", origin=origin, storageTypes="all")
        for frame in self._frames_below(self.ask("Page.getFrameTree")["frameTree"]):
            # What a frame keeps belongs to it and the page around it; not every frame may keep anything.
            with contextlib.suppress(AskedInVain):
                key = self.ask("Storage.getStorageKeyForFrame", frameId=frame)
                self.ask("Storage.clearDataForStorageKey", **key, storageTypes="all")

    def _frames_below(self, tree):
        for child in tree.get("childFrames", ()):
            yield child["frame"]["id"]
            yield from self._frames_below(child)

    def has_script_with(self, words):
        """Whether a file of scripts that the page or a frame in it has loaded holds this regular expression."""

        def has(tree):
            where = {"frameId": tree["frame"]["id"], "query": words, "isRegex": True}
            for one in tree["resources"]:
                # Not every one is kept.
                with contextlib.suppress(AskedInVain):
                    if (
                        one["type"] == "Script"
                        and self.ask("Page.searchInResource", url=one["url"], **where)["result"]
                    ):
                        return True
            return any(map(has, tree.get("childFrames", ())))

        return has(self.ask("Page.getResourceTree")["frameTree"])

    @contextlib.contextmanager
    def listening(self):
        """Pages that are opened meanwhile show no videos, and tell what is heard."""
        added = self.ask(
            "Page.addScriptToEvaluateOnNewDocument",
            source="globalThis.__framecrew.isListening = true",
        )
        try:
            yield
        finally:
            self.ask("Page.removeScriptToEvaluateOnNewDocument", **added)

    def _answer_for_videos(self):
        """Requests for pictures of videos are answered by us."""

        def answer(values):
            self.videos.ask(values["request"]["url"], lambda *told: self._fulfil(values, *told))

        self.events.on_paused = answer
        self.ask("Fetch.enable", patterns=[{"urlPattern": f"{self.videos.ADDRESS}*"}])

    def _fulfil(self, paused, status, kind, body):
        headers = {"Content-Type": kind, "Access-Control-Allow-Origin": "*"}
        # Nobody is left to be told where the browser is gone.
        with contextlib.suppress(BrowserGone, AskedInVain, PageHangs):
            self.ask(
                "Fetch.fulfillRequest",
                requestId=paused["requestId"],
                responseCode=status,
                responseHeaders=[
                    {"name": name, "value": value} for name, value in headers.items()
                ],
                body=body,
            )

    def await_requests(self):
        """Until nothing that was asked for is under way."""
        deadline = time.monotonic() + self.wait
        quiet_since = None
        while True:
            now = time.monotonic()
            if self.events.under_way():
                quiet_since = None
                if now > deadline:
                    raise Trouble(
                        "stall",
                        f"not ready after {self.wait:g} s (--page-wait); {self._open_requests()}",
                    )
            else:
                quiet_since = quiet_since or now
                if now - quiet_since >= QUIET_SECONDS:
                    return
            time.sleep(0.004)

    def _open_requests(self):
        waiting = self.events.under_way()[:5]
        return f"it waits for {', '.join(waiting)}" if waiting else "no request is under way"

    @property
    def is_led(self):
        """The compositor draws when it is told to."""
        return self.browser.way == "begin-frame"

    @property
    def is_unfit(self):
        """It shows what wants another browser: a compositor that keeps to a rate."""
        return self.has_own_surfaces and not (self.is_led or self.browser.is_steady)

    # ── asking the page ───────────────────────────────────────────────────────────────────────

    def judge_left(self):
        """PageLost where another page than that which was opened is there by now."""
        if self.events.left:
            raise PageLost(f"the page went to {self.events.left}")

    def run(self, expression):
        """The value of an expression, awaited; an exception of it is a script_error."""
        self.judge_left()
        asked = self.talk.begin(
            "Runtime.evaluate",
            session=self.session,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        try:
            answer = self.talk.answer(
                asked,
                seconds=self.limit,
                meanwhile=self._draw_meanwhile if self.is_led else None,
                first=self.undrawn,
                goes_on=self._goes_on,
            )
        except AskedInVain:
            # It is told of the new document before or after this answer.
            raise PageLost(f"the page went to {self.events.left or 'another one'}") from None
        self.drawing.end()
        if "exceptionDetails" in answer:
            self.judge_left()
            words = words_of(answer["exceptionDetails"])
            if words.startswith(LATE):
                raise Trouble("stall", words.removeprefix(LATE))
            raise Trouble("script_error", words)
        return answer["result"].get("value")

    def _goes_on(self):
        """True if something that it waited for has come lately, for each wait has its own limit; PageHangs if not."""
        how = {"expression": "__framecrew.sinceStep()", "returnByValue": True}
        try:
            told = self.ask("Runtime.evaluate", **how, seconds=PATIENCE)["result"]
        except PageHangs:
            raise PageHangs(
                f"the page did not answer for {self.limit + PATIENCE:g} s: its script never ends"
            ) from None
        if told.get("value", math.inf) > 1000 * self.limit:
            raise PageHangs(
                f"the page was not done in {self.limit:g} s: something in it never answers"
            )
        return True

    def _draw_meanwhile(self):
        """What waits for the compositor would wait for ever if nobody drew. A page that waited once
        does it often, and is not kept waiting again.
        """
        self.undrawn = MEANWHILE
        self.drawing.go_on()

    def seek(self, frame, rate, *, seen=True):
        """Bring it to a frame. BrowserUnfit if it shows by then what wants another browser."""
        over, under = rate
        self.workers.moment = frame * under * 1000 / over
        self._move(f"seek({frame},{over},{under},{'true' if seen else 'false'})")
        # A frame that nobody sees waits as well: what it asked for decides how the next begin.
        for _ in range(MOST_ROUNDS):
            if self.has_workers:
                self._lead_workers(frame, seen=seen)
            if not self.events.under_way():
                break
            self.await_requests()
            self._move(f"settle({'true' if seen else 'false'})")
        if self.is_unfit:
            raise BrowserUnfit(
                "the page shows by now what comes to the screen by a way of its own"
            )
        # Where the compositor is told when to draw, it waits for all but the first pictures of workers by itself.
        if seen and self.has_own_surfaces and (self.has_workers or not self.is_led):
            self._await_surfaces()

    def _lead_workers(self, frame, *, seen):
        for words in self.workers.lead(frame, self.run):
            self.events.add("console", words)
        self._move(f"answered({'true' if seen else 'false'})")

    def _await_surfaces(self):
        """What comes to the screen by a way of its own is there before the page is captured."""
        if self.run("__framecrew.firstPictures()"):
            # It is there; until it is on the screen, nobody can see.
            for _ in range(SURFACE_ROUNDS):
                self.settle()
                time.sleep(SURFACE_SECONDS)
        if self.is_led:
            return
        for _ in range(WORKER_ROUNDS):
            for words in self.workers.draw():
                self.events.add("console", words)
        self.run("__framecrew.surfacesDrawn()")

    def _move(self, how):
        if self.parts.are_told:
            self.parts.hold(self._draw)  # of what was drawn since
        asked = ",".join(f"{name}: __framecrew.{name}()" for name in TOLD)
        told = self.run(f"__framecrew.{how}.then(() => ({{{asked}}}))")
        self.is_watched, self.has_begun_late = told["isWatched"], told["hasBegunLate"]
        self.has_workers, self.has_own_surfaces = told["hasWorkers"], told["hasOwnSurfaces"]
        self.has_new_surface = self.has_new_surface or told["hasNewSurface"]
        if told["hasMovingParts"]:
            self.parts.begin()
            self.parts.hold(self._draw)

    # ── rounds ────────────────────────────────────────────────────────────────────────────────

    def tick(self, *, seen=True):
        """One round of the compositor without a picture; where nobody would see it, nothing is drawn for it."""
        self.drawing.draw(noDisplayUpdates=not seen)

    def settle(self, *, seen=True):
        """What a drawn frame starts, such as a ResizeObserver, is done without a picture too."""
        if self.is_led or self.is_watched:
            self._draw(seen=seen)

    def _draw(self, *, seen=True):
        """One round of the browser, at the end of which it has told all who wait for it."""
        if self.is_led:
            self.tick(seen=seen)
        else:
            self.run("__framecrew.isDrawn()")

    def let_draw(self):
        """Whoever waits for the frame to be drawn has drawn too: nothing of a canvas is taken before."""
        if self.is_watched:
            self._draw()

    def _begin_round(self, **values):
        self.ticks += STEP
        values |= {"frameTimeTicks": self.ticks, "interval": STEP}
        return self.talk.begin(
            "HeadlessExperimental.beginFrame", session=self.session, **values
        )


def _script(name, settings):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read().replace('"__SETTINGS__"', json.dumps(settings))
