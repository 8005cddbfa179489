"""The chunk: which of its frames are begun, waiting or given back."""

import threading


class Chunk:
    """The frames of one `render` message; both threads ask it what is still free."""

    def __init__(self, frames):
        self.lock = threading.Lock()
        self.waiting = list(frames)
        """In the order to render; begun and given back ones are gone."""
        self.run = []
        """Frames of the render call that is under way, ascending."""
        self.begun = None
        self.vetoed = []
        self.veto = None
        """Makes Blender step over a frame of the run under way."""

    def start_run(self, longest, veto):
        """Begin the next frame, and take as many with it as one call can render in order."""
        with self.lock:
            run = self.waiting[:1]
            if run and run[0] >= 0:
                step = self.waiting[1] - run[0] if len(self.waiting) > 1 else 0
                for frame in self.waiting[1:longest]:
                    if step <= 0 or frame - run[-1] != step:
                        break
                    run.append(frame)
            self.run, self.vetoed, self.veto = run, [], veto
            self._begin_next()
            return list(run)

    def step(self):
        """The begun frame is over: begin the next one of the run and return it, or None."""
        with self.lock:
            return self._begin_next()

    def _begin_next(self):
        free = set(self.waiting)
        self.begun = next((frame for frame in self.run if frame in free), None)
        if self.begun is not None:
            self.waiting.remove(self.begun)
        return self.begun

    def end_run(self):
        """The call has returned. The begun frame stays begun; returns what was vetoed."""
        with self.lock:
            self.run, self.veto = [], None
            return self.vetoed

    def sweep(self, clear):
        """Let `clear` take everything away but the vetoes; none is set meanwhile."""
        with self.lock:
            clear(self.vetoed)

    def give_back(self, frames):
        """Take frames out for good; those that are begun, done or unknown stay."""
        with self.lock:
            free = set(self.waiting)
            given = [frame for frame in dict.fromkeys(frames) if frame in free]
            for frame in [frame for frame in given if frame in self.run]:
                try:
                    self.veto(frame)
                except OSError:
                    given.remove(frame)
                else:
                    self.vetoed.append(frame)
            gone = set(given)
            self.waiting = [frame for frame in self.waiting if frame not in gone]
            return given
