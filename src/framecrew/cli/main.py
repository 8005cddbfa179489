"""The terminal door: `framecrew`. Each command has its own file, imported when it is used."""

import importlib
import sys
from collections.abc import Sequence

import click

from framecrew.cli.codes import STOPPED

COMMANDS = {
    "render": (
        "framecrew.cli.rendering",
        "render",
        "Render a scene's frames, prove them, and film them.",
    ),
    "plan": ("framecrew.cli.rendering", "plan", "Show what `render` would do; write nothing."),
    "submit": ("framecrew.cli.rendering", "submit", "Give a job to the daemon and leave."),
    "watch": ("framecrew.cli.rendering", "watch", "Show a job of the daemon while it runs."),
    "studio": ("framecrew.cli.daemon", "studio", "Open the page: queue, machine, every frame."),
    "daemon": (
        "framecrew.cli.daemon",
        "daemon",
        "Start, stop or look at the framecrew that stays.",
    ),
    "jobs": ("framecrew.cli.queue", "jobs", "List jobs, newest first."),
    "show": ("framecrew.cli.queue", "show", "Show one job: frames, losses, attempts."),
    "retry": ("framecrew.cli.rendering", "retry", "Render what is missing of an earlier job."),
    "cancel": ("framecrew.cli.queue", "cancel", "End a running job; its finished frames stay."),
    "hold": ("framecrew.cli.queue", "hold", "Start nothing new of a running job."),
    "release": ("framecrew.cli.queue", "release", "Let a held job go on."),
    "priority": ("framecrew.cli.queue", "priority", "Change the priority of a running job."),
    "slots": ("framecrew.cli.queue", "slots", "Give a running job more or fewer processes."),
    "logs": ("framecrew.cli.logs", "logs", "Print what the renderers of a job said."),
    "clean": (
        "framecrew.cli.cleaning",
        "clean",
        "Forget old jobs and remove folders dead runs left.",
    ),
    "doctor": (
        "framecrew.cli.doctor",
        "doctor",
        "Show this machine: programs, GPUs, memory, disks.",
    ),
    "aerender-compat": (
        "framecrew.cli.aerender_compat",
        "aerender_compat",
        "Render with the flags of the local aerender runner.",
    ),
    "presets": ("framecrew.cli.reference", "presets", "List the film presets."),
    "schema": ("framecrew.cli.reference", "schema", "Print the JSON Schema of job files."),
    "frames": ("framecrew.cli.reference", "frames", "Show which frames a frames text names."),
}
"""Name → module, function, help. The help stands here too, so that `--help` imports nothing."""


class LazyGroup(click.Group):
    """A group whose commands are imported one by one when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def invoke(self, ctx: click.Context) -> object:
        """A Ctrl-C that comes before a command awaits one, while it is imported say, ends it alike."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("framecrew: stopped", err=True)
            ctx.exit(STOPPED)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry[0]), entry[1])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[2]) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="framecrew", message="framecrew %(version)s")
def framecrew() -> None:
    """The render orchestrator for the machine on your desk.

    \b
      framecrew render shot.blend --frames 1-240 --output renders/shot_####.png
      framecrew render shot.blend --output renders/shot_####.exr --film renders/shot.mp4

    Exit codes: 0 all frames delivered, 1 none or a fatal failure, 2 wrong use (nothing was
    started), 3 some frames missing (they are listed), 130 stopped by Ctrl-C.
    """  # noqa: D301


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # File names and renderers' lines may hold anything; no code page may end us.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    framecrew.main(args=None if arguments is None else list(arguments), prog_name="framecrew")
