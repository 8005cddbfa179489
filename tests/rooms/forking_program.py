"""The stand-in renderer that can be forked, and may go wrong at it: the scene's faults `no_fork`
(refuses), `silent_fork` (the child says nothing), `dead_fork` (the child ends at once).

Started as `python forking_program.py STAND_IN_SESSION`, whose classes it completes.
"""

import importlib.util
import os
import signal
import sys
import threading
from typing import Any

assert sys.platform != "win32", "Windows has no fork"


def load(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("stand_in_session", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stand_in = load(sys.argv[1])


class ForkingSession(stand_in.Session):  # type: ignore[misc, name-defined]  # from a file
    def serve(self) -> None:
        inner = self.channel.receive

        def receive(*, wait: bool = True) -> Any:
            while (message := inner(wait=wait)) is not None and message["type"] == "fork":
                self.fork(message)
            return message

        self.channel.receive = receive
        super().serve()

    def fork(self, message: dict[str, str]) -> None:
        if self.scene.fault("no_fork"):
            self.channel.send(type="refused", kind="bad_request", reason="told to refuse")
            return
        child = os.fork()
        if child:
            self.channel.send(type="forked", pid=child)
            threading.Thread(target=self.await_end, args=(child,), daemon=True).start()
            return
        self.channel.socket.close()
        os.setsid()
        if self.scene.fault("dead_fork"):
            os._exit(3)
        if self.scene.fault("silent_fork"):
            signal.pause()
        log = os.open(message["log"], os.O_WRONLY)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.environ["FRAMECREW_CHANNEL"] = message["channel"]
        os.environ["FRAMECREW_TOKEN"] = message["token"]
        session = ForkingSession(stand_in.Channel())
        session.scene = self.scene
        session.channel.send(type="opened", facts=facts_of(self.scene))
        session.serve()

    def await_end(self, child: int) -> None:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.channel.send(type="child_ended", pid=child, code=code)


def facts_of(scene: Any) -> dict[str, Any]:
    return {**plain_facts(scene), "may_fork": True}


plain_facts = stand_in.Scene.facts
stand_in.Scene.facts = facts_of
ForkingSession(stand_in.Channel()).serve()
