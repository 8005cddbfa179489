"""The Python client of a running daemon, for plain code.

from framecrew.client import Client

client = Client.connect()
job = client.submit({"scene": "/shots/a.blend", "output": "/shots/out/a_####.png"})
for batch in client.events():
    for row in batch.jobs:
        print(row.name, row.progress)
"""

from framecrew.client.asking import DaemonGone, NoDaemon, Refused
from framecrew.client.client import Client
from framecrew.client.stream import Batch, EventStream

__all__ = ["Batch", "Client", "DaemonGone", "EventStream", "NoDaemon", "Refused"]
