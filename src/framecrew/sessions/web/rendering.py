"""Rendering: a page that is kept open, brought to any frame, and made anew when it was lost."""

import json
import os

from framecrew_web.launches import WAYS, Launches
from framecrew_web.measuring import Meter, memory_bytes
from framecrew_web.reach import Reach
from framecrew_web.saying import complain, say, warn
from framecrew_web.sizes import count_of, rate_of, size_of
from framecrew_web.sounds import find_sounds
from framecrew_web.trials import try_out
from framecrew_web.troubles import (
    AskedInVain,
    BrowserGone,
    BrowserStuck,
    BrowserUnfit,
    PageHangs,
    Trouble,
)

LAYOUTS = {"rgb0": 4, "yuv420p": 1.5}
"""Of pictures that are pixels and nothing else: how these are laid out, and the bytes of one."""

CONTEXT_LOST = "the WebGL context was lost"
"""What `clock.js` says of it."""

LOOKS = 50
"""Frames between two looks at the browser's memory."""


class Rendering:
    """The page of one scene under one set of options."""

    def __init__(self, program, scene, options, ffmpeg=""):
        self.options = options
        self.kind = "png"
        """What pictures are wanted: png, jpeg or webp, or how their pixels are laid out."""
        self.reach = Reach(scene, root=options["root"], network=options["network"])
        self.ffmpeg = ffmpeg
        """Reads videos, and is asked whether it can read sounds; empty if there is none."""
        self.is_heard = False
        """A film is to have its sounds."""
        self.warnings, self.missing = [], []
        self.launches = Launches(
            program, options, self.reach, ffmpeg, tell=self.warnings.append
        )
        self.told = {}
        self.size, self.rate, self.count = (0, 0), None, 0
        self.is_replayed = False
        """Every frame comes after all before it, for what it shows depends on them."""
        self.is_canvas = False
        """Pictures are taken from the page's one canvas."""
        self.is_raw = False
        """Those for a film are taken from it as they are, without encoding them."""
        self.is_draft = False
        """Pictures of a film are encoded by the page itself."""
        self.drafted = 0
        """Frames of the segment that is being drafted."""
        self.is_open = False
        self.at = None
        """The frame the page stands at; None: it was just opened."""
        self.since_look = 0
        self.smallest = 0
        """Memory of the browser once it is warm."""
        self.has_told_of_late = False
        """Of an animation that begins by itself in a page that is not played."""
        self.has_told_of_end = False
        self.meter = Meter(os.getpid())

    @property
    def page(self):
        """Of the browser that there is now."""
        return self.launches.page

    # ── opening ───────────────────────────────────────────────────────────────────────────────

    def open(self, known=None, listen=None):
        """Open the page in the best way that works. Trouble if it cannot be opened. `known` is what another
        session found out by trying it; `listen` the first and last frame (None: of the page) that are heard.
        """
        if known is None:
            self.is_heard = self.launches.tells_of_sounds = listen is not None
            self.launches.choose_way()
            self._load_as_it_wants()
            try_out(self)
            if listen is not None:
                find_sounds(self, *listen)
        else:
            if self.reach.files:
                self.reach.files.know(known["files"])
            self.launches.know(known)
            self._load_as_it_wants()
            self.is_replayed = known["is_replayed"]
            self.is_canvas = self.page.capture.is_canvas = known["is_canvas"]
        self.is_raw = self.page.capture.open_raw()
        if self.options["is_draft"]:
            self._choose_draft()

    @property
    def known(self):
        """What was found out by trying: other sessions are told, so that the segments of a film are of one kind."""
        files = self.reach.files.known if self.reach.files else {}
        found = {"is_replayed": self.is_replayed, "is_canvas": self.is_canvas}
        return {"files": files, **self.launches.known, **found}

    def _choose_draft(self):
        self.is_draft = not self.is_replayed and self.page.capture.may_draft(
            *self.pixels, self.rate
        )
        if not self.is_draft:
            why = (
                "this browser encodes no H.264 by itself"
                if self.is_canvas and not self.is_replayed
                else "the page is not one canvas alone whose frames can be rendered in any order"
            )
            self.warnings.append(
                f"no draft: {why}; its frames are captured, as with --quality {self.options['quality']}"
            )

    def _load_as_it_wants(self):
        """The page in a browser that suits it."""
        told_before = list(self.warnings)
        try:
            self.load()
        except Trouble as trouble:
            # Without WebGL, a page that needs it throws.
            if trouble.kind != "script_error" or not self.launches.lacks_webgl():
                raise
        if self.launches.suit_page():
            self.warnings[:] = told_before
            self.load()

    def load(self):
        """The page in a fresh browser, at its own size."""
        try:
            try:
                self._load()
            except BrowserUnfit:
                self._load()  # in another one
        except BrowserStuck as problem:
            warn(f"{problem.reason}; a new one takes its place")
            try:
                self._load()
            except BrowserStuck:
                warn(f"{problem.reason}, nor does the new one; frames are taken as screenshots")
                self.launches.way = WAYS[-1]
                self._load()

    def _load(self):
        self.is_open = False
        size = size_of(self.options, self.told)
        self.launches.begin(size)
        self.smallest, self.since_look = 0, 0
        self.told = self._told_by_page()
        self.size = size_of(self.options, self.told)
        if self.options["composition"] and not self.told["compositions"]:
            raise Trouble(
                "bad_request",
                f"the page has no compositions, and so no {self.options['composition']!r} (--composition)",
            )
        self.rate = rate_of(self.options, self.told)
        self.count = count_of(self.options, self.told, self.rate)
        if self.size != size:
            # What a script has measured was measured in another window.
            self.page.set_size(*self.size, self.options["scale"])
            self.page.forget(self.reach.address)
            self.told = self._told_by_page()
        self.is_open = True

    def _told_by_page(self):
        facts = self.page.open(self.reach.address)
        self._judge_loading()
        self.at = None
        return facts

    def _judge_loading(self):
        if changed := self.reach.files and self.reach.files.changed():
            raise Trouble(
                "bad_scene",
                f"{changed} has changed since rendering began, and what was rendered shows it as it was; begin again",
            )
        self.warnings += self._moving_pictures()
        led_to, _ = self.page.events.document
        if led_to and self.reach.is_elsewhere(led_to):
            self._warn_once(f"the page leads on to {led_to}, which is rendered")
        for what, words in self.page.events.take():
            if what == "exception" and self.options["page_errors"] == "fail":
                raise Trouble("script_error", f"while loading: {words}")
            if what == "request" and self.reach.is_ours(words):
                path = self.reach.path_of(words)
                self.miss(path, self.reach.user_of(path))
                continue
            self._warn_once(f"while loading: {words}")

    def _warn_once(self, words):
        if words not in self.warnings:
            self.warnings.append(words)

    def _moving_pictures(self):
        """What is to be said of pictures that move by themselves, each once."""
        names = self.reach.files.take_moving() if self.reach.files else ()
        return [
            f"the picture {name} moves by itself, by the browser's clock; which moment of it a frame shows "
            "is left to chance"
            for name in names
            if not self._is_followed(name)
        ]

    def _is_followed(self, name):
        """Whether the page shows this picture by its own clock."""
        address = self.reach.files.address(os.path.join(self.reach.files.folder, name))
        return self.page.run(f"__framecrew.followsPicture({json.dumps(address)})")

    def miss(self, path, user, found=""):
        """Remember once what is not there, who wants it, and what is there in its place."""
        if path not in [one["path"] for one in self.missing]:
            told = {"kind": "missing_asset", "path": path, "user": user, "found": found}
            self.missing.append(told)

    # ── frames ────────────────────────────────────────────────────────────────────────────────

    def picture(self, frame):
        """The frame as bytes; a lost browser, or a way of capture that fails, costs a second try."""
        for is_last in (False, True):
            try:
                return self._picture(frame)
            except (AskedInVain, BrowserStuck) as problem:
                if is_last or self.launches.way == WAYS[-1]:
                    raise
                warn(f"{problem.reason}; it is taken as a screenshot", frame)
                self.launches.way = WAYS[-1]
                self.reopen()
            except BrowserGone as problem:
                if not is_last:
                    warn(f"{problem.reason}; a new browser takes its place", frame)
                self.reopen()
                if is_last:
                    raise
            except PageHangs:
                self.reopen()
                raise
        raise AssertionError("the last try returns or raises")

    def _picture(self, frame):
        if not self.is_open:
            self.reopen()
        self._look_at_memory()
        try:
            if self.is_replayed:
                self.replay(frame)
            self.seek(frame)
        except BrowserUnfit:
            self.reopen()
            return self._picture(frame)
        self._judge_frame(frame)
        if self.kind in LAYOUTS:
            width, height = self.pixels
            data = self.page.capture.raw(self.kind, int(width * height * LAYOUTS[self.kind]))
        else:
            data = self.page.capture.picture(self.kind, self.options["quality"])
        self.page.judge_left()
        self._judge_frame(frame)
        return data

    def begin_draft(self):
        """A segment begins: every one has an encoder of its own."""
        if not self.is_open:
            self.reopen()
        self._look_at_memory(LOOKS)
        self.drafted = 0
        try:
            self.page.capture.begin_draft(*self.pixels, self.rate)
        except (BrowserGone, PageHangs) as problem:
            warn(f"{problem.reason}; a new browser takes its place")
            self.reopen()
            self.page.capture.begin_draft(*self.pixels, self.rate)

    def draft(self, frame):
        """Bytes of the segment; a browser that is lost takes the encoder with it, and so the segment."""
        try:
            self.seek(frame)
            self._judge_frame(frame)
            data = self.page.capture.draft(self.drafted, self.rate)
        except (BrowserGone, PageHangs):
            self.reopen()
            raise
        self.drafted += 1
        return data

    def seek(self, frame, *, seen=True):
        """Bring the page to a frame. BrowserUnfit if it shows by then what wants another browser: the next one is."""
        if seen and not self.has_told_of_end and 0 < self.count <= frame:
            self.has_told_of_end = True
            warn(f"the page ends with frame {self.count - 1}", frame)
        self.page.seek(frame, (self.rate.numerator, self.rate.denominator), seen=seen)
        self.at = frame

    def replay(self, frame):
        """Play all frames before this one, without a picture of them."""
        if frame < 0:
            raise Trouble(
                "bad_request", "a page that is played from its start has no frames before 0"
            )
        if self.at is not None and self.at >= frame:
            self.page.forget(self.reach.address)
            self._told_by_page()
            self.page.capture.open_raw()
        self.play(frame, after=self._tell_heard)

    def play(self, frame, after=lambda _before: None):
        """Go on to just before this frame; `after` is called with each that was played."""
        for before in range(0 if self.at is None else self.at + 1, frame):
            self.seek(before, seen=False)
            self.page.settle(seen=False)
            after(before)

    def _tell_heard(self, frame):
        heard = self.page.events.take()
        for what, words in heard:
            warn(f"{what}: {words}", frame)
        _judge_context(heard)

    def _judge_frame(self, frame):
        """Tell what the page said; its exceptions fail the frame at once."""
        for words in self._moving_pictures():
            warn(words, frame)
        if self.page.has_begun_late and not (self.is_replayed or self.has_told_of_late):
            self.has_told_of_late = True
            warn(
                "an animation or transition begins here by itself, so this frame and those after it depend on which is "
                "rendered first; --frame-order replay plays the page from its start",
                frame,
            )
        thrown, heard = None, self.page.events.take()
        for what, words in heard:
            if what == "exception" and self.options["page_errors"] == "fail":
                thrown = thrown or words
            elif what == "request" and self.reach.is_ours(words):
                complain("missing_asset", self.reach.path_of(words), frame)
            else:
                warn(f"{what}: {words}", frame)
        _judge_context(heard)
        if thrown is not None:
            raise Trouble("script_error", f"the page threw: {thrown}")

    def reopen(self):
        """The same page in a new browser."""
        self.load()
        if self.is_canvas:
            self.page.capture.is_canvas = True
            self.page.capture.open_raw()
        for one in self.missing:
            say(f"framecrew-web: still missing {one['path']}")

    def _look_at_memory(self, frames=1):
        """A page that grows is made anew, before the system runs out of memory."""
        self.since_look += frames
        if self.since_look < LOOKS:
            return
        self.since_look = 0
        size = memory_bytes(self.launches.browser.pid)
        self.smallest = self.smallest or size
        if size > self.smallest + self.options["growth_bytes"]:
            say(
                f"framecrew-web: the browser grew by {(size - self.smallest) >> 20} MiB; a new one takes its place"
            )
            self.reopen()

    @property
    def pixels(self):
        """Width and height of a picture."""
        scale = self.options["scale"]
        return round(self.size[0] * scale), round(self.size[1] * scale)


def _judge_context(heard):
    """Whatever a page draws after it has lost its context is not seen."""
    if any(what == "exception" and CONTEXT_LOST in words for what, words in heard):
        raise BrowserGone(CONTEXT_LOST)
