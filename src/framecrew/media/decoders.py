"""Decoders: processes in which pictures are decoded for a process that stays.

The libraries that decode take more memory than all else of a daemon, and a file can be made that
ends whoever decodes it. So a process that stays calls them elsewhere (`decoding_elsewhere`): in a
decoder, which takes one question after the other, and is ended when nobody has had any for a while.
Whoever ends soon decodes by itself.
"""

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, TypeVar, cast

T = TypeVar("T")

IDLE_SECONDS = 10.0
"""A decoder that had nothing to do for so long is ended."""
LOOK_EVERY = 1.0
LEAVING_SECONDS = 5.0
TRIES = 2
"""A decoder may have been ended by somebody; one file that ends two is to blame itself."""

if sys.platform == "win32":
    APART = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    APART = 0

PROGRAM = "from framecrew.media.decoders import answer_all; answer_all()"


class DecoderGoneError(Exception):
    """Decoders end whenever they are asked this."""


class Decoders:
    """Those of one process: as many as it asks at a time. May be used from several threads."""

    def __init__(self) -> None:
        self._free: list[Decoder] = []
        """The one that worked last at the end, so that those which are not needed stay idle."""
        self._turn = threading.Lock()
        self._is_over = threading.Event()
        self._ending: threading.Thread | None = None

    def ask(self, function: Callable[..., T], *arguments: object) -> T:
        """What the function answers in a decoder; what it raises there is raised here."""
        for _ in range(TRIES):
            decoder = self._take()
            try:
                is_answer, told = decoder.ask(function, arguments)
            except (OSError, EOFError, pickle.UnpicklingError):
                decoder.end()
                continue
            except BaseException:
                # Half a question may have been asked.
                decoder.end()
                raise
            self._give_back(decoder)
            if is_answer:
                return cast("T", told)
            assert isinstance(told, Exception)
            raise told
        raise DecoderGoneError

    def close(self) -> None:
        """End them all; nobody may be asking."""
        self._is_over.set()
        if self._ending is not None:
            self._ending.join()
        for decoder in self._free:
            decoder.end()

    def _take(self) -> "Decoder":
        with self._turn:
            if self._free:
                return self._free.pop()
        return Decoder()

    def _give_back(self, decoder: "Decoder") -> None:
        decoder.idle_since = time.monotonic()
        with self._turn:
            self._free.append(decoder)
            if self._ending is None:
                self._ending = threading.Thread(target=self._end_idle, name="decoders")
                self._ending.start()

    def _end_idle(self) -> None:
        """Until none is left."""
        while not self._is_over.wait(LOOK_EVERY):
            before = time.monotonic() - IDLE_SECONDS
            with self._turn:
                idle = [one for one in self._free if one.idle_since < before]
                self._free = [one for one in self._free if one.idle_since >= before]
                is_last = not self._free
                if is_last:
                    # Whoever gives one back from now on starts another thread.
                    self._ending = None
            for decoder in idle:
                decoder.end()
            if is_last:
                return


class Decoder:
    """One process; one question at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=APART,
            # A Ctrl-C in the terminal is for whoever asks.
            start_new_session=True,
        )
        self.idle_since = time.monotonic()

    def ask(self, function: object, arguments: tuple[object, ...]) -> tuple[bool, object]:
        """Whether it is an answer or an error, and that. EOFError or OSError when it is gone."""
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None
        assert answers is not None
        pickle.dump((function, arguments), questions)
        questions.flush()
        return cast("tuple[bool, object]", pickle.load(answers))  # noqa: S301 - our own process

    def end(self) -> None:
        """It leaves when its questions end; one that does not is made to."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def answer_all() -> None:
    """What a decoder does: answer until nobody asks any more."""
    answers: IO[bytes] = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What a library prints must not come between answers.
    while True:
        try:
            function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our parent
        except EOFError:
            return
        try:
            told = (True, function(*arguments))
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked
            told = (False, error)
        pickle.dump(told, answers)
        answers.flush()


_elsewhere: Decoders | None = None


@contextmanager
def decoding_elsewhere() -> Iterator[Decoders]:
    """In this block this process decodes nothing by itself."""
    global _elsewhere  # noqa: PLW0603 - it is about the process
    _elsewhere = decoders = Decoders()
    try:
        yield decoders
    finally:
        _elsewhere = None
        decoders.close()


def decoded(function: Callable[..., T], *arguments: object) -> T:
    """What a function answers that decodes: here, or elsewhere."""
    if _elsewhere is None:
        return function(*arguments)
    return _elsewhere.ask(function, *arguments)
