"""Cases of tests: those that stand for a promise, and further ones."""

import pytest


def further(*values: object, name: str | None = None) -> object:
    """One that takes seconds and repeats, with other values, what another case proves; only with --thorough."""
    return pytest.param(*values, marks=pytest.mark.thorough, id=name)
