"""The chunk: which of its frames are begun, waiting or given back."""

import threading


class Chunk:
    """The frames of one `render` message; two threads ask it what is still free."""

    def __init__(self, frames):
        self.lock = threading.Lock()
        self.waiting = list(frames)

    def begin(self):
        """Take the next frame, or None when none is left."""
        with self.lock:
            return self.waiting.pop(0) if self.waiting else None

    def give_back(self, frames):
        """Take frames out for good; those that are begun, done or unknown stay."""
        with self.lock:
            free = set(self.waiting)
            given = [frame for frame in dict.fromkeys(frames) if frame in free]
            gone = set(given)
            self.waiting = [frame for frame in self.waiting if frame not in gone]
            return given
