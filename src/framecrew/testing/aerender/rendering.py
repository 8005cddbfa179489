"""One item of the render queue: its headers, its frames, its end; and all that goes wrong in a
frame.
"""

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from framecrew.testing.aerender.audio import comp_samples
from framecrew.testing.aerender.films import CODECS, Film, find_ffmpeg, write_sound
from framecrew.testing.aerender.mishaps import FRAME, CutShort, strike
from framecrew.testing.aerender.pictures import picture
from framecrew.testing.aerender.pixels import blocks, code_of
from framecrew.testing.aerender.project import Item, Module, Project
from framecrew.testing.aerender.refusals import RefusalError, after_effects_error
from framecrew.testing.aerender.voice import Voice

MODULE_FAILED = "An output module failed. The file may be damaged or corrupted."
PLACE = re.compile(r"\[(#+)\]")


def render(project: Project, item: Item, voice: Voice, *, mfr_percent: int | None) -> None:
    """Render an item as its settings say."""
    module = project.module(item)
    output = path_of_item(project, item, module)
    if not Path(output).parent.is_dir():
        raise after_effects_error(
            f'Rendering error while writing to file "{output}". The specified path is not valid.'
        )
    _tell_start(project, item, module, output, voice)
    if module.is_sound:
        _render_sound(project, item, module, output)
    else:
        work = _ItemWork(project, item, module, output, voice)
        try:
            for frames in groups(project, item, mfr_percent):
                work.render(frames)
        finally:
            work.close()
    if not project.faults.strikes("no_end"):
        voice.body(project.grammar.finished(item.comp.name))


def _render_sound(project: Project, item: Item, module: Module, output: str) -> None:
    """The sound of all frames at once; a comp without any is silent."""
    comp = item.comp
    sound = comp_samples(item.first, item.last, comp.fps, start=comp.first)
    if not comp.has_audio:
        sound = bytes(len(sound))
    ffmpeg = find_ffmpeg(project.ffmpeg)
    trouble = write_sound(output, sound, ffmpeg=ffmpeg, kind=module.format)
    if trouble:
        raise after_effects_error(
            f'Rendering error while writing to file "{output}". {trouble}'
        )


def groups(project: Project, item: Item, mfr_percent: int | None) -> Iterator[list[int]]:
    """Frames that are rendered together, in the order of time."""
    percent = mfr_percent if mfr_percent is not None else 100 if project.mfr else 0
    size = 1
    if project.version.renders_many_frames and percent:
        size = max(1, project.mfr_frames * percent // 100)
    frames = range(item.first, item.last + 1, item.increment)
    for place in range(0, len(frames), size):
        yield list(frames[place : place + size])


def path_of_item(project: Project, item: Item, module: Module) -> str:
    """Where it writes. A sequence whose name has no place for the number gets one."""
    output = item.output
    wrong = project.faults.strikes("wrong_extension")
    if wrong:
        output = str(Path(output).with_suffix(wrong.get("to", ".avi")))
    if module.is_film or module.is_sound or PLACE.search(Path(output).name):
        return output
    return str(Path(output).with_stem(Path(output).stem + "_[#####]"))


def path_of_frame(output: str, number: int) -> str:
    """The pattern's file: the last `[####]` becomes the number."""
    *_, place = PLACE.finditer(output)
    text = "-" * (number < 0) + str(abs(number)).rjust(len(place[1]), "0")
    return output[: place.start()] + text + output[place.end() :]


def _tell_start(
    project: Project, item: Item, module: Module, output: str, voice: Voice
) -> None:
    comp, grammar = item.comp, project.grammar
    size = f"{comp.width} x {comp.height}"
    if item.first < comp.first or item.last > comp.last:
        start, begin, end = (
            float(frame / comp.fps) for frame in (item.first, comp.first, comp.last + 1)
        )
        voice.warn(
            f"timeSpanStart of {start:.2f} seconds will cause render to have frames outside of "
            f"range defined by comp displayStartTime ({begin:.2f}) and end of comp duration "
            f"({end:.2f}). Render will succeed, but may have blank frames."
        )
    voice.body(grammar.started(comp.name))
    voice.body(grammar.settings(item.settings))
    for line in grammar.header(
        first=item.first,
        last=item.last,
        fps=comp.fps,
        size=size,
        is_custom_span=item.is_custom_span,
    ):
        voice.body(line)
    has_sound = module.is_film and comp.has_audio and module.audio != "none"
    has_sound = has_sound or module.is_sound
    for line in grammar.module(
        name=module.name,
        output=output,
        title=project.title(module),
        first=item.first if module.start_frame is None else module.start_frame,
        audio="48.000 kHz / 16 bit / Stereo" if has_sound else "-",
        alpha=module.alpha,
        size=size,
    ):
        voice.body(line)


class _ItemWork:
    """The frames of an item, on their way into files and lines."""

    def __init__(
        self, project: Project, item: Item, module: Module, output: str, voice: Voice
    ) -> None:
        self._project, self._item, self._module = project, item, module
        self._output, self._voice = output, voice
        self._faults, self._comp = project.faults, item.comp
        self._grown = bytearray()
        self._film = self._open_film() if module.is_film else None

    def render(self, frames: list[int]) -> None:
        """Frames that are in work at the same time; they are told as they happen to end."""
        seconds = {frame: self._comp.seconds_of(frame) for frame in frames}
        started = time.monotonic()
        for frame in frames:
            self._begin(frame)
        left = max(seconds.values()) - (time.monotonic() - started)
        if left > 0:
            time.sleep(left)
        in_order = self._film is not None
        shuffled = list(frames)
        random.Random(frames[0]).shuffle(shuffled)  # noqa: S311
        for frame in frames if in_order else shuffled:
            self._write(frame)
            if not in_order:
                self._tell(frame, seconds[frame])
        if in_order:
            for frame in shuffled:
                self._tell(frame, seconds[frame])

    def close(self) -> None:
        if self._film is None:
            return
        slow = self._faults.strikes("slow_writer")
        if slow:
            time.sleep(slow["seconds"])
        trouble = self._film.close()
        if trouble:
            raise self._write_error(trouble)
        if self._faults.strikes("truncated"):
            path = Path(self._output)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def _begin(self, frame: int) -> None:
        faults = self._faults
        strike(faults, self._voice, at=FRAME, frame=frame)
        if faults.strikes("mute", frame=frame):
            self._voice.mute()
        if faults.strikes("long_line", frame=frame):
            self._voice.raw(b"x" * 1_000_000 + b"\n")
        if faults.strikes("bad_bytes", frame=frame):
            self._voice.raw(b"INFO:After Effects: \xff\xfe\x80 \xe2\x82 \n")
        grow = faults.strikes("grow", frame=frame)
        if grow:
            self._grown += b"\1" * grow["bytes"]
        unreadable = faults.strikes("read_failure", frame=frame)
        if unreadable:
            self._voice.warn("Could not read from source. Please check the settings.")
            raise CutShort(unreadable.get("exit_code", 0))

    def _write(self, frame: int) -> None:
        if self._faults.strikes("skip", frame=frame):
            return
        failed = self._faults.strikes("output_failed", frame=frame)
        try:
            for held in range(frame, min(frame + self._item.increment, self._item.last + 1)):
                if self._film is not None:
                    self._film.add(self._pixels(frame))
                else:
                    path = path_of_frame(self._output, self._number(held))
                    self._write_file(path, frame, is_cut=failed is not None)
        except OSError as error:
            raise self._write_error(error.strerror or str(error)) from error
        if failed:
            self._voice.warn(MODULE_FAILED)
            raise CutShort(failed.get("exit_code", 0))

    def _write_file(self, path: str, frame: int, *, is_cut: bool) -> None:
        width = self._comp.width + bool(self._faults.strikes("wrong_size", frame=frame))
        kind, alpha = self._module.format, self._module.alpha
        data = picture(kind, width, self._comp.height, self._code(frame), alpha=alpha)
        half = len(data) // 2
        if is_cut or self._faults.strikes("truncated", frame=frame):
            data = data[:half]
        slow = self._faults.strikes("slow_writer", frame=frame)
        with Path(path).open("wb") as file:
            if slow:
                file.write(data[:half])
                file.flush()
                time.sleep(slow["seconds"])
                data = data[half:]
            file.write(data)

    def _pixels(self, frame: int) -> bytes:
        assert self._film is not None
        code, alpha = self._code(frame), self._film.has_alpha
        return blocks(code, self._comp.width, self._comp.height, alpha=alpha)

    def _code(self, frame: int) -> int:
        """What lies outside the comp is blank."""
        is_black = self._faults.strikes("black", frame=frame) is not None
        return code_of(frame, black=is_black or not self._comp.holds(frame))

    def _tell(self, frame: int, seconds: float) -> None:
        if self._faults.strikes("no_line", frame=frame):
            return
        number = (frame - self._item.first) // self._item.increment + 1
        # The second line of a frame that is told twice had a second more.
        for more in range(2 if self._faults.strikes("repeat", frame=frame) else 1):
            self._voice.body(
                self._project.grammar.frame(
                    frame, self._comp.fps, number=number, seconds=seconds + more
                )
            )

    def _number(self, frame: int) -> int:
        start = self._module.start_frame
        return frame if start is None else start + frame - self._item.first

    def _write_error(self, words: str) -> RefusalError:
        return after_effects_error(
            f'Rendering error while writing to file "{self._output}". {words}'
        )

    def _open_film(self) -> Film:
        comp, module, item = self._comp, self._module, self._item
        sound = b""
        if comp.has_audio and module.audio != "none":
            sound = comp_samples(item.first, item.last, comp.fps, start=comp.first)
        return Film(
            self._output,
            ffmpeg=find_ffmpeg(self._project.ffmpeg),
            codec=CODECS[module.format],
            size=(comp.width, comp.height),
            fps=comp.fps,
            alpha=module.alpha,
            audio=module.audio,
            sound=sound,
            arguments=module.arguments,
        )
