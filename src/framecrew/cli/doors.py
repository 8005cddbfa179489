"""What every command does at its edge: an error of ours becomes plain words and the right exit code."""

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click

from framecrew.model.errors import FramecrewError, WrongUse

P = ParamSpec("P")
R = TypeVar("R")


def reporting_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Print a FramecrewError as words, never as a traceback, and leave with its exit code."""

    @functools.wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except WrongUse as wrong:
            for mistake in wrong.mistakes:
                click.echo(f"framecrew: {mistake}", err=True)
            sys.exit(wrong.exit_code)
        except FramecrewError as error:
            click.echo(f"framecrew: {error}", err=True)
            sys.exit(error.exit_code)
        except BrokenPipeError:
            # Whoever read our output has had enough: `framecrew logs 3 | head`.
            sys.stdout = None
            sys.exit(0)

    return call
