"""The channel: the connection to framecrew, beside what is printed."""

import json
import os
import queue
import socket
import threading
import traceback

from framecrew_web.leaving import leave_at_once


class Channel:
    """Messages as lines of JSON (docs/sessions.md)."""

    def __init__(self, address, token, version):
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
            leave_at_once()

        threading.Thread(target=read_all, name="framecrew channel", daemon=True).start()
