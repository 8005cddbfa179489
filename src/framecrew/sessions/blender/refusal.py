"""A refusal: what was asked cannot be done, and why."""


class RefusedError(Exception):
    """Something asked of us cannot be done; `kind` is a value of framecrew's FailureKind."""

    def __init__(self, kind, reason):
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
