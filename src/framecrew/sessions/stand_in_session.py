"""The stand-in renderer: a real process that writes real PNGs, and goes wrong on demand.

It speaks the protocol of sessions (docs/sessions.md) when FRAMECREW_CHANNEL is set; otherwise
it renders the chunk named in a JSON file, prints lines, and leaves. The scene is a JSON file
(`.standin`), see `framecrew.renderers.stand_in`. Standard library only: nothing of framecrew is
imported here.
"""

import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

GRANDCHILD = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"
)


def main():
    if "FRAMECREW_CHANNEL" in os.environ:
        Session(Channel()).serve()
    else:
        with open(sys.argv[1], encoding="utf-8") as file:
            render_chunk(json.load(file))


# ── the scene ─────────────────────────────────────────────────────────────────────────────────


class RefusalError(Exception):
    def __init__(self, kind, reason):
        super().__init__(reason)
        self.kind = kind


class Scene:
    def __init__(self, path):
        try:
            with open(path, encoding="utf-8") as file:
                values = json.load(file)
        except OSError as error:
            raise RefusalError(
                "bad_scene", f"the scene {path} cannot be read: {error.strerror}"
            ) from error
        except ValueError as error:
            raise RefusalError("bad_scene", f"the scene {path} is no JSON: {error}") from error
        self.first = values.get("first", 1)
        self.last = values.get("last", 10)
        self.width = values.get("width", 64)
        self.height = values.get("height", 36)
        self.fps = values.get("fps", "24")
        self.ffmpeg = values.get("ffmpeg") or shutil.which("ffmpeg") or "ffmpeg"
        self.seconds = values.get("seconds", 0)
        self.start_seconds = values.get("start_seconds", 0)
        self.flush_seconds = values.get("flush_seconds", 0)
        self.memory = bytearray(values.get("memory", 0))
        self.lines_per_frame = values.get("lines_per_frame", 0)
        self.percents = values.get("percents", 0)
        self.ignores_terminate = values.get("ignores_terminate", False)
        self.faults = values.get("faults", [])

    def facts(self):
        return {
            "program_version": "1.0",
            "first": self.first,
            "last": self.last,
            "fps": self.fps,
            "width": self.width,
            "height": self.height,
            "extension": ".png",
        }

    def seconds_of(self, frame):
        """A number for all frames, a list for each, or a ramp: {"from": 0.1, "to": 0.5}."""
        if isinstance(self.seconds, list):
            return self.seconds[(frame - self.first) % len(self.seconds)]
        if isinstance(self.seconds, dict):
            share = (frame - self.first) / max(1, self.last - self.first)
            return self.seconds["from"] + share * (self.seconds["to"] - self.seconds["from"])
        return self.seconds

    def fault(self, kind, frame=None, at=None):
        """The fault that strikes here, or None. One with `once` strikes a single time, in all
        processes."""
        for fault in self.faults:
            if fault["kind"] != kind or fault.get("at", at) != at:
                continue
            if fault.get("frame", frame) != frame:
                continue
            if "once" in fault:
                try:
                    os.close(os.open(fault["once"], os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    continue
            return fault
        return None


# ── pictures ──────────────────────────────────────────────────────────────────────────────────


def png(width, height, frame, *, black=False):
    """An RGB picture whose every pixel is the frame's number: 24 bits, red the highest."""
    pixel = b"\0\0\0" if black else pixel_of(frame)
    rows = (b"\0" + pixel * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def chunk(name, data):
    return (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    )


ENCODERS = {
    ".mkv": ("-c:v", "ffv1", "-pix_fmt", "bgr0"),
    ".mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p"),
    ".mov": ("-c:v", "prores_ks", "-profile:v", "hq", "-pix_fmt", "yuv422p10le"),
    ".avi": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"),
}
"""Each encodes a picture the same wherever the film is cut."""


class Film:
    """A segment of a film that is being written; every picture shows its frame's number."""

    def __init__(self, scene, path):
        fault = scene.fault("other_ending")
        self.path = os.path.splitext(path)[0] + fault["ending"] if fault else path
        self.scene = scene
        ending = os.path.splitext(self.path)[1].lower()
        self.encoder = subprocess.Popen(
            [
                *(scene.ffmpeg, "-hide_banner", "-loglevel", "error", "-y"),
                *("-f", "rawvideo", "-pixel_format", "rgb24"),
                *("-video_size", f"{scene.width}x{scene.height}", "-framerate", scene.fps),
                *("-i", "pipe:0", *ENCODERS[ending], "-threads", "1", self.path),
            ],
            stdin=subprocess.PIPE,
        )

    def write(self, frame):
        if not self.scene.fault("skip", frame):
            self.encoder.stdin.write(blocks(frame, self.scene.width, self.scene.height))
            self.encoder.stdin.flush()

    def close(self):
        self.encoder.stdin.close()
        if self.encoder.wait():
            raise RefusalError("unknown", "its encoder failed")
        if self.scene.fault("truncated"):
            os.truncate(self.path, os.path.getsize(self.path) // 2)


def blocks(frame, width, height):
    """The same 24 bits as blocks, six in a row and four rows, which no encoder loses."""
    code = int.from_bytes(pixel_of(frame), "big")
    rows = []
    for y in range(height):
        bits = [23 - (y * 4 // height * 6 + x * 6 // width) for x in range(width)]
        rows.append(b"".join(b"\xff\xff\xff" if code >> bit & 1 else b"\0\0\0" for bit in bits))
    return b"".join(rows)


def pixel_of(frame):
    """24 bits, red the highest."""
    return struct.pack(">I", (frame % 0xFFFFFF) + 1)[1:]


def path_of(pattern, frame):
    """The pattern's file: its last run of # becomes the number."""
    end = pattern.rindex("#") + 1
    start = end
    while start > 0 and pattern[start - 1] == "#":
        start -= 1
    number = "-" * (frame < 0) + str(abs(frame)).rjust(end - start, "0")
    return pattern[:start] + number + pattern[end:]


# ── rendering, and going wrong ────────────────────────────────────────────────────────────────


def say(text):
    os.write(1, text.encode() + b"\n")


def hang(fault):
    if fault.get("how") == "spin":
        while True:
            pass
    while True:
        time.sleep(60)


def die(fault):
    if "exit_code" in fault:
        os._exit(fault["exit_code"])
    # Windows has few signals; SIGTERM ends a process there as SIGKILL does here.
    number = getattr(signal, fault.get("signal", "SIGKILL"), signal.SIGTERM)
    if hasattr(signal, "SIGKILL") and number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    time.sleep(60)


class FrameFailureError(Exception):
    pass


def render(scene, frame, made, film=None, tell=None):
    """Write one frame's files, or into a film; `made` maps promise names to patterns, and
    `tell` is called with how many percent are done."""
    started = time.perf_counter()
    for kind, strike in (("crash", die), ("hang", hang)):
        fault = scene.fault(kind, frame, at="frame")
        if fault:
            strike(fault)
    speak(scene, frame)
    for fault in scene.faults:
        if fault["kind"] == "grow" and frame >= fault.get("frame", frame):
            scene.memory += b"\1" * fault["bytes"]
    fault = scene.fault("grandchild", frame)
    if fault:
        leave_grandchild(fault)
    fault = scene.fault("fail", frame)
    if fault:
        raise FrameFailureError(fault)
    for pattern in made.values():
        write(scene, frame, path_of(pattern, frame))
    if film is not None:
        film.write(frame)
    left = max(0, scene.seconds_of(frame) - (time.perf_counter() - started))
    parts = scene.percents if tell else 0
    for part in range(1, parts + 1):
        time.sleep(left / (parts + 1))
        tell(100 * part / (parts + 1))
    time.sleep(left / (parts + 1))


def speak(scene, frame):
    for number in range(scene.lines_per_frame):
        say(f"stand-in: line {number} of frame {frame}")
    if scene.fault("mute", frame):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    fault = scene.fault("complaint", frame)
    if fault:
        complain(fault)
    if scene.fault("long_line", frame):
        say("x" * 1_000_000)
    if scene.fault("bad_bytes", frame):
        os.write(1, b"stand-in: \xff\xfe\x80 \xe2\x82 \n")


def complain(fault):
    severity, kind = fault.get("severity", "error"), fault.get("failure", "unknown")
    text = os.path.expandvars(fault.get("text", "told to fail"))
    say(f"stand-in: {severity} {kind}: {text}")


def leave_grandchild(fault):
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", GRANDCHILD],
        start_new_session=fault.get("detached", True),
    )
    with open(fault["pid_file"], "w", encoding="utf-8") as file:
        file.write(str(child.pid))


def write(scene, frame, path):
    if scene.fault("skip", frame):
        return
    width = scene.width + 1 if scene.fault("wrong_size", frame) else scene.width
    data = png(width, scene.height, frame, black=bool(scene.fault("black", frame)))
    if scene.fault("truncated", frame):
        data = data[: len(data) // 2]
    slow = scene.fault("slow_writer", frame)
    with open(path, "wb") as file:
        if slow:
            file.write(data[: len(data) // 2])
            file.flush()
            time.sleep(slow["seconds"])
            file.write(data[len(data) // 2 :])
        else:
            file.write(data)


def start(scene):
    """Loading the scene takes its time, and may go wrong as well."""
    if scene.ignores_terminate:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    fault = scene.fault("refuse")
    if fault:
        raise RefusalError(fault.get("failure", "bad_scene"), fault.get("text", "it refuses"))
    fault = scene.fault("grandchild", at="start")
    if fault:
        leave_grandchild(fault)
    for kind, strike in (("crash", die), ("hang", hang)):
        fault = scene.fault(kind, at="start")
        if fault:
            strike(fault)
    time.sleep(scene.start_seconds)


def leave(scene):
    for kind, strike in (("crash", die), ("hang", hang)):
        fault = scene.fault(kind, at="exit")
        if fault:
            strike(fault)
    os._exit(0)


# ── a session ─────────────────────────────────────────────────────────────────────────────────


class Channel:
    def __init__(self):
        host, port = os.environ["FRAMECREW_CHANNEL"].rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.incomplete = b""
        self.waiting = []
        self.lock = threading.Lock()

    def send(self, **message):
        with self.lock:
            self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, *, wait=True):
        """The next message; None when the other side has closed, or nothing waits and we do
        not."""
        while not self.waiting:
            if not wait and not select.select([self.socket], [], [], 0)[0]:
                return None
            block = self.socket.recv(65536)
            if not block:
                os._exit(0)
            *lines, self.incomplete = (self.incomplete + block).split(b"\n")
            self.waiting += [json.loads(line) for line in lines]
        return self.waiting.pop(0)


class Session:
    def __init__(self, channel):
        self.channel = channel
        self.scene = None
        self.mark = 0
        channel.send(
            type="hello", token=os.environ["FRAMECREW_TOKEN"], pid=os.getpid(), version="1.0"
        )

    def serve(self):
        while True:
            message = self.channel.receive()
            kind = message["type"]
            if kind == "open":
                self.open(message)
            elif kind == "render":
                self.render(message)
            elif kind == "give_back":
                # Nothing is in work, so nothing is left.
                self.channel.send(type="given_back", frames=[])
            elif kind == "close":
                leave(self.scene)

    def open(self, message):
        try:
            self.scene = Scene(message["scene"])
            start(self.scene)
        except RefusalError as refusal:
            self.channel.send(type="refused", kind=refusal.kind, reason=str(refusal))
            return
        self.channel.send(type="opened", facts=self.scene.facts())

    def render(self, message):
        left = list(message["frames"])
        made = {
            name: os.path.join(message["workspace"], pattern)
            for name, pattern in message["made"].items()
        }
        name = message.get("film")
        film = Film(self.scene, os.path.join(message["workspace"], name)) if name else None
        while left:
            self.give_back(left)
            if left:
                self.render_frame(left.pop(0), made, film)
        if film is not None and self.scene.flush_seconds:
            self.finish_aside(film, message["chunk"])
            return
        if film is not None:
            film.close()
        say_nothing = self.scene.fault("no_answer")
        if not say_nothing:
            self.marked(type="chunk_done", chunk=message["chunk"])

    def finish_aside(self, film, chunk):
        """The next chunk is rendered while the file of this one is finished."""
        self.marked(type="chunk_rendered", chunk=chunk)

        def finish():
            time.sleep(self.scene.flush_seconds)
            if fault := self.scene.fault("crash", at="file"):
                die(fault)
            film.close()
            told = {}
            if fault := self.scene.fault("fail", at="file"):
                told = {"kind": fault["failure"], "reason": fault["text"]}
            self.channel.send(type="chunk_done", chunk=chunk, **told)

        threading.Thread(target=finish, daemon=True).start()

    def give_back(self, left):
        while (message := self.channel.receive(wait=False)) is not None:
            if message["type"] == "give_back":
                wanted = set(message["frames"])
                self.channel.send(type="given_back", frames=[f for f in left if f in wanted])
                left[:] = [frame for frame in left if frame not in wanted]
            elif message["type"] == "close":
                leave(self.scene)

    def render_frame(self, frame, made, film):
        self.channel.send(type="frame_begun", frame=frame)
        started, cpu = time.perf_counter(), time.process_time()
        try:
            render(self.scene, frame, made, film, lambda percent: self.tell(frame, percent))
        except FrameFailureError as failure:
            fault = failure.args[0]
            self.marked(
                type="frame_failed",
                frame=frame,
                kind=fault.get("failure", "unknown"),
                reason=fault.get("text", "told to fail"),
            )
            return
        if self.scene.fault("no_claim", frame):
            return
        self.marked(
            type="frame_written",
            frame=frame,
            seconds=time.perf_counter() - started,
            cpu_seconds=time.process_time() - cpu,
        )

    def tell(self, frame, percent):
        self.channel.send(type="frame_percent", frame=frame, percent=percent)

    def marked(self, **message):
        self.mark += 1
        say(f"framecrew: mark {self.mark}")
        self.channel.send(mark=self.mark, **message)


# ── a process that is one chunk ───────────────────────────────────────────────────────────────


def render_chunk(order):
    try:
        scene = Scene(order["scene"])
        start(scene)
    except RefusalError as refusal:
        say(f"stand-in: fatal {refusal.kind}: {refusal}")
        os._exit(1)
    film = Film(scene, order["film"]) if order.get("film") else None
    for frame in order["frames"]:
        say(f"stand-in: frame {frame} begun")
        try:
            render(scene, frame, order["made"], film)
        except FrameFailureError as failure:
            fault = failure.args[0]
            complain(fault)
            continue
        if not scene.fault("no_claim", frame):
            say(f"stand-in: frame {frame} done")
    if film is not None:
        film.close()
    say("stand-in: end")
    leave(scene)


if __name__ == "__main__":
    main()
