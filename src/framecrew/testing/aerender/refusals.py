"""How aerender says no: the words it prints, and the number it leaves with.

The numbers are those of the script inside After Effects that aerender talks to; with `-log`
they are one higher.
"""

FAILURE_FROM_APP = 1
SHOW_USAGE = 2
SYNTAX_ERROR = 3
AERENDER_RUNTIME = 7
AE_RUNTIME = 9
RAISED_BY_LOG = frozenset({SYNTAX_ERROR, AERENDER_RUNTIME, AE_RUNTIME})


class RefusalError(Exception):
    """It ends with `text` and leaves with `exit_code`."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.text = text
        self.exit_code = exit_code


def syntax_error(text: str) -> RefusalError:
    return RefusalError(f"aerender SYNTAX ERROR: {text}", SYNTAX_ERROR)


def aerender_error(text: str) -> RefusalError:
    return RefusalError(f"aerender ERROR: {text}", AERENDER_RUNTIME)


def after_effects_error(text: str) -> RefusalError:
    """What After Effects threw while aerender's script was working."""
    return RefusalError(f"aerender Error: After Effects error: {text}", AE_RUNTIME)
