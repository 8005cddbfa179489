"""Capture: how the pictures of a page leave the browser, from its screen or from its one canvas."""

import base64
import contextlib
import secrets

from framecrew_web.raw_file import find_raw_file
from framecrew_web.troubles import AskedInVain, Trouble

SURFACE_ROUNDS = 5
"""After four rounds of the compositor no picture waits any longer for a surface that is not there yet."""

TRIES = 4
"""A compositor that saw nothing change may give no picture at first."""


class Capture:
    """Of one page, at the frame that it was brought to."""

    def __init__(self, page):
        self.page = page
        self.is_canvas = False
        """Pictures are taken from its one canvas."""
        self.raw_file = None
        """Where the page leaves raw pixels of that canvas; None if it cannot."""
        self.has_told_of_screen = False

    def picture(self, kind, quality):
        """The picture as bytes of this kind (png, jpeg, webp)."""
        # A canvas writes PNG with a channel of transparency that the screen has not.
        if self.is_canvas and kind != "png":
            try:
                return self._from_canvas(kind, quality)
            except Trouble as trouble:
                self.is_canvas = False
                self._tell_of_screen(trouble)
        return self._from_screen(kind, quality)

    def _tell_of_screen(self, trouble):
        self.page.events.add("capture", f"{trouble.reason}; pictures are taken of the screen")

    def _screen_as_text(self, screen=None):
        return base64.b64encode(screen or self._from_screen("png", 100)).decode()

    def find_canvas(self, screen=None):
        """Whether the page is one canvas, of which a picture is the same as one of the screen (PNG)."""
        if not self.is_canvas:
            self.is_canvas = self.page.run("__framecrew.findCanvas()")
        if self.is_canvas:
            try:
                text = self._screen_as_text(screen)
                self.is_canvas = self.page.run(f'__framecrew.isSame("{text}")')
            except Trouble:
                self.is_canvas = False
        return self.is_canvas

    # ── raw pixels ────────────────────────────────────────────────────────────────────────────

    def open_raw(self):
        """Whether the page may leave the pixels of its canvas in a file that we find."""
        name = f".framecrew-{secrets.token_hex(16)}"
        is_open = self.is_canvas and self.page.run(f'__framecrew.raw.open("{name}")')
        self.raw_file = find_raw_file(self.page.browser.folder, name) if is_open else None
        if self.raw_file is None:
            self.page.run("__framecrew.raw.close()")
        return self.raw_file is not None

    def raw(self, layout, count):
        """The pixels of the picture, laid out so, as so many bytes."""
        try:
            self.page.let_draw()
            text = self.page.run(f'__framecrew.raw.take("{layout}")')
        except Trouble as trouble:
            # Of the screen then, and losslessly: whoever renders this frame, its pixels are the same.
            if not self.has_told_of_screen:
                self._tell_of_screen(trouble)
                self.has_told_of_screen = True
            screen = self._screen_as_text()
            text = self.page.run(f'__framecrew.raw.takePicture("{layout}","{screen}")')
        if not text:
            with contextlib.suppress(OSError):
                return self.raw_file.read(count)
            text = self.page.run(f'__framecrew.raw.asText("{layout}")')
        return base64.b64decode(text)

    # ── a draft ───────────────────────────────────────────────────────────────────────────────

    def may_draft(self, width, height, rate):
        """Whether the page can encode its canvas itself."""
        kind = f"{width},{height},{float(rate)}"
        return self.is_canvas and self.page.run(f"__framecrew.draft.isPossible({kind})")

    def begin_draft(self, width, height, rate):
        """The next frames are a segment."""
        self.page.run(f"__framecrew.draft.begin({width},{height},{float(rate)})")

    def draft(self, place, rate):
        """Encode what the canvas shows; bytes of H.264, of it or of frames before it."""
        self.page.let_draw()
        return base64.b64decode(self.page.run(f"__framecrew.draft.add({place},{float(rate)})"))

    def end_draft(self):
        """The bytes that were not taken yet."""
        return base64.b64decode(self.page.run("__framecrew.draft.end()"))

    def _from_canvas(self, kind, quality):
        self.page.let_draw()
        return base64.b64decode(self.page.run(f'__framecrew.take("{kind}",{quality})'))

    def _from_screen(self, kind, quality):
        how = {"format": kind, "optimizeForSpeed": True}
        if kind != "png":
            how["quality"] = quality
        if self.page.is_led:
            for _ in range(SURFACE_ROUNDS if self.page.has_new_surface else 0):
                self.page.tick()
            self.page.has_new_surface = False
            for _ in range(TRIES):
                answer = self.page.drawing.draw(self.page.wait / 2, screenshot=how)
                if "screenshotData" in answer:
                    return answer["screenshotData"]
            raise AskedInVain("the compositor gave no picture")
        answer = self.page.ask(
            "Page.captureScreenshot", **how, fromSurface=True, seconds=self.page.limit
        )
        return answer["data"]
