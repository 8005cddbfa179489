"""Stopping: ask, wait, insist. It is over when nothing of the process tree is left."""

import asyncio

from framecrew.execution.process import RunningProcess

ASK_SECONDS = 0.7
"""How long a process may take to leave by itself; a cancel has two seconds in all."""


async def stop(process: RunningProcess, *, ask_seconds: float = ASK_SECONDS) -> int:
    """End the process tree and give its exit code; returns only when the tree has been seen
    dead.
    """
    process.ask()
    return await stop_if_it_stays(process, seconds=ask_seconds)


async def stop_if_it_stays(process: RunningProcess, *, seconds: float) -> int:
    """Wait for a process that was asked in another way, e.g. on its channel; then insist."""
    try:
        return await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        process.insist()
        return await process.wait()
