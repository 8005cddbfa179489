"""The events of a page: what it does by itself, as the browser tells it."""

import contextlib
import threading

from framecrew_web.troubles import BrowserGone

NOT_WAITED_FOR = {"WebSocket", "EventSource", "Media", "Ping", "Preflight"}
"""Requests that may stay open for good."""


class PageEvents:
    """Told by the thread that listens to the browser, and asked by ours."""

    def __init__(self, browser):
        self._browser = browser
        self._lock = threading.Lock()
        self._heard = []
        self._is_opening = True
        self._running = {}
        """Requests under way: number → (frame, address)."""
        self._addresses = {}
        self.session = ""
        self._animations = []
        """Numbers of those that came to be, of a page that tells of them."""
        self.loaded = threading.Event()
        self.document = ("", 0)
        """Address and status of what was last loaded as a page."""
        self.left = ""
        """Where the page went by itself after it was opened."""
        self.nowhere = ""
        """The address that it went to, where nothing is: the browser shows a page of its own."""
        self.on_paused = lambda _values: None
        """Called with requests that we answer ourselves."""
        self.on_worker = lambda _method, _values, _session: None
        """Called with what is told of workers."""
        browser.on_event = self.hear

    def begin_opening(self):
        """Another page is asked for: what it leads on to is part of it."""
        with self._lock:
            self.loaded.clear()
            self._is_opening, self.left = True, ""
            self._running.clear()

    def end_opening(self):
        """From now on it has to stay."""
        with self._lock:
            self._is_opening, self.left = False, ""

    def under_way(self):
        """Addresses of what was asked for and is not there yet."""
        with self._lock:
            return [address for _, address in self._running.values()]

    def take(self):
        """(What it was, words) since this was last asked; it was an `exception`, `console`, `request`, `dialog`,
        `browser` or `capture`.
        """
        with self._lock:
            heard, self._heard = self._heard, []
        return heard

    def take_animations(self):
        """Numbers of those that came to be since this was last asked."""
        with self._lock:
            came, self._animations = self._animations, []
        return came

    def add(self, what, words):
        """Something of our own among them."""
        with self._lock:
            self._heard.append((what, words))

    def hear(self, method, values, session):
        """One of the browser's events."""
        if method.startswith(("Target.", "Debugger.")):
            self.on_worker(method, values, session)
            return
        with self._lock:
            if method == "Page.loadEventFired":
                self.loaded.set()
            elif method == "Page.frameNavigated" and "parentId" not in values["frame"]:
                self._moved(values["frame"])
            elif method == "Page.frameDetached":
                self._forget_frame(values["frameId"])
            elif method == "Page.javascriptDialogOpening":
                self._answer(values)
            elif method == "Runtime.exceptionThrown":
                self._heard.append(("exception", words_of(values["exceptionDetails"])))
            elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "assert"):
                words = " ".join(
                    str(one.get("value", one.get("description", ""))) for one in values["args"]
                )
                self._heard.append(("console", words[:500]))
            elif method == "Log.entryAdded" and values["entry"]["source"] != "network":
                self._log(values["entry"])
            elif method == "Animation.animationCreated":
                self._animations.append(values["id"])
            elif method == "Fetch.requestPaused":
                self.on_paused(values)
            elif method == "Network.requestWillBeSent":
                self._begun(values)
            elif method == "Network.responseReceived":
                # Of frames in the page, the frame is another.
                if values["type"] == "Document" and values["frameId"] == self._browser.target:
                    self.document = (values["response"]["url"], values["response"]["status"])
                if values["response"]["status"] >= 400:
                    self._failed(values["requestId"], f"status {values['response']['status']}")
            elif method == "Network.loadingFinished":
                self._running.pop(values["requestId"], None)
            elif method == "Network.loadingFailed":
                if not values.get("canceled") and values.get("type") != "Ping":
                    self._failed(values["requestId"], values.get("errorText") or "refused")
                self._running.pop(values["requestId"], None)

    def _log(self, entry):
        """What the browser itself says of the page; of failed requests we know more."""
        words = f"{entry['text']} {entry.get('url', '')}".strip()
        if entry["level"] == "error" or "font" in words:
            self._heard.append(("browser", words[:500]))

    def _forget_frame(self, frame):
        """It was removed, or went to a process of its own: of its requests nothing more is told here."""
        self._running = {
            number: about for number, about in self._running.items() if about[0] != frame
        }

    def _moved(self, frame):
        self.nowhere = frame.get("unreachableUrl", "")
        if self._is_opening:
            self._heard.clear()  # which was said by the page before it
        else:
            self.left = self.nowhere or frame["url"]
            self.loaded.clear()

    def _answer(self, dialog):
        """Nobody else would, and the page would wait for ever."""
        with contextlib.suppress(BrowserGone):
            self._browser.talk.begin(
                "Page.handleJavaScriptDialog",
                session=self.session,
                accept=True,
                promptText=dialog.get("defaultPrompt", ""),
            )
        if dialog["type"] != "beforeunload":
            words = f"{dialog['type']} {dialog['message'][:200]!r} was answered with OK"
            self._heard.append(("dialog", words))

    def _begun(self, values):
        address = values["request"]["url"]
        self._addresses[values["requestId"]] = address
        # Of no document is what a worker is made of, and its end is told to the worker alone.
        is_waited_for = values.get("loaderId") and values.get("type") not in NOT_WAITED_FOR
        if is_waited_for and not address.startswith(("data:", "blob:")):
            self._running[values["requestId"]] = (values.get("frameId"), address)

    def _failed(self, number, why):
        address = self._addresses.get(number, "")
        if not address.endswith("/favicon.ico"):
            self._heard.append(("request", f"{address}: {why}"))


def words_of(details):
    """What an exception says, and where it was thrown."""
    thrown = details.get("exception", {})
    words = (
        thrown.get("description") or thrown.get("value") or details.get("text", "an exception")
    )
    first, *stack = str(words).splitlines() or ["an exception"]
    place = next(
        (
            line.strip()
            for line in stack
            if "__framecrew" not in line and "<anonymous>" not in line
        ),
        "",
    )
    if not place and details.get("url"):
        place = f"at {details['url']}:{details.get('lineNumber', 0) + 1}"
    return f"{first} {place}".strip()[:500]
