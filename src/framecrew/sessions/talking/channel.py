"""The channel: the connection to framecrew, beside what is printed."""

import json
import os
import queue
import socket
import threading
import traceback

OUR_THREADS = "framecrew"
"""The name of every thread of ours: a process with other ones cannot be forked."""


class Channel:
    """Messages as lines of JSON (docs/sessions.md); `leave` ends the process when it breaks."""

    def __init__(self, address, token, version, leave):
        self.leave = leave
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lock = threading.Lock()
        self.inbox = queue.Queue()
        self.say("hello", token=token, pid=os.getpid(), version=version)

    def say(self, what, **keys):
        line = json.dumps({"type": what, **keys}, separators=(",", ":")).encode() + b"\n"
        try:
            with self.lock:
                self.socket.sendall(line)
        except OSError:
            self.leave()

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
                self.leave()
            except BaseException:
                # A session that is deaf must not stay.
                traceback.print_exc()
                self.leave(7)
            # Nobody wants the rest of the frame. Only the end of the process stops a render.
            self.leave()

        threading.Thread(target=read_all, name=OUR_THREADS, daemon=True).start()
