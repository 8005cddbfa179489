"""What a show is made of: items that come one by one, and somebody who has the picture of a job.

A crew of this process is one such, a job of the daemon another.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from framecrew.conductor.bus import Numbered
from framecrew.model.pulses import Pulse
from framecrew.model.views import JobView


class Items(Protocol):
    """Events and pulses, until it is closed."""

    def __aiter__(self) -> AsyncIterator[Numbered | Pulse]: ...

    def close(self) -> None:
        """End the iteration after what is waiting."""
        ...


class Views(Protocol):
    """Has the picture of a job."""

    def view(self, job: int) -> JobView:
        """KeyError until there is one."""
        ...
