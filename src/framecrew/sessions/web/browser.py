"""The browser: how it is started, for which way of capture, and how it ends."""

import contextlib
import os
import shutil
import sys
import tempfile

from framecrew_web.conversation import ENDED, Conversation
from framecrew_web.starting import start
from framecrew_web.troubles import AskedInVain, BrowserGone, PageHangs, Trouble

ALWAYS = (
    "--remote-debugging-pipe=cbor",
    "--headless",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--mute-audio",
    "--lang=en-US",
    # The same pixels everywhere.
    "--force-color-profile=srgb",
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--disable-partial-raster",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
    # A page that moves is drawn in few large pieces: a tenth less work than in many small ones.
    "--default-tile-width=2048",
    "--default-tile-height=2048",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    # As where it was made: with a mouse, which is a fine pointer (4) that can hover (2), whether there is one or not.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    # A page in the background is a page like any other.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--autoplay-policy=no-user-gesture-required",
    # Frames of other sites are in the process of the page, as in the headless shell: we are told of them with it.
    "--disable-site-isolation-trials",
    # It asks nobody for anything but what the page asks for.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--no-pings",
    "--metrics-recording-only",
    "--password-store=basic",
    "--use-mock-keychain",
    # Containers give /dev/shm 64 MB.
    "--disable-dev-shm-usage",
    "--disable-features=PaintHolding,Translate,CalculateNativeWinOcclusion,MediaRouter",
)

BEGIN_FRAME = (
    "--enable-begin-frame-control",
    "--run-all-compositor-stages-before-draw",
    "--disable-new-content-rendering-timeout",
)
SCREENSHOT = ("--disable-frame-rate-limit", "--disable-gpu-vsync")
"""Where the compositor draws as often as it can. A video lets it do so all the time, and leaves nothing of the
machine to others; during a view transition no screenshot ever ends. With these, it keeps to 60 rounds a second.
"""

GRAPHICS = {
    "none": ("--disable-gpu", "--disable-gpu-compositing", "--disable-software-rasterizer"),
    "software": ("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    "gpu": ("--enable-gpu", "--ignore-gpu-blocklist"),
}
"""The pixels of text and of 2D canvases differ between them: all sessions of a job use one."""

NOWHERE = "about:blank"

START_SECONDS = 60.0


class Browser:
    """One running browser with one page; a new one for every new page."""

    def __init__(
        self, program, *, way, graphics, sandbox, is_steady=False, rules="", arguments=()
    ):
        """`is_steady`: its compositor keeps to a rate, where it is not told when to draw."""
        self.way, self.is_steady = way, is_steady
        self.graphics = graphics
        self.on_event = lambda _method, _values, _session: None
        self.target = ""
        """The page, which is the number of its outermost frame too."""
        # In the session's own folder, which is removed with the session however it ends.
        self.folder = tempfile.mkdtemp(prefix="browser-", dir=os.getcwd())
        self.started = None
        try:
            self.started = start(
                [
                    program,
                    *ALWAYS,
                    *(BEGIN_FRAME if way == "begin-frame" else () if is_steady else SCREENSHOT),
                    *GRAPHICS[graphics],
                    *(() if sandbox else ("--no-sandbox",)),
                    *((f"--host-resolver-rules={rules}",) if rules else ()),
                    *arguments,
                    f"--user-data-dir={os.path.join(self.folder, 'profile')}",
                    NOWHERE,
                ],
                # A short way to where we are: it makes a socket there, whose path may have 107 characters.
                {**os.environ, "TZ": "UTC", "TMPDIR": "."},
            )
        except OSError as problem:
            raise Trouble(
                "program_missing", f"{program} could not be started: {problem.strerror}"
            ) from problem
        self.talk = Conversation(self.started.reader, self.started.writer, self._hear)
        self.version = self._greet(sandbox=sandbox)

    @property
    def pid(self):
        return self.started.pid

    def _greet(self, *, sandbox):
        try:
            return self.talk.ask("Browser.getVersion", seconds=START_SECONDS)["product"]
        except (BrowserGone, PageHangs) as problem:
            how = "did not answer"
            if isinstance(problem, BrowserGone):
                how = "is not understood"
                if problem.reason == ENDED:
                    how = f"ended at once (code {self.started.wait()})"
            self.end()
            advice = ""
            if sandbox and sys.platform.startswith("linux"):
                advice = (
                    " Where its sandbox is not possible, as in many containers, allow user namespaces "
                    "(sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0), "
                    "or render pages that you trust with --sandbox off."
                )
            raise Trouble(
                "crash", f"the browser {how}; its own words are in the log.{advice}"
            ) from problem

    def new_page(self, width, height):
        """The session of a new page of this size."""
        values = {"url": NOWHERE}
        if self.way == "begin-frame":
            values |= {"width": width, "height": height, "enableBeginFrameControl": True}
        with contextlib.suppress(AskedInVain):
            self.talk.ask("Browser.setDownloadBehavior", behavior="deny")
        self.target = self.talk.ask("Target.createTarget", **values)["targetId"]
        answer = self.talk.ask("Target.attachToTarget", targetId=self.target, flatten=True)
        return answer["sessionId"]

    def _hear(self, method, values, session):
        if method in ("Inspector.targetCrashed", "Target.targetCrashed"):
            self.talk.lose("the page has crashed", session)
        self.on_event(method, values, session)

    def end(self):
        """End it and all below it, and remove its folder."""
        if self.started is None:
            return
        self.started.stop()
        self.started.wait()
        self.started.writer.close()
        self.talk.thread.join(5)
        self.started.reader.close()
        self.started = None
        # Its children end a moment after it, and may still write.
        for _ in range(3):
            shutil.rmtree(self.folder, ignore_errors=True)
