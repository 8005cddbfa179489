"""Troubles: what can go wrong here, each with the kind of failure it is told as."""


class Trouble(Exception):
    """One frame, or the opening, goes wrong; `kind` is a `FailureKind` value."""

    def __init__(self, kind, reason):
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class BrowserGone(Trouble):
    """The browser or its page is no more: a new one is needed."""

    def __init__(self, reason):
        super().__init__("crash", reason)


class PageLost(BrowserGone):
    """The page is not any more what was opened, though the browser is there."""

    def __init__(self, reason):
        super().__init__(reason)
        self.kind = "script_error"


class BrowserStuck(BrowserGone):
    """It answers, and draws no more."""


class BrowserUnfit(BrowserGone):
    """The page shows by now what wants another browser."""


class PageHangs(Trouble):
    """The page answers no more: a new one is needed."""

    def __init__(self, reason):
        super().__init__("stall", reason)


class AskedInVain(Trouble):
    """The browser answered with an error."""

    def __init__(self, reason):
        super().__init__("unknown", reason)
