"""The session inside Blender: opens a scene once, then renders chunk after chunk.

Started as `blender -b --python-exit-code 7 --python blender_session.py`, or by a Python that
has the `bpy` module. Speaks as told in `docs/sessions.md`. It stands alone, for Blender brings
its own Python: nothing of framecrew is imported, and the language is that of Python 3.9.

Rule 1: the main thread renders and is the only one to touch `bpy`; a second thread listens.
        (Blender lets go of Python's lock while it renders, so the listener is never deaf.)
Rule 2: several frames go into one render call. A frame counts as begun from the end of the one
        before it; all later ones can be given back: an empty file in their place, together
        with `use_overwrite` off, makes Blender step over them.
Rule 3: Blender writes into a folder of ours inside the workspace, and we move each file to the
        exact place promised: its own way of writing numbers never matters.
Rule 4: Blender survives an exception in a handler and goes on with a wrong picture. Every one
        of them passes `sys.excepthook`, and there it fails the frame.
"""

import atexit
import contextlib
import ctypes
import errno
import gzip
import importlib
import json
import os
import queue
import re
import shutil
import signal
import socket
import struct
import sys
import threading
import time
import traceback
from fractions import Fraction

import bpy

VERSION = bpy.app.version
MARK = "framecrew: mark"
PRIVATE = ".making"
"""Folder inside the workspace where Blender writes; see rule 3."""
LONGEST_RUN = 1000
SLOW_SECONDS = 5.0
"""From here on a call per frame costs nothing that counts (about 45 ms), and tells more."""


PRINTS_PROGRESS = VERSION < (5, 0) or not getattr(bpy.app, "module", False)
"""The module prints nothing inside a frame since 5.0; there we tell what its handler hears."""
PERCENT_SECONDS = 0.2
"""Least time between two percentages."""
SMALLEST_SPACE = 4096
"""Bytes: less than a block free is a full disk."""


OUR_THREADS = "framecrew"
WHY_NO_FORK = (
    "that is proved only on Linux, for Cycles without a GPU, in a session that has run no Python "
    "of a person and has not rendered with persistent data"
)


class RefusedError(Exception):
    """Something asked of us cannot be done; `kind` is a value of framecrew's FailureKind."""

    def __init__(self, kind, reason):
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


# ── the channel ──────────────────────────────────────────────────────────────────────────────


class Channel:
    """The connection to framecrew: messages as lines of JSON."""

    def __init__(self, address, token):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lock = threading.Lock()
        self.inbox = queue.Queue()
        self.say("hello", token=token, pid=os.getpid(), version=version_text(VERSION))

    def say(self, what, **keys):
        line = json.dumps({"type": what, **keys}, separators=(",", ":")).encode() + b"\n"
        try:
            with self.lock:
                self.socket.sendall(line)
        except OSError:
            leave_at_once()

    def listen(self, give_back):
        """Start the thread that reads: `give_back` is answered there, the rest is queued."""

        def read_all():
            try:
                for line in self.socket.makefile("rb"):
                    message = json.loads(line)
                    if message["type"] == "give_back":
                        self.say("given_back", frames=give_back(message["frames"]))
                    else:
                        self.inbox.put(message)
            except OSError:
                leave_at_once()
            except BaseException:
                # A session that is deaf must not stay.
                traceback.print_exc()
                leave_at_once(7)
            # Nobody wants the rest of the frame. Only the end of the process stops a render.
            leave_at_once()

        threading.Thread(target=read_all, name=OUR_THREADS, daemon=True).start()


def leave_at_once(code=0):
    """End the process from any thread.

    `sys.exit` would end a thread only, and Blender's own way out hangs: bpy 4.5 waits for ever
    in the destructor of a static object.
    """
    if not Session.is_forked:
        shutil.rmtree(bpy.app.tempdir, ignore_errors=True)
    os._exit(code)


def flush_streams():
    """Push out what Python and C have printed so far."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    with contextlib.suppress(OSError, AttributeError):
        # Blender on Windows prints by the universal C runtime, not by the old msvcrt.
        c_library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        c_library.fflush(None)


def version_text(version):
    return ".".join(str(number) for number in version)


# ── chunks ───────────────────────────────────────────────────────────────────────────────────


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


# ── the session ──────────────────────────────────────────────────────────────────────────────


class Session:
    """What this process is doing: the open scene, and the chunk being rendered."""

    is_forked = False

    def __init__(self):
        self.channel = None
        self.chunk = Chunk([])
        self.marks = 0
        self.scene_name = ""
        self.facts = {}
        self.sides = []
        self.complaints = []
        """Exceptions of Python inside Blender since the frame began, as text."""
        self.broken_expressions = []
        """Blender switches a failing expression off without another word: lasts for ever."""
        self.began = (0.0, 0.0)
        self.is_written = False
        self.percent_at = 0.0
        self.last_seconds = None
        self.has_kept_data = False
        """It has rendered with persistent data: a child would wait for ever for its threads."""
        self.choice = {}
        """View layer and camera, as the last chunk named them."""
        self.workspace = ""
        self.made = {}

    @property
    def scene(self):
        # Looked up each time: a reference would dangle after an undo or a load in a script.
        return bpy.data.scenes[self.scene_name]

    def connect(self, address, token):
        self.channel = Channel(address, token)
        # A lambda, so that the chunk of the moment is asked.
        self.channel.listen(lambda frames: self.chunk.give_back(frames))

    def serve(self):
        """Do what is asked, message by message, until the connection ends the process."""
        answers = {"open": self.open, "render": self.render, "fork": self.fork}
        while True:
            message = self.channel.inbox.get()
            if message["type"] == "close":
                flush_streams()
                leave_at_once()
            answer = answers.get(message["type"])
            if answer is None:
                continue
            try:
                answer(message)
            except RefusedError as refusal:
                flush_streams()
                self.channel.say("refused", kind=refusal.kind, reason=refusal.reason)

    def mark(self):
        """Write the line that parts what was printed before from what comes after."""
        flush_streams()
        self.marks += 1
        with contextlib.suppress(OSError):
            os.write(1, f"{MARK} {self.marks}\n".encode())
        return str(self.marks)

    # ── opening ──────────────────────────────────────────────────────────────────────────────

    def open(self, message):
        started = time.monotonic()
        path, options = message["scene"], message.get("options") or {}
        warnings = []
        prepare_program(options)
        self.complaints, self.broken_expressions = [], []
        warnings += load_scene(path, allows_scripts=options.get("autoexec", True))
        self._judge_load(warnings)
        scene = choose_scene(options.get("scene") or "", message.get("target") or "")
        self.scene_name = scene.name
        apply_options(scene, options, message.get("target") or "", warnings)
        run_hooks(scene, options)
        keep_still_format(scene, warnings)
        self.sides = find_sides(scene, warnings)
        if not options.get("view_layer"):
            # No layer is asked for by name, so what is switched off stays so.
            used = {layer.name for layer in scene.view_layers if layer.use}
            self.sides = [side for side in self.sides if not side.layers or used & side.layers]
        self.complaints = []
        self.facts = gather_facts(scene, self.sides, warnings)
        self.facts["load_seconds"] = round(time.monotonic() - started, 3)
        if self.has_kept_data or options.get("python_before") or options.get("python_scripts"):
            # A person's own Python may have rendered, or started threads.
            self.facts["may_fork"] = False
        self.channel.say("opened", facts=self.facts)

    def _judge_load(self, warnings):
        """Scripts of the file itself must run; what an add-on did not like is a warning."""
        own = [text for text in self.complaints if ".blend" in text or "<bpy driver>" in text]
        if own:
            raise RefusedError(
                "script_error",
                f"A script in the scene failed while it was opened: {own[0]}. Correct it, or "
                "render without the scene's own scripts (autoexec off).",
            )
        warnings += [f"while opening: {text}" for text in self.complaints]

    # ── rendering ────────────────────────────────────────────────────────────────────────────

    def render(self, message):
        scene = self.scene
        self.workspace, self.made = message["workspace"], message["made"]
        private = os.path.join(self.workspace, PRIVATE)
        self.choose(scene, message.get("choice") or {})
        set_threads(scene, message.get("threads") or 0)
        # Set before the first frame, for the listener may ask from now on.
        self.chunk = Chunk(message["frames"])
        if scene.render.use_persistent_data:
            self.has_kept_data, self.facts["may_fork"] = True, False
        try:
            os.makedirs(os.path.join(private, "main"), exist_ok=True)
            redirect_sides(self.sides, private)
            while self._render_run(scene):
                pass
        except OSError as error:
            self._fail_rest(*judge_disk_error(error))
        finally:
            shutil.rmtree(private, ignore_errors=True)
        self.channel.say("chunk_done", chunk=message["chunk"], mark=self.mark())

    def choose(self, scene, choice):
        """Another view layer or camera of the open scene; the names are known to be there."""
        if choice == self.choice:
            return
        self.choice = choice
        if choice.get("view_layer"):
            choose_layer(scene, choice["view_layer"])
        if choice.get("camera"):
            choose_camera(scene, choice["camera"])
        # Another picture takes another time, and what is wrong with it is wrong from its first.
        self.last_seconds = None

    def _longest_run(self, scene):
        """One call for many frames saves what a call costs; one a frame tells errors apart.

        An EEVEE call builds its world anew (2.6 s instead of 0.3 in 3.4). What Cycles reports
        as an error becomes an exception only at the end of the call, so the first frame goes
        alone: what is wrong with the whole scene is then said of the right frame.
        """
        if scene.render.use_multiview:
            return 1
        if draws_by_gpu(scene):
            return LONGEST_RUN
        if self.last_seconds is None or self.last_seconds > SLOW_SECONDS:
            return 1
        return LONGEST_RUN

    def _render_run(self, scene):
        """Render the next run of frames; False when none was left."""
        run = self.chunk.start_run(self._longest_run(scene), self._veto)
        if not run:
            return False
        self._begin(run[0])
        trouble = self._call_blender(scene, run)
        for frame in self.chunk.end_run():
            for path in self._main_files(frame).values():
                with contextlib.suppress(OSError):
                    os.remove(path)
        frame = self.chunk.begun
        if frame is None:
            return True
        if trouble is None and not self.is_written:
            trouble = ("unknown", f"Blender stopped before it had written frame {frame}.")
        self._finish(frame, trouble)
        if trouble is not None:
            self.last_seconds = None
        return True

    def _call_blender(self, scene, run):
        """One render call; what went wrong as (kind, reason), or None."""
        render = scene.render
        folder = escape_braces(os.path.join(self.workspace, PRIVATE, "main"))
        render.use_file_extension = False
        render.use_overwrite = False
        render.use_placeholder = False
        listen_last(bpy.app.handlers.render_write, self._on_write)
        if not PRINTS_PROGRESS:
            listen_last(bpy.app.handlers.render_stats, self._on_stats)
        names = {"scene": scene.name} if bpy.context.scene.name != scene.name else {}
        extension = self.facts["extension"]
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
            return judge_render_error(str(error).strip(), scene, self.workspace)
        except MemoryError:
            return ("out_of_memory", "Python inside Blender ran out of memory.")
        if "CANCELLED" in result:
            return ("unknown", "Blender cancelled the render without saying why.")
        return None

    def _veto(self, frame):
        for path in self._main_files(frame).values():
            with open(path, "xb"):
                pass

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
        self.complaints = []
        self.began = (time.monotonic(), time.process_time())
        self.channel.say("frame_begun", frame=frame)

    def _finish(self, frame, trouble):
        seconds = time.monotonic() - self.began[0]
        cpu_seconds = time.process_time() - self.began[1]
        complaints = self.complaints or self.broken_expressions
        if complaints:
            trouble = ("script_error", f"Python failed in frame {frame}: {complaints[0]}")
        try:
            trouble = trouble or self._deliver(frame)
        except OSError as error:
            trouble = judge_disk_error(error)
        self._clear_private()
        if trouble is not None:
            kind, reason = trouble
            self.channel.say(
                "frame_failed", frame=frame, kind=kind, reason=reason, mark=self.mark()
            )
            return
        self.last_seconds = seconds
        self.channel.say(
            "frame_written",
            frame=frame,
            seconds=round(seconds, 4),
            cpu_seconds=round(cpu_seconds, 4),
            mark=self.mark(),
        )

    def _fail_rest(self, kind, reason):
        frame = self.chunk.begun
        while frame is not None or self.chunk.waiting:
            if frame is not None:
                self.channel.say(
                    "frame_failed", frame=frame, kind=kind, reason=reason, mark=self.mark()
                )
            run = self.chunk.start_run(1, None)
            frame = run[0] if run else None

    # ── files ────────────────────────────────────────────────────────────────────────────────

    def _main_files(self, frame):
        """Where Blender writes the main picture: view suffix to path."""
        name = os.path.join(self.workspace, PRIVATE, "main", f"f{frame:04d}")
        views = self.facts["views"] or [""]
        return {view: f"{name}{view}{self.facts['extension']}" for view in views}

    def _deliver(self, frame):
        """Move what Blender wrote to the places promised; what is missing as (kind, reason)."""
        if shutil.disk_usage(self.workspace).free < SMALLEST_SPACE:
            # Blender does not tell a picture cut short by a full disk from a whole one.
            return ("disk_full", f"No space was left beside frame {frame} in {self.workspace}.")
        moves = []
        for view, written in self._main_files(frame).items():
            pattern = self.made.get("main" + view)
            if pattern is None and "main" in self.made:
                pattern = with_suffix(self.made["main"], view)
            if pattern is not None:
                moves.append(
                    ("the picture" + (f" of view {view}" if view else ""), written, pattern)
                )
        for side in self.sides:
            for view in self.facts["views"] or [""]:
                name = side.name + view
                if name in self.made:
                    moves.append((f"output {name!r}", side.written(view), self.made[name]))
        for what, written, pattern in moves:
            if written is None or not os.path.exists(written):
                return (
                    "skipped_frame",
                    f"Blender said it was done but left no file for {what}.",
                )
            if os.path.getsize(written) == 0:
                return probe_disk(self.workspace) or (
                    "bad_output",
                    f"Blender left an empty file for {what}.",
                )
            place = os.path.join(self.workspace, frame_path(pattern, frame))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.replace(written, place)
        return None

    def _clear_private(self):
        """Nothing of a frame may be taken for the next one's. Vetoes of the run stay."""
        kept = {
            path for frame in self.chunk.vetoed for path in self._main_files(frame).values()
        }
        for folder, _, names in os.walk(os.path.join(self.workspace, PRIVATE)):
            for name in names:
                path = os.path.join(folder, name)
                if path not in kept:
                    with contextlib.suppress(OSError):
                        os.remove(path)

    # ── forking ──────────────────────────────────────────────────────────────────────────────

    def fork(self, message):
        """Become two: the child is a session of its own that shares the loaded scene."""
        known = (threading.main_thread().name, OUR_THREADS)
        strange = [thread.name for thread in threading.enumerate() if thread.name not in known]
        if strange or not self.facts.get("may_fork"):
            why = f"Python threads run in it ({listed(strange)})" if strange else WHY_NO_FORK
            raise RefusedError(
                "bad_request", f"This session cannot be forked: {why}. Start another one."
            )
        flush_streams()
        parent = os.getpid()
        child = os.fork()
        if child != 0:
            self.channel.say("forked", pid=child)
            threading.Thread(
                target=self._await_end, args=(child,), name=OUR_THREADS, daemon=True
            ).start()
            return
        Session.is_forked = True
        # Not `close`: what reads from it in the other thread would keep it open.
        os.close(self.channel.socket.detach())
        os.setsid()
        die_with(parent)
        # May wait here until somebody reads: the log can be a FIFO.
        log = os.open(message["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.close(log)
        self.chunk = Chunk([])
        self.facts = {**self.facts, "may_fork": False, "load_seconds": 0.0}
        self.connect(message["channel"], message["token"])
        self.channel.say("opened", facts=self.facts)

    def _await_end(self, child):
        """Somebody has to take note of a child's end, or it stays in the list of processes."""
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.channel.say("child_ended", pid=child, code=code)

    # ── exceptions of scripts ────────────────────────────────────────────────────────────────

    def hear_exception(self, kind, value, trace):
        """Blender hands every exception of a handler or expression to `sys.excepthook`."""
        text = describe_exception(kind, value, trace)
        if "<bpy driver>" in text:
            self.broken_expressions.append(text)
        else:
            self.complaints.append(text)
        sys.__excepthook__(kind, value, trace)

    def hear_exit(self):
        """A script in the scene has called sys.exit: the process goes, but not unexplained."""
        flush_streams()
        if self.channel is None:
            return
        reason = "A script in the scene ended Blender (sys.exit)."
        if self.chunk.begun is None:
            self.channel.say("refused", kind="script_error", reason=reason)
        else:
            self._fail_begun(reason)
        leave_at_once(7)

    def _fail_begun(self, reason):
        self.channel.say(
            "frame_failed",
            frame=self.chunk.begun,
            kind="script_error",
            reason=reason,
            mark=self.mark(),
        )


def percent_in(text):
    """How far a frame is, told as `Sample 3/64`, `Rendered 1/4 Tiles, Sample 3/64`, or
    `Rendering 3 / 64 samples`; None where it is not told.
    """
    found = re.search(r"(?:Sample|Rendering) +(\d+) ?/ ?(\d+)", text)
    if found is None:
        return None
    done, tiles = int(found[1]) / max(1, int(found[2])), 1
    of_tiles = re.search(r"Rendered (\d+)/(\d+) Tiles", text)
    if of_tiles is not None:
        # At the end of a tile its full samples still stand beside the new number of tiles.
        done, tiles = int(of_tiles[1]) + done % 1, max(1, int(of_tiles[2]))
    return round(100 * min(done / tiles, 1.0), 1)


def listen_last(handlers, function):
    """Put our handler behind all others, so that their errors are heard before we judge."""
    for known in [known for known in handlers if known == function]:
        handlers.remove(known)
    handlers.append(function)


def describe_exception(kind, value, trace):
    """In which function of which file, in one line."""
    stack = traceback.extract_tb(trace)
    if not stack:
        return f"{kind.__name__}: {value}"
    outer, inner = stack[0], stack[-1]
    code = trace.tb_frame.f_code
    found = [
        name
        for name in dir(bpy.app.handlers)
        for handler in (getattr(bpy.app.handlers, name),)
        if isinstance(handler, list)
        and any(getattr(function, "__code__", None) is code for function in handler)
    ]
    where = f"{found[0]} handler {outer.name}" if found else outer.name
    return f"{kind.__name__}: {value} ({where}, {inner.filename}, line {inner.lineno})"


def die_with(parent):
    """Linux ends this process with its parent's; elsewhere the closed channel does."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(0)


# ── opening a scene ──────────────────────────────────────────────────────────────────────────


def prepare_program(options):
    """Factory settings and add-ons: what belongs to the program and not to the scene."""
    import addon_utils

    if options.get("factory_startup") and not getattr(bpy.app, "factory_startup", False):
        bpy.ops.wm.read_factory_settings()
    for name in options.get("addons") or ():
        if addon_utils.enable(name, default_set=True) is None:
            known = sorted(module.__name__ for module in addon_utils.modules())
            raise RefusedError(
                "plugin_missing",
                f"The add-on {name!r} cannot be enabled. Installed are: {listed(known)}.",
            )


def load_scene(path, *, allows_scripts):
    """Open the file; warnings about it. Whatever goes wrong is a refusal in plain words."""
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise RefusedError("bad_scene", f"The scene {path!r} {what}.")
    bpy.context.preferences.filepaths.use_scripts_auto_execute = bool(allows_scripts)
    said = ""
    try:
        bpy.ops.wm.open_mainfile(filepath=path, load_ui=False, use_scripts=bool(allows_scripts))
    except Exception as error:
        said = str(error).strip() or repr(error)
    if said or not os.path.samefile(bpy.data.filepath or os.devnull, path):
        raise RefusedError("bad_scene", explain_unreadable(path, said))
    made_by = tuple(bpy.data.version[:2])
    if made_by <= VERSION[:2]:
        return []
    text = (
        f"The scene was saved by Blender {version_text(made_by)} and is opened by the older "
        f"{version_text(VERSION[:2])}: newer things in it may be lost."
    )
    return [text]


def explain_unreadable(path, said):
    """Why Blender could not read a file, found by looking at the file itself."""
    words = f" Blender said: {said}" if said else ""
    try:
        size = os.path.getsize(path)
        start, packing = read_start(path)
    except OSError as error:
        return f"The scene {path!r} cannot be read: {error.strerror}.{words}"
    if size == 0:
        return f"The scene {path!r} is empty.{words}"
    made_by = header_version(start) if start else None
    if made_by is not None and made_by > VERSION[:2]:
        return (
            f"The scene {path!r} was made by Blender {version_text(made_by)}, newer than this "
            f"{version_text(VERSION[:2])}.{words}"
        )
    if start and made_by is None:
        return f"The scene {path!r} is not a .blend file.{words}"
    if not ends_whole(path, packing):
        return f"The scene {path!r} is truncated: its end is missing.{words}"
    if start == b"":
        return (
            f"The scene {path!r} is damaged, or made by a newer Blender; it is packed by "
            f"{packing}, which this Blender's Python cannot look into.{words}"
        )
    return f"The scene {path!r} is damaged.{words}"


def read_start(path):
    """The first unpacked bytes and the packing's name; None for broken, empty for unknown."""
    with open(path, "rb") as file:
        start = file.read(32)
    if start[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as unpacked:
                return unpacked.read(32), "gzip"
        except (OSError, EOFError):
            return None, "gzip"
    if start[:4] == b"\x28\xb5\x2f\xfd":
        return read_zstandard_start(path), "zstd"
    return start, ""


def read_zstandard_start(path):
    """Blender's own Python has the module; where it is missing the header stays unknown."""
    for name in ("zstandard", "compression.zstd"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        try:
            with open(path, "rb") as file, module.open(file, "rb") as unpacked:
                return unpacked.read(32)
        except Exception:  # each module has errors of its own
            return None
    return b""


def header_version(start):
    """The Blender that wrote a file, e.g. (3, 4), by its first bytes; None if it is no .blend.

    `BLENDER-v304` up to 4.5; `BLENDER17-01v0500` from 5.0 on.
    """
    found = re.match(rb"BLENDER(?:[-_][vV](\d)(\d\d)|\d\d-\d\dv(\d\d)(\d\d))", start)
    if found is None:
        return None
    numbers = [int(number) for number in found.groups() if number is not None]
    return tuple(numbers)


def ends_whole(path, packing):
    """A whole .blend ends with the block ENDB; packed by zstd, with a table of its parts."""
    try:
        if packing == "gzip":
            with gzip.open(path) as unpacked:
                tail = b""
                for block in iter(lambda: unpacked.read(1 << 20), b""):
                    tail = (tail + block)[-64:]
        else:
            with open(path, "rb") as file:
                file.seek(-min(64, os.path.getsize(path)), os.SEEK_END)
                tail = file.read()
    except (OSError, EOFError):
        return False
    return tail.endswith(b"\xb1\xea\x92\x8f") if packing == "zstd" else b"ENDB" in tail


def listed(names):
    """Names for a message: all of them if they are few."""
    names = [str(name) for name in names]
    if not names:
        return "nothing"
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return ", ".join(names[:20]) + more


# ── choosing and setting ─────────────────────────────────────────────────────────────────────


def cameras_of(scene):
    return sorted(thing.name for thing in scene.objects if thing.type == "CAMERA")


def choose_scene(name, target):
    """The scene asked for by name, or by the target if that is one; else the file's own."""
    scenes = bpy.data.scenes
    wanted = name or (target if target in scenes else "")
    if wanted and wanted not in scenes:
        raise RefusedError(
            "bad_request",
            f"There is no scene {wanted!r}; the file holds: {listed(scenes.keys())}.",
        )
    scene = scenes[wanted] if wanted else bpy.context.scene
    for window in bpy.context.window_manager.windows:
        window.scene = scene
    return scene


def apply_options(scene, options, target, warnings):
    """Lay the request over the scene, each option only where it is given."""
    layer, camera = options.get("view_layer") or "", options.get("camera") or ""
    if target and target not in (options.get("scene"), scene.name):
        layer, camera = sort_target(scene, target, layer, camera)
    if layer:
        choose_layer(scene, layer)
    if camera:
        choose_camera(scene, camera)
    if options.get("engine"):
        choose_engine(scene, str(options["engine"]))
    if options.get("samples") is not None:
        set_samples(scene, int(options["samples"]))
    if options.get("resolution_percent") is not None:
        silence_animation(scene, "render.resolution_percentage")
        scene.render.resolution_percentage = int(options["resolution_percent"])
    if options.get("format"):
        set_format(scene, str(options["format"]))
    keep_still_format(scene, warnings)
    if options.get("color_depth"):
        set_color_depth(scene, str(options["color_depth"]))
    if scene.render.engine == "CYCLES":
        choose_device(
            scene, options.get("device") or "auto", options.get("gpus") or "", warnings
        )
    set_persistent_data(scene, options.get("persistent_data") or "auto")


def sort_target(scene, target, layer, camera):
    """A target that is no scene is a view layer, or a camera."""
    if target in scene.view_layers:
        return layer or target, camera
    if target in cameras_of(scene):
        return layer, camera or target
    raise RefusedError(
        "bad_request",
        f"There is no scene, view layer or camera {target!r}; the file holds the scenes "
        f"{listed(bpy.data.scenes.keys())}; in scene {scene.name!r} the view layers "
        f"{listed(scene.view_layers.keys())} and the cameras {listed(cameras_of(scene))}.",
    )


def choose_layer(scene, name):
    if name not in scene.view_layers:
        raise RefusedError(
            "bad_request",
            f"Scene {scene.name!r} has no view layer {name!r}; it holds: "
            f"{listed(scene.view_layers.keys())}.",
        )
    for layer in scene.view_layers:
        layer.use = layer.name == name


def choose_camera(scene, name):
    if name not in cameras_of(scene):
        raise RefusedError(
            "bad_request",
            f"Scene {scene.name!r} has no camera {name!r}; it holds: "
            f"{listed(cameras_of(scene))}.",
        )
    scene.camera = scene.objects[name]
    # A marker would switch back to its own camera at its frame.
    for marker in scene.timeline_markers:
        marker.camera = None


ENGINES = {
    "cycles": ("CYCLES",),
    "eevee": ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"),
    "workbench": ("BLENDER_WORKBENCH",),
}
"""EEVEE has two names: the second before 4.2 and from 5.0 on, the first between."""


def choose_engine(scene, wanted):
    """Assign and read back: the list of names is not complete in the background."""
    said = ""
    for name in ENGINES.get(wanted.lower(), (wanted,)):
        try:
            scene.render.engine = name
        except TypeError as error:
            said = str(error)
            continue
        if scene.render.engine == name:
            return
    known = listed([*ENGINES, *re.findall(r"'([A-Z0-9_]+)'", said)])
    kind = "bad_request" if wanted.lower() not in ENGINES else "plugin_missing"
    raise RefusedError(
        kind, f"This Blender has no render engine {wanted!r}; it knows: {known}."
    )


def draws_by_gpu(scene):
    return scene.render.engine in ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "BLENDER_WORKBENCH")


def silence_animation(scene, path):
    """What a person asks for holds for every frame, even if the scene animates it."""
    action = scene.animation_data.action if scene.animation_data else None
    if action is None:
        return
    curves = list(getattr(action, "fcurves", ()))
    # Since 4.4 an action has layers; since 5.0 it has nothing else.
    for layer in getattr(action, "layers", ()):
        for strip in layer.strips:
            for bag in strip.channelbags:
                curves += bag.fcurves
    for curve in curves:
        if curve.data_path == path:
            curve.mute = True


def set_samples(scene, samples):
    silence_animation(scene, "cycles.samples")
    silence_animation(scene, "eevee.taa_render_samples")
    if scene.render.engine == "CYCLES":
        scene.cycles.samples = samples
        for layer in scene.view_layers:
            layer.samples = 0
    elif scene.render.engine in ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"):
        scene.eevee.taa_render_samples = samples
    elif scene.render.engine == "BLENDER_WORKBENCH":
        steps = (
            ("OFF", 1),
            ("FXAA", 2),
            ("5", 5),
            ("8", 8),
            ("11", 11),
            ("16", 16),
            ("32", 32),
        )
        scene.display.render_aa = min(steps, key=lambda step: abs(step[1] - samples))[0]


FORMATS = {
    "png": "PNG",
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "exr": "OPEN_EXR",
    "exr-multilayer": "OPEN_EXR_MULTILAYER",
    "tiff": "TIFF",
    "tif": "TIFF",
    "webp": "WEBP",
    "bmp": "BMP",
    "tga": "TARGA",
    "dpx": "DPX",
    "hdr": "HDR",
}
MOVIES = ("FFMPEG", "AVI_JPEG", "AVI_RAW")


def set_format(scene, wanted):
    settings = scene.render.image_settings
    name = FORMATS.get(wanted.lower())
    if name is None:
        raise RefusedError(
            "bad_request", f"There is no format {wanted!r}; it can be: {listed(FORMATS)}."
        )
    if settings.file_format == name:
        return
    try:
        if hasattr(settings, "media_type"):
            is_multilayer = name == "OPEN_EXR_MULTILAYER"
            settings.media_type = "MULTI_LAYER_IMAGE" if is_multilayer else "IMAGE"
        settings.file_format = name
    except TypeError as error:
        raise RefusedError(
            "bad_request", f"This Blender cannot write {wanted!r}: {error}"
        ) from error


def keep_still_format(scene, warnings):
    """Frames are pictures here; the film is encoded from them afterwards."""
    settings = scene.render.image_settings
    if settings.file_format in MOVIES:
        warnings.append(
            f"The scene writes a movie ({settings.file_format}); its frames become PNG files."
        )
        set_format(scene, "png")


def set_color_depth(scene, depth):
    settings = scene.render.image_settings
    try:
        settings.color_depth = depth
    except TypeError as error:
        found = re.findall(r"'(\d+)'", str(error).split(" in ", 1)[-1])
        raise RefusedError(
            "bad_request",
            f"{settings.file_format} has no {depth} bits a channel; it can have: "
            f"{listed(found)}.",
        ) from error


GPU_TYPES = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")


def choose_device(scene, wanted, gpus, warnings):
    """Where Cycles computes. `auto`: what the scene itself asks for, if this machine has it."""
    wanted = wanted.lower()
    name, _, more = wanted.partition("+")
    if wanted == "cpu" or (wanted == "auto" and scene.cycles.device == "CPU"):
        scene.cycles.device = "CPU"
        return
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        raise RefusedError("plugin_missing", "The Cycles add-on is not enabled.")
    if name == "auto":
        found = next((kind for kind in GPU_TYPES if gpu_devices(addon.preferences, kind)), None)
        if found is None:
            warnings.append(
                "The scene asks for a GPU and there is none; it is rendered by the CPU."
            )
            scene.cycles.device = "CPU"
            return
        kind = found
    else:
        kind = (more if name == "cpu" else name).upper()
    if kind not in GPU_TYPES:
        known = ["auto", "cpu", *(known.lower() for known in GPU_TYPES)]
        raise RefusedError(
            "bad_request", f"There is no device {wanted!r}; it can be: {listed(known)}."
        )
    devices = gpu_devices(addon.preferences, kind)
    if not devices:
        present = [kind for kind in GPU_TYPES if gpu_devices(addon.preferences, kind)]
        raise RefusedError(
            "gpu_lost",
            f"Blender can use no {kind} device here; usable are: {listed(['CPU', *present])}.",
        )
    use_gpus(addon.preferences, devices, kind, gpus, with_cpu="cpu" in (name, more))
    scene.cycles.device = "GPU"


def gpu_devices(preferences, kind):
    """Devices of one kind that this Blender can use; none if it was built without."""
    try:
        preferences.compute_device_type = kind
    except TypeError:
        return []
    if hasattr(preferences, "refresh_devices"):
        preferences.refresh_devices()
    else:
        preferences.get_devices()
    return [device for device in preferences.devices if device.type == kind]


def use_gpus(preferences, devices, kind, gpus, *, with_cpu):
    names = [f"{index} {device.name}" for index, device in enumerate(devices)]
    chosen = [text.strip() for text in str(gpus).split(",") if text.strip()]
    for text in chosen:
        if not text.isdigit() or int(text) >= len(devices):
            raise RefusedError(
                "bad_request", f"There is no {kind} device {text}; there are: {listed(names)}."
            )
    wanted = {int(text) for text in chosen} or set(range(len(devices)))
    preferences.compute_device_type = kind
    for device in preferences.devices:
        device.use = device.type == "CPU" and with_cpu
    for index, device in enumerate(devices):
        device.use = index in wanted


def set_persistent_data(scene, wanted):
    """Keep what was synced from frame to frame: 24.6 s became 5.0 in a scene of heavy sync.

    `auto` is on for Cycles: Blender tells it by its dependency graph what has changed.
    """
    if wanted == "auto":
        if scene.render.engine == "CYCLES":
            scene.render.use_persistent_data = True
        return
    scene.render.use_persistent_data = wanted == "on"


def set_threads(scene, threads):
    if threads > 0:
        scene.render.threads_mode = "FIXED"
        scene.render.threads = min(threads, 1024)
    else:
        scene.render.threads_mode = "AUTO"


def run_hooks(scene, options):
    """The person's own Python, after all options, so that it has the last word."""
    names = {"bpy": bpy, "scene": scene, "__name__": "__main__"}
    text = options.get("python_before") or ""
    if text:
        run_python(text, "<python_before>", names)
    for path in options.get("python_scripts") or ():
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            raise RefusedError(
                "bad_request", f"The script {path!r} cannot be read: {error.strerror}."
            ) from error
        run_python(source, path, {**names, "__file__": path})


def run_python(source, path, names):
    try:
        exec(compile(source, path, "exec"), names)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise RefusedError(
                "script_error", f"{path} left with code {error.code!r}."
            ) from error
    except BaseException as error:
        traceback.print_exc()
        # Without our own step; a syntax error has no other, and tells its place itself.
        trace = error.__traceback__.tb_next
        where = describe_exception(type(error), error, trace)
        raise RefusedError("script_error", f"{path}: {where}") from error


# ── side outputs ─────────────────────────────────────────────────────────────────────────────


class Side:
    """One further file per frame: a slot of a compositor's File Output node."""

    def __init__(self, node, index, text, extension, name, layers):
        self.node = node
        self.layers = layers
        """View layers, one of which has to be rendered for it; empty: none has to."""
        self.index = index
        """None: the node writes one file that holds all its slots."""
        self.text = text
        self.extension = extension
        self.name = name
        self.folder = ""

    @property
    def stem(self):
        return f"s{self.index or 0}_"

    def written(self, view):
        """The file that Blender left in the slot's folder, or None."""
        for name in sorted(os.listdir(self.folder)):
            ending = os.path.splitext(name)[0].endswith(view)
            if name.startswith(self.stem) and ending:
                return os.path.join(self.folder, name)
        return None


EXTENSIONS = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "JPEG2000": ".jp2",
    "OPEN_EXR": ".exr",
    "OPEN_EXR_MULTILAYER": ".exr",
    "TIFF": ".tif",
    "WEBP": ".webp",
    "BMP": ".bmp",
    "TARGA": ".tga",
    "TARGA_RAW": ".tga",
    "IRIS": ".rgb",
    "DPX": ".dpx",
    "CINEON": ".cin",
    "HDR": ".hdr",
}


def compositor_tree(scene):
    if not scene.render.use_compositing:
        return None
    if hasattr(scene, "compositing_node_group"):
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def file_output_nodes(tree, seen):
    """The enabled File Output nodes of a tree and of the groups in it."""
    if tree is None or tree in seen:
        return
    seen.append(tree)
    for node in tree.nodes:
        if node.mute:
            continue
        if node.bl_idname == "CompositorNodeOutputFile":
            yield node
        else:
            yield from file_output_nodes(getattr(node, "node_tree", None), seen)


def slots_of(node):
    """(index, path text, format) of each slot that is connected."""
    linked = [slot.is_linked for slot in node.inputs]
    is_single = node.format.file_format == "OPEN_EXR_MULTILAYER"
    if hasattr(node, "file_output_items"):
        start = os.path.join(node.directory, node.file_name)
        rows = [
            (start + item.name, item.format if item.override_node_format else node.format)
            for item in node.file_output_items
        ]
    else:
        start = node.base_path
        rows = [
            (
                os.path.join(start, slot.path),
                node.format if slot.use_node_format else slot.format,
            )
            for slot in node.file_slots
        ]
    if is_single:
        return [(None, start, node.format)] if any(linked) else []
    return [(index, *row) for index, row in enumerate(rows) if linked[index]]


PICTURE_NODES = ("Image", "MovieClip", "Mask", "Texture", "CryptomatteV2")
"""What makes a picture in a compositor without a render layer, behind `CompositorNode`."""


def layers_behind(inputs, scene):
    """The view layers that these inputs show: without any of them Blender writes no file.

    Empty if something else is shown too, or if it cannot be told.
    """
    layers, seen = set(), set()
    waiting = [link.from_node for socket in inputs for link in socket.links]
    while waiting:
        node = waiting.pop()
        if node.as_pointer() in seen:
            continue
        seen.add(node.as_pointer())
        kind = node.bl_idname[len("CompositorNode") :]
        if kind == "RLayers" and node.scene in (None, scene):
            layers.add(node.layer)
        elif kind == "RLayers" or kind in PICTURE_NODES:
            return set()
        waiting += [link.from_node for socket in node.inputs for link in socket.links]
        group = getattr(node, "node_tree", None)
        waiting += group.nodes if group is not None else []
    return layers


def find_sides(scene, warnings):
    sides, taken = [], set()
    for node in file_output_nodes(compositor_tree(scene), []):
        for index, text, settings in slots_of(node):
            extension = EXTENSIONS.get(settings.file_format)
            if extension is None:
                warnings.append(f"Node {node.name!r} writes a movie, which is not delivered.")
                continue
            if VERSION >= (4, 5) and "{" in text.replace("{target}", ""):
                warnings.append(
                    f"Node {node.name!r} names files by a path template; it is kept as it is."
                )
            stem = os.path.basename(text).replace("#", "")
            name = safe_name(f"{node.name}_{stem}" if stem.strip("_-. ") else node.name)
            while name in taken or name == "main":
                name += "_"
            taken.add(name)
            path = os.path.normpath(bpy.path.abspath(text)) if text else "####"
            if text.endswith(("/", "\\")):
                path = os.path.join(path, "####")
            ending = extension if scene.render.use_file_extension else ""
            inputs = node.inputs if index is None else [node.inputs[index]]
            layers = layers_behind(inputs, scene)
            sides.append(Side(node, index, with_number(path, ending), extension, name, layers))
    return sides


def safe_name(text):
    return re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_") or "output"


def with_number(path, extension):
    """Blender's rule: without a # in its file name a path gets four; then its ending."""
    folder, name = os.path.split(path)
    if extension and name.lower().endswith(extension):
        name = name[: -len(extension)]
    return os.path.join(folder, (name if "#" in name else name + "####") + extension)


def redirect_sides(sides, private):
    """Let each File Output node write into a folder of its own."""
    folders = {}
    for side in sides:
        key = side.node.as_pointer()
        side.folder = folders.setdefault(key, os.path.join(private, f"side{len(folders)}"))
        os.makedirs(side.folder, exist_ok=True)
        folder = escape_braces(side.folder) + os.sep
        for name, value in redirections(side, folder).items():
            setattr(side.node, name, value)
        if side.index is None:
            continue
        if hasattr(side.node, "file_output_items"):
            side.node.file_output_items[side.index].name = side.stem
        else:
            side.node.file_slots[side.index].path = side.stem + "####"


def redirections(side, folder):
    if hasattr(side.node, "file_output_items"):
        name = side.stem + "####" if side.index is None else ""
        return {"directory": folder, "file_name": name}
    return {"base_path": folder + (side.stem + "####" if side.index is None else "")}


# ── facts ────────────────────────────────────────────────────────────────────────────────────


def gather_facts(scene, sides, warnings):
    """What framecrew wants to know of the scene, as the fields of its `SceneFacts`."""
    render = scene.render
    width, height = frame_size(render)
    views = view_suffixes(render)
    uses_gpu = draws_by_gpu(scene) or (
        scene.render.engine == "CYCLES" and scene.cycles.device == "GPU"
    )
    uses_gpu = uses_gpu or (
        compositor_tree(scene) is not None
        and getattr(render, "compositor_device", "CPU") == "GPU"
    )
    missing = missing_files(scene, warnings)
    warnings += scene_warnings(scene)
    return {
        "program_version": version_text(VERSION),
        "first": scene.frame_start,
        "last": scene.frame_end,
        "step": scene.frame_step,
        "fps": str(Fraction(render.fps) / Fraction(str(round(render.fps_base, 6)))),
        "width": width,
        "height": height,
        "targets": bpy.data.scenes.keys(),
        "cameras": cameras_of(scene),
        "layers": scene.view_layers.keys(),
        "extension": render.file_extension,
        "views": views,
        "side_outputs": [
            {
                "name": side.name + view,
                "made": f"{side.name}_####{view}{side.extension}",
                "final": with_suffix(side.text, view),
                "layers": sorted(side.layers),
            }
            for side in sides
            for view in views or [""]
        ],
        "missing": missing,
        "warnings": list(dict.fromkeys(warnings)),
        "uses_gpu": uses_gpu,
        "may_fork": may_fork(scene) and not uses_gpu,
    }


def may_fork(scene):
    """Where forking is proved: Cycles on Linux, without a shading language compiled by LLVM."""
    is_plain = scene.render.engine == "CYCLES" and not scene.cycles.shading_system
    return sys.platform == "linux" and is_plain


def frame_size(render):
    """Pixels of a delivered frame, reckoned as Blender does: in whole numbers, cut off."""
    width = render.resolution_x * render.resolution_percentage // 100
    height = render.resolution_y * render.resolution_percentage // 100
    if render.use_border and render.use_crop_to_border:
        left, right = cut(render.border_min_x, width), cut(render.border_max_x, width)
        bottom, top = cut(render.border_min_y, height), cut(render.border_max_y, height)
        return right - left, top - bottom
    return width, height


def cut(share, length):
    """The product as a 32-bit float, as C reckons it."""
    return int(struct.unpack("f", struct.pack("f", share * length))[0])


def view_suffixes(render):
    if not render.use_multiview or render.image_settings.views_format != "INDIVIDUAL":
        return []
    names = ("left", "right") if render.views_format == "STEREO_3D" else render.views.keys()
    return [view.file_suffix for view in render.views if view.use and view.name in names]


def scene_warnings(scene):
    found = []
    if bpy.app.autoexec_fail:
        found.append(
            "The scene's own scripts are disabled, and something in it needs them: "
            f"{bpy.app.autoexec_fail_message}"
        )
    has_strips = scene.render.use_sequencer and bool(sequence_strips(scene))
    if scene.camera is None and not has_strips:
        found.append("The scene has no active camera.")
    found += [
        f"{what} is not baked: its frames may depend on the frame before."
        for what in unbaked(scene)
    ]
    return found


def unbaked(scene):
    """Simulations that are worked out frame after frame, and so are not safe to split."""
    world = scene.rigidbody_world
    if world and world.enabled and not world.point_cache.is_baked:
        yield "The rigid body world"
    for thing in scene.objects:
        for modifier in thing.modifiers:
            if not modifier.show_render:
                continue
            cache = getattr(modifier, "point_cache", None)
            if modifier.type == "PARTICLE_SYSTEM":
                system = modifier.particle_system
                cache = system.point_cache
                is_hair = system.settings.type == "HAIR" and not system.use_hair_dynamics
                if is_hair or system.settings.physics_type == "NO":
                    continue
            if cache is not None and not cache.is_baked:
                yield f"{modifier.name!r} of {thing.name!r}"
            elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                domain = modifier.domain_settings
                if not domain.has_cache_baked_data:
                    yield f"{modifier.name!r} of {thing.name!r}"
            elif modifier.type == "NODES" and simulates(modifier.node_group, []):
                bakes = getattr(modifier, "bakes", ())
                if not bakes or not os.path.isdir(bpy.path.abspath(modifier.bake_directory)):
                    yield f"{modifier.name!r} of {thing.name!r}"


def simulates(tree, seen):
    if tree is None or tree in seen:
        return False
    seen.append(tree)
    return any(
        node.bl_idname == "GeometryNodeSimulationOutput"
        or simulates(getattr(node, "node_tree", None), seen)
        for node in tree.nodes
    )


# ── missing files ────────────────────────────────────────────────────────────────────────────


def missing_files(scene, warnings):
    """Files that the scene really uses and that are not on disk."""
    found = []

    def need(kind, path, user):
        if not os.path.exists(path):
            found.append({"kind": kind, "path": os.path.normpath(path), "user": user})

    for library in bpy.data.libraries:
        need(
            "missing_library", absolute(library.filepath, library), f'library "{library.name}"'
        )
    for image in used(bpy.data.images):
        if (
            image.packed_file
            or len(image.packed_files)
            or image.source in ("GENERATED", "VIEWER")
        ):
            continue
        path = absolute(image.filepath, image)
        if image.source == "TILED":
            for tile in image.tiles:
                need("missing_asset", tile_path(path, tile.number), f'image "{image.name}"')
        elif image.source == "SEQUENCE":
            need_sequence(need, image, path, warnings)
        else:
            need("missing_asset", path, f'image "{image.name}"')
    for what, things in (
        ("movie clip", bpy.data.movieclips),
        ("sound", bpy.data.sounds),
        ("font", bpy.data.fonts),
        ("cache", bpy.data.cache_files),
        ("volume", getattr(bpy.data, "volumes", ())),
    ):
        for thing in used(things):
            if getattr(thing, "packed_file", None) or thing.filepath in ("", "<builtin>"):
                continue
            path = absolute(thing.filepath, thing)
            if (
                getattr(thing, "is_sequence", False)
                or getattr(thing, "source", "") == "SEQUENCE"
            ):
                need_sequence(need, thing, path, warnings)
            else:
                need("missing_asset", path, f'{what} "{thing.name}"')
    for user, path in files_of_strips_and_nodes(scene):
        need("missing_asset", path, user)
    if not scene.render.engine:
        name = "an add-on that provides the scene's render engine"
        found.append({"kind": "plugin_missing", "path": name, "user": f'scene "{scene.name}"'})
    return list({(row["path"], row["user"]): row for row in found}.values())


def used(things):
    """Those that somebody uses; a fake user is nobody."""
    return [thing for thing in things if thing.users > int(thing.use_fake_user)]


def absolute(path, thing):
    library = getattr(thing, "library", None)
    return bpy.path.abspath(path, library=library)


def tile_path(path, number):
    u, v = (number - 1001) % 10 + 1, (number - 1001) // 10 + 1
    return path.replace("<UDIM>", str(number)).replace("<UVTILE>", f"u{u}_v{v}")


def need_sequence(need, thing, path, warnings):
    """A numbered sequence: missing when no file of it is there; holes are a warning."""
    folder, name = os.path.split(path)
    numbers = list(re.finditer(r"\d+", name))
    if not numbers:
        need("missing_asset", path, f'image "{thing.name}"')
        return
    at = numbers[-1]
    shape = re.compile(re.escape(name[: at.start()]) + r"(\d+)" + re.escape(name[at.end() :]))
    names = os.listdir(folder) if os.path.isdir(folder) else []
    there = sorted(int(match[1]) for match in map(shape.fullmatch, names) if match)
    if not there:
        need("missing_asset", path, f'image sequence "{thing.name}"')
        return
    holes = sorted(set(range(there[0], there[-1] + 1)) - set(there))
    if holes:
        warnings.append(
            f'The sequence of "{thing.name}" in {folder!r} lacks the files {listed(holes)}.'
        )


def sequence_strips(scene):
    editor = scene.sequence_editor
    if editor is None:
        return []
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def files_of_strips_and_nodes(scene):
    """(user, path) of files that are named in place and are no data of their own."""
    if scene.render.use_sequencer:
        for strip in sequence_strips(scene):
            if strip.mute:
                continue
            if strip.type == "MOVIE":
                yield f'strip "{strip.name}"', bpy.path.abspath(strip.filepath)
            elif strip.type == "IMAGE":
                folder = bpy.path.abspath(strip.directory)
                for element in strip.elements:
                    yield f'strip "{strip.name}"', os.path.join(folder, element.filename)
    trees = [
        thing.node_tree for thing in (*bpy.data.materials, *bpy.data.worlds, *bpy.data.lights)
    ]
    for tree in [*trees, *bpy.data.node_groups]:
        for node in tree.nodes if tree is not None else ():
            if getattr(node, "mode", "") == "EXTERNAL" and getattr(node, "filepath", ""):
                yield f'node "{node.name}" of "{tree.name}"', absolute(node.filepath, tree)
    for thing in scene.objects:
        for modifier in thing.modifiers:
            if modifier.type == "MESH_CACHE" and modifier.show_render and modifier.filepath:
                yield f'"{modifier.name}" of "{thing.name}"', absolute(modifier.filepath, thing)


# ── paths and verdicts ───────────────────────────────────────────────────────────────────────


def frame_path(pattern, frame):
    """The frame's file: the last run of # in the file name; digits are padded, not the sign."""
    folder, name = os.path.split(pattern)
    places = list(re.finditer(r"#+", name))
    if not places:
        return pattern
    at = places[-1]
    number = f"{'-' if frame < 0 else ''}{abs(frame):0{len(at[0])}d}"
    return os.path.join(folder, name[: at.start()] + number + name[at.end() :])


def with_suffix(path, suffix):
    stem, extension = os.path.splitext(path)
    return stem + suffix + extension


def escape_braces(path):
    """Blender 4.5 and later read {…} in output paths as a template."""
    return path.replace("{", "{{").replace("}", "}}") if VERSION >= (4, 5) else path


RENDER_ERRORS = (
    (r"no camera", "bad_request"),
    (r"out of (?:gpu )?memory|malloc|bad_alloc", "out_of_memory"),
    (r"engine not found|build without|built without", "plugin_missing"),
    (r"\b(?:cuda|optix|hip|metal|oneapi|vulkan)\b|\bgpu\b", "gpu_lost"),
)


def judge_render_error(text, scene, workspace):
    """Kind and reason of what a render call raised."""
    if re.search(r"cannot save|could not write|no space left|write error", text, re.IGNORECASE):
        return probe_disk(workspace) or ("output_not_writable", text)
    for pattern, kind in RENDER_ERRORS:
        if re.search(pattern, text, re.IGNORECASE):
            if "camera" in pattern:
                text += f" Scene {scene.name!r} holds the cameras: {listed(cameras_of(scene))}."
            return (kind, text)
    return ("unknown", text)


def probe_disk(folder):
    """Why a file cannot be written here, by writing one; None if it can."""
    path = os.path.join(folder, f".probe{os.getpid()}")
    try:
        with open(path, "wb") as file:
            file.write(b"\0" * 65536)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return judge_disk_error(error)
    finally:
        with contextlib.suppress(OSError):
            os.remove(path)
    return None


def judge_disk_error(error):
    is_full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    place = f" ({error.filename})" if error.filename else ""
    return ("disk_full" if is_full else "output_not_writable", f"{error.strerror}{place}")


def main():
    session = Session()
    sys.excepthook = session.hear_exception
    atexit.register(session.hear_exit)
    try:
        session.connect(os.environ["FRAMECREW_CHANNEL"], os.environ["FRAMECREW_TOKEN"])
        session.serve()
    except BaseException:
        traceback.print_exc()
        flush_streams()
        leave_at_once(7)


if __name__ == "__main__":
    main()
