"""The session: the open scene, and what is asked of it, message by message."""

import time

import bpy
from framecrew_blender.cameras import choose_camera
from framecrew_blender.channel import Channel
from framecrew_blender.choosing import apply_options, choose_layer, choose_scene
from framecrew_blender.chunk import Chunk
from framecrew_blender.delivery import Delivery
from framecrew_blender.forking import fork
from framecrew_blender.hooks import run_hooks
from framecrew_blender.leaving import leave_at_once
from framecrew_blender.opening import load_scene, prepare_program
from framecrew_blender.pictures import keep_still_format
from framecrew_blender.quality import set_threads
from framecrew_blender.refusal import RefusedError
from framecrew_blender.rendering import Pace, Rendering
from framecrew_blender.scene_facts import gather_facts
from framecrew_blender.scripts import ScriptFaults
from framecrew_blender.sides import find_sides
from framecrew_blender.streams import Marks, flush_streams
from framecrew_blender.words import VERSION, version_text


class Session:
    """What this process is doing: the open scene, and the chunk being rendered."""

    def __init__(self):
        self.channel = None
        self.chunk = Chunk([])
        self.marks = Marks()
        self.faults = ScriptFaults()
        self.pace = Pace()
        self.scene_name = ""
        self.facts = {}
        self.sides = []
        self.has_kept_data = False
        """It has rendered with persistent data: a child would wait for ever for its threads."""
        self.choice = {}
        """View layer and camera, as the last chunk named them."""

    @property
    def scene(self):
        # Looked up each time: a reference would dangle after an undo or a load in a script.
        return bpy.data.scenes[self.scene_name]

    def connect(self, address, token):
        self.channel = Channel(address, token, version_text(VERSION), leave_at_once)
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

    def open(self, message):
        started = time.monotonic()
        path, options = message["scene"], message.get("options") or {}
        warnings = []
        prepare_program(options)
        self.faults.complaints, self.faults.broken_expressions = [], []
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
        self.faults.complaints = []
        self.facts = gather_facts(scene, self.sides, warnings)
        self.facts["load_seconds"] = round(time.monotonic() - started, 3)
        if self.has_kept_data or options.get("python_before") or options.get("python_scripts"):
            # A person's own Python may have rendered, or started threads.
            self.facts["may_fork"] = False
        self.channel.say("opened", facts=self.facts)

    def _judge_load(self, warnings):
        """Scripts of the file itself must run; what an add-on did not like is a warning."""
        own = [
            text
            for text in self.faults.complaints
            if ".blend" in text or "<bpy driver>" in text
        ]
        if own:
            raise RefusedError(
                "script_error",
                f"A script in the scene failed while it was opened: {own[0]}. Correct it, or "
                "render without the scene's own scripts (autoexec off).",
            )
        warnings += [f"while opening: {text}" for text in self.faults.complaints]

    def render(self, message):
        scene = self.scene
        delivery = Delivery(message["workspace"], message["made"], self.facts, self.sides)
        self.choose(scene, message.get("choice") or {})
        set_threads(scene, message.get("threads") or 0)
        rendering = Rendering(
            scene,
            message["frames"],
            channel=self.channel,
            marks=self.marks,
            faults=self.faults,
            pace=self.pace,
            delivery=delivery,
        )
        # Set before the first frame, for the listener may ask from now on.
        self.chunk = rendering.chunk
        if scene.render.use_persistent_data:
            self.has_kept_data, self.facts["may_fork"] = True, False
        rendering.render()
        self.channel.say("chunk_done", chunk=message["chunk"], mark=self.marks.set())

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
        self.pace.last_seconds = None

    def fork(self, message):
        """Become two: the child is a session of its own that shares the loaded scene."""
        if fork(self.channel, message["log"], may_fork=self.facts.get("may_fork")):
            self.chunk = Chunk([])
            self.facts = {**self.facts, "may_fork": False, "load_seconds": 0.0}
            self.connect(message["channel"], message["token"])
            self.channel.say("opened", facts=self.facts)

    def hear_exit(self):
        """A script in the scene has called sys.exit: the process goes, but not unexplained."""
        flush_streams()
        if self.channel is None:
            return
        reason = "A script in the scene ended Blender (sys.exit)."
        if self.chunk.begun is None:
            self.channel.say("refused", kind="script_error", reason=reason)
        else:
            self.channel.say(
                "frame_failed",
                frame=self.chunk.begun,
                kind="script_error",
                reason=reason,
                mark=self.marks.set(),
            )
        leave_at_once(7)
