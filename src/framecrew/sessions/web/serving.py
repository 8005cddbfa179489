"""The session: what is asked of it, message by message."""

import json
import os
import threading
import time

from framecrew_web.channel import OUR_THREADS, Channel
from framecrew_web.chunk import Chunk
from framecrew_web.facts import facts_of
from framecrew_web.leaving import leave_at_once
from framecrew_web.pictures import KINDS, path_of, write_picture
from framecrew_web.rendering import Rendering
from framecrew_web.saying import plain, set_mark, warn
from framecrew_web.segments import Segment
from framecrew_web.troubles import Trouble


class Session:
    """The open page, and the chunk being rendered."""

    def __init__(self, program, version):
        self.program, self.version = program, version
        self.channel = None
        self.chunk = Chunk([])
        self.rendering = None

    def connect(self, address, token):
        self.channel = Channel(address, token, self.version, leave_at_once)
        # A lambda, so that the chunk of the moment is asked.
        self.channel.listen(lambda frames: self.chunk.give_back(frames))

    def serve(self):
        """Do what is asked until the connection ends the process."""
        while True:
            message = self.channel.inbox.get()
            if message["type"] == "close":
                leave_at_once()
            elif message["type"] == "open":
                self.open(message)
            elif message["type"] == "render":
                self.render(message)

    def open(self, message):
        began = time.monotonic()
        options = message["options"]
        try:
            options["props_value"] = _props(options)
            self.rendering = Rendering(
                self.program, message["scene"], options, message.get("ffmpeg", "")
            )
            known = json.loads(message.get("known") or "null")
            self.rendering.open(known, message.get("listen"))
        except Trouble as trouble:
            self.channel.say("refused", kind=trouble.kind, reason=plain(trouble.reason))
            return
        facts = facts_of(self.rendering, self.version, is_first=known is None)
        facts["load_seconds"] = round(time.monotonic() - began, 3)
        self.channel.say("opened", facts=facts)

    def render(self, message):
        # Set before the first frame, for the listener may ask from now on.
        frames, told = message["frames"], message["segment"]
        # Played from its start, a page comes by its frames in their order.
        is_ordered = self.rendering.is_replayed or told is not None
        self.chunk = Chunk(sorted(frames) if is_ordered else frames)
        self.rendering.meter.taken()
        if told is None:
            pattern = os.path.join(message["workspace"], message["made"]["main"])
            self.rendering.kind = KINDS[os.path.splitext(pattern)[1].lower()]
            while (frame := self.chunk.begin()) is not None:
                self.render_frame(
                    frame,
                    lambda data, at=frame: write_picture(path_of(pattern, at), data),
                    self.rendering.picture,
                )
        else:
            segment = self.render_segment(told, message["workspace"])
            if segment is not None:
                self.finish_aside(segment, message["chunk"])
                return
        self.channel.say("chunk_done", chunk=message["chunk"], mark=set_mark())

    def finish_aside(self, segment, chunk):
        """The page is free for the next segment while ffmpeg encodes what waits of this one."""
        self.channel.say("chunk_rendered", chunk=chunk, mark=set_mark())

        def finish():
            told = {}
            try:
                segment.close()
            except Trouble as trouble:
                told = {"kind": trouble.kind, "reason": plain(trouble.reason)}
            self.channel.say("chunk_done", chunk=chunk, **told)

        threading.Thread(target=finish, name=OUR_THREADS, daemon=True).start()

    def render_segment(self, told, workspace):
        """All of its frames go into one file, which is still to be closed; None if one failed."""
        is_draft = self.rendering.is_draft and told["draft"] is not None
        if self.rendering.is_draft and not is_draft:
            warn("no draft: a film of this preset is not H.264; its frames are captured")
        raw = told["raw"] if self.rendering.is_raw else None
        if is_draft:
            ways = [told["draft"]]
        elif raw is not None:
            self.rendering.kind, ways = raw["layout"], raw["ways"]
        else:
            self.rendering.kind, ways = told["picture"].partition("-")[0], told["ways"]
        take = self.rendering.draft if is_draft else self.rendering.picture
        segment = frame = None
        try:
            size = "{}x{}".format(*self.rendering.pixels)
            ways = [[one.replace("{size}", size) for one in way] for way in ways]
            segment = Segment(told["ffmpeg"], ways, workspace, told["file"])
            if is_draft:
                self.rendering.begin_draft()
            while (frame := self.chunk.begin()) is not None:
                if not self.render_frame(frame, segment.write, take):
                    segment.drop()
                    return None
            if is_draft:
                segment.write(self.rendering.page.capture.end_draft())
        except Trouble as trouble:
            if segment is not None:
                segment.drop()
            self.tell_failed(frame if frame is not None else told["last"], trouble)
            return None
        return segment

    def render_frame(self, frame, keep, take):
        """Whether it is rendered and kept, once it was taken from the page."""
        self.channel.say("frame_begun", frame=frame)
        began = time.monotonic()
        try:
            keep(take(frame))
        except Trouble as trouble:
            self.rendering.meter.taken()
            self.tell_failed(frame, trouble)
            return False
        self.channel.say(
            "frame_written",
            frame=frame,
            seconds=time.monotonic() - began,
            cpu_seconds=self.rendering.meter.taken(),
            mark=set_mark(),
        )
        return True

    def tell_failed(self, frame, trouble):
        self.channel.say(
            "frame_failed",
            frame=frame,
            kind=trouble.kind,
            reason=plain(trouble.reason),
            mark=set_mark(),
        )


def _props(options):
    """What is given to the page: JSON as text, or the file that holds it."""
    text, where = options["props"], "--props"
    try:
        if options["props_file"]:
            where = f"--props-file {options['props_file']}"
            with open(options["props_file"], encoding="utf-8-sig") as file:
                text = file.read()
        return json.loads(text) if text else None
    except OSError as problem:
        raise Trouble("bad_request", f"{where} cannot be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise Trouble("bad_request", f"{where} holds no JSON: {problem}") from problem
