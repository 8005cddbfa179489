"""Rendering: the frames of one chunk, in as few render calls as may be.

Several frames go into one call. A frame counts as begun from the end of the one before it; all
later ones can be given back: an empty file in their place, together with `use_overwrite` off,
makes Blender step over them.
"""

import os
import shutil
import time

import bpy
from framecrew_blender.chunk import Chunk
from framecrew_blender.disk import judge_disk_error
from framecrew_blender.paths import escape_braces
from framecrew_blender.progress import PERCENT_SECONDS, PRINTS_PROGRESS, percent_in
from framecrew_blender.quality import draws_by_gpu
from framecrew_blender.sides import redirect_sides
from framecrew_blender.verdicts import judge_render_error

LONGEST_RUN = 1000
SLOW_SECONDS = 5.0
"""From here on a call per frame costs nothing that counts (about 45 ms), and tells more."""


class Pace:
    """What the last frame took; None where nothing is known of the next one."""

    def __init__(self):
        self.last_seconds = None


class Rendering:
    """One chunk of one open scene."""

    def __init__(self, scene, frames, *, channel, marks, faults, pace, delivery):
        self.scene = scene
        self.chunk = Chunk(frames)
        self.channel = channel
        self.marks = marks
        self.faults = faults
        self.pace = pace
        self.delivery = delivery
        self.began = (0.0, 0.0)
        self.is_written = False
        self.percent_at = 0.0

    def render(self):
        """Render all that is not given back; every frame is told of."""
        try:
            os.makedirs(self.delivery.main, exist_ok=True)
            redirect_sides(self.delivery.sides, self.delivery.private)
            while self._render_run():
                pass
        except OSError as error:
            self._fail_rest(*judge_disk_error(error))
        finally:
            forget(bpy.app.handlers.render_write, self._on_write)
            forget(bpy.app.handlers.render_stats, self._on_stats)
            shutil.rmtree(self.delivery.private, ignore_errors=True)

    def _longest_run(self):
        """One call for many frames saves what a call costs; one a frame tells errors apart.

        An EEVEE call builds its world anew (2.6 s instead of 0.3 in 3.4). What Cycles reports
        as an error becomes an exception only at the end of the call, so the first frame goes
        alone: what is wrong with the whole scene is then said of the right frame.
        """
        if self.scene.render.use_multiview:
            return 1
        if draws_by_gpu(self.scene):
            return LONGEST_RUN
        if self.pace.last_seconds is None or self.pace.last_seconds > SLOW_SECONDS:
            return 1
        return LONGEST_RUN

    def _render_run(self):
        """Render the next run of frames; False when none was left."""
        run = self.chunk.start_run(self._longest_run(), self.delivery.veto)
        if not run:
            return False
        self._begin(run[0])
        trouble = self._call_blender(run)
        self.delivery.lift_vetoes(self.chunk.end_run())
        frame = self.chunk.begun
        if frame is None:
            return True
        if trouble is None and not self.is_written:
            trouble = ("unknown", f"Blender stopped before it had written frame {frame}.")
        self._finish(frame, trouble)
        if trouble is not None:
            self.pace.last_seconds = None
        return True

    def _call_blender(self, run):
        """One render call; what went wrong as (kind, reason), or None."""
        scene, render = self.scene, self.scene.render
        folder = escape_braces(self.delivery.main)
        render.use_file_extension = False
        render.use_overwrite = False
        render.use_placeholder = False
        listen_last(bpy.app.handlers.render_write, self._on_write)
        if not PRINTS_PROGRESS:
            listen_last(bpy.app.handlers.render_stats, self._on_stats)
        names = {"scene": scene.name} if bpy.context.scene.name != scene.name else {}
        extension = self.delivery.extension
        try:
            if run[0] < 0:
                # Blender's own range starts at 0; a still of the current frame has no bounds.
                scene.frame_set(run[0])
                render.filepath = os.path.join(folder, f"f{run[0]:04d}{extension}")
                result = bpy.ops.render.render(write_still=True, **names)
            else:
                render.filepath = os.path.join(folder, f"f####{extension}")
                # The start first: it pushes the end along, never the other way round.
                scene.frame_start, scene.frame_end = run[0], run[-1]
                scene.frame_step = run[1] - run[0] if len(run) > 1 else 1
                result = bpy.ops.render.render(animation=True, **names)
        except RuntimeError as error:
            return judge_render_error(str(error).strip(), scene, self.delivery.workspace)
        except MemoryError:
            return ("out_of_memory", "Python inside Blender ran out of memory.")
        if "CANCELLED" in result:
            return ("unknown", "Blender cancelled the render without saying why.")
        return None

    def _on_write(self, *_):
        """Blender has written a frame of the run: tell of it, and begin the next."""
        frame = self.chunk.begun
        if frame is None:
            return
        following = self.chunk.step()
        if following is None:
            # The last one is told when the call has returned: it may still raise.
            self.chunk.begun = frame
            self.is_written = True
            return
        self._finish(frame, None)
        self._begin(following)

    def _on_stats(self, said, *_):
        """Any thread of Blender's tells how far it is; `bpy` is not touched here."""
        now, frame = time.monotonic(), self.chunk.begun
        if frame is None or now - self.percent_at < PERCENT_SECONDS:
            return
        percent = percent_in(str(said))
        if percent is not None:
            self.percent_at = now
            self.channel.say("frame_percent", frame=frame, percent=percent)

    def _begin(self, frame):
        self.is_written = False
        self.faults.complaints = []
        self.began = (time.monotonic(), time.process_time())
        self.channel.say("frame_begun", frame=frame)

    def _finish(self, frame, trouble):
        seconds = time.monotonic() - self.began[0]
        cpu_seconds = time.process_time() - self.began[1]
        complaint = self.faults.first()
        if complaint:
            trouble = ("script_error", f"Python failed in frame {frame}: {complaint}")
        try:
            trouble = trouble or self.delivery.deliver(frame)
        except OSError as error:
            trouble = judge_disk_error(error)
        self.chunk.sweep(self.delivery.clear)
        if trouble is not None:
            kind, reason = trouble
            self.channel.say(
                "frame_failed", frame=frame, kind=kind, reason=reason, mark=self.marks.set()
            )
            return
        self.pace.last_seconds = seconds
        self.channel.say(
            "frame_written",
            frame=frame,
            seconds=round(seconds, 4),
            cpu_seconds=round(cpu_seconds, 4),
            mark=self.marks.set(),
        )

    def _fail_rest(self, kind, reason):
        frame = self.chunk.begun
        while frame is not None or self.chunk.waiting:
            if frame is not None:
                self.channel.say(
                    "frame_failed", frame=frame, kind=kind, reason=reason, mark=self.marks.set()
                )
            run = self.chunk.start_run(1, None)
            frame = run[0] if run else None


def listen_last(handlers, function):
    """Put our handler behind all others, so that their errors are heard before we judge."""
    forget(handlers, function)
    handlers.append(function)


def forget(handlers, function):
    if function in handlers:
        handlers.remove(function)
