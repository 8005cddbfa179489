"""Launches: browsers for one page, one after the other, each of the kind that suits it."""

import os
import sys

from framecrew_web.browser import Browser
from framecrew_web.certificates import own_certificate
from framecrew_web.leaving import before_leaving
from framecrew_web.page import Page
from framecrew_web.troubles import AskedInVain, BrowserGone, PageHangs, Trouble
from framecrew_web.video_frames import PORT, VideoFrames

WAYS = ("begin-frame", "screenshot")
"""Of capture, the quicker first."""

KNOWN = ("way", "graphics", "is_steady", "tells_of_sounds")
"""What another session launches alike by."""


class Launches:
    """The latest of them, and how the next will be."""

    def __init__(self, program, options, reach, ffmpeg, tell):
        """`tell` is called with what a user should know of them."""
        self.program, self.options, self.reach = program, options, reach
        self.tell = tell
        self.videos = VideoFrames(ffmpeg, reach.source_of)
        self.browser, self.page = None, None
        self.way, self.is_probed = "", True
        self.graphics = "none" if options["graphics"] == "auto" else options["graphics"]
        self.is_steady = False
        """The browser's compositor keeps to a rate, where it is not told when to draw."""
        self.tells_of_sounds = False
        """Of those that begin by themselves, and would not be in the film."""
        self.sandbox = options["sandbox"] == "on" or (
            options["sandbox"] == "auto" and not _is_root()
        )
        if options["sandbox"] == "auto" and _is_root():
            tell(
                "the browser runs without its sandbox, which it refuses to root; render pages that you trust, "
                "or run as another user"
            )
        before_leaving(self.end)

    @property
    def known(self):
        """For another session, which is to launch alike."""
        return {name: getattr(self, name) for name in KNOWN}

    def know(self, known):
        for name in KNOWN:
            setattr(self, name, known[name])

    def choose_way(self):
        """Only the headless shell has a compositor that draws when it is told to."""
        wanted = self.options["capture"]
        if wanted != "auto":
            self.way, self.is_probed = wanted, wanted != WAYS[0]
        elif "headless" in os.path.basename(self.program).lower():
            self.way, self.is_probed = WAYS[0], False
        else:
            self.way = WAYS[-1]

    def begin(self, size):
        """A page of this size in a fresh browser, which really draws when told to, or is captured in the other way."""
        if self.is_probed:
            self._begin(size)
            return
        self.is_probed = True
        try:
            self._begin(size)
            self.page.capture.picture("jpeg", 80)
        except (AskedInVain, PageHangs, BrowserGone) as problem:
            why = "this browser does not draw when it is told to"
            if self.options["capture"] != "auto":
                if not isinstance(problem, AskedInVain):
                    raise
                raise Trouble(
                    "bad_request",
                    f"{why}, as --capture {self.way} wants it ({problem.reason}); chromium-headless-shell does",
                ) from None
            self.way = WAYS[-1]
            self.tell(f"{why}; frames are taken as screenshots")
            self._begin(size)

    def suit_page(self):
        """Whether the page wants another browser than it has, which is then the next one.

        What a page draws with decides its pixels, so the page decides, and alike in every session.
        """
        lacks_webgl = self.lacks_webgl()
        if lacks_webgl:
            self.graphics = "software"
        return lacks_webgl or self.page.is_unfit

    def lacks_webgl(self):
        is_ours_to_choose = self.options["graphics"] == "auto" and self.graphics == "none"
        return is_ours_to_choose and self.page.run("__framecrew.usesWebGL()")

    def _begin(self, size):
        if self.page is not None and self.page.has_own_surfaces:
            self.is_steady = True
        self.end()
        self.browser = Browser(
            self.program,
            way=self.way,
            graphics=self.graphics,
            sandbox=self.sandbox,
            is_steady=self.is_steady,
            rules=self.reach.rules,
            arguments=(
                # The compositor that draws when it is told to heeds no later word about this.
                f"--force-device-scale-factor={self.options['scale']:g}",
                *filter(None, (own_certificate(self.reach.address),)),
                *self.options["browser_arguments"],
            ),
        )
        self.page = Page(
            self.browser,
            size=size,
            scale=self.options["scale"],
            settings={
                "date": self.options["date_ms"],
                "seed": self.options["seed"],
                "wait": round(self.options["page_wait"] * 1000),
                "contract": self.options["contract"],
                "composition": self.options["composition"],
                "props": self.options["props_value"],
                "transparent": self.options["transparent"],
                "videoPort": PORT,
                "isLed": self.way == WAYS[0],
                "tellsOfSounds": self.tells_of_sounds,
            },
            wait=self.options["page_wait"],
            transparent=self.options["transparent"],
            videos=self.videos,
        )

    def end(self):
        if self.browser is not None:
            self.browser.end()
            self.browser, self.page = None, None


def _is_root():
    return sys.platform.startswith("linux") and os.geteuid() == 0
