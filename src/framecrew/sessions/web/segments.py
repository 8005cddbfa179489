"""A segment of a film: its pictures go to ffmpeg while the page draws the next one."""

import os
import queue
import subprocess
import threading
from contextlib import suppress
from functools import cache

from framecrew_web.troubles import Trouble

AHEAD = 4
"""Pictures that may wait for ffmpeg; the page waits when there are more."""


class Segment:
    """One ffmpeg, fed with the pictures of a segment in their order."""

    def __init__(self, ffmpeg, ways, folder, name):
        """In the first of these ways that this ffmpeg knows."""
        self._path = os.path.join(folder, name)
        arguments = choose_way(ffmpeg, ways)
        self._said = b""
        self._waiting = queue.Queue(AHEAD)
        self._trouble = None
        try:
            self._ffmpeg = subprocess.Popen(
                [ffmpeg, *arguments],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        except OSError as problem:
            raise Trouble("program_missing", f"ffmpeg does not start: {problem}") from problem
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._feeding = threading.Thread(target=self._feed, daemon=True)
        self._listening.start()
        self._feeding.start()

    def write(self, data):
        """The next picture; Trouble if ffmpeg has ended."""
        is_waiting = True
        while is_waiting:
            if self._trouble is not None:
                raise self._trouble
            with suppress(queue.Full):
                self._waiting.put(data, timeout=0.5)
                is_waiting = False

    def close(self):
        """Whole on the disk, or Trouble."""
        try:
            self.write(None)
        finally:
            code = self._end()
        if self._trouble is not None:
            raise self._trouble
        if code:
            raise self._failed(code)

    def drop(self):
        """It will not be finished: nothing of it stays."""
        self._ffmpeg.kill()
        self._trouble = self._trouble or Trouble("unknown", "the segment was given up")
        self._end()
        if os.path.exists(self._path):
            os.unlink(self._path)

    def _end(self):
        code = self._ffmpeg.wait()
        self._feeding.join()
        self._listening.join()
        return code

    def _feed(self):
        try:
            while (data := self._next()) is not None:
                self._ffmpeg.stdin.write(data)
            self._ffmpeg.stdin.close()
        except OSError:
            # It ended too soon; its code and its words tell why.
            code = self._ffmpeg.wait()
            self._listening.join()
            self._trouble = self._trouble or self._failed(code)

    def _next(self):
        """None at the end, and when the segment is dropped."""
        while self._trouble is None:
            try:
                return self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
        return None

    def _listen(self):
        """ffmpeg must never wait for somebody to read its words."""
        with self._ffmpeg.stderr as pipe:
            while data := pipe.read(4096):
                self._said = (self._said + data)[-4000:]

    def _failed(self, code):
        words = " ".join(self._said.decode(errors="replace").split())[-500:]
        if "Unknown encoder" in words:
            return Trouble("bad_request", NO_ENCODER)
        kind = "disk_full" if "No space left" in words else "bad_output"
        return Trouble(kind, f"ffmpeg ended with code {code}: {words or 'it gave no reason'}")


NO_ENCODER = "this ffmpeg has no encoder for this film preset"


def choose_way(ffmpeg, ways):
    """The first whose encoder this ffmpeg has. It is not asked about a single one: that takes longer
    than to find out.
    """
    if len(ways) == 1:
        return ways[0]
    for arguments in ways:
        if arguments[arguments.index("-c:v", arguments.index("-map")) + 1] in encoders(ffmpeg):
            return arguments
    raise Trouble("bad_request", NO_ENCODER)


@cache
def encoders(ffmpeg):
    """Names of all it can encode with."""
    listed = subprocess.run(
        [ffmpeg, "-hide_banner", "-encoders"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return {line.split()[1] for line in listed.stdout.splitlines() if len(line.split()) > 1}
