"""`python -m framecrew.studio`: the daemon itself, as `framecrew daemon start` runs it."""

import argparse
import asyncio
import sys
from pathlib import Path

from framecrew.model.errors import FramecrewError
from framecrew.store.places import home
from framecrew.studio.server import LOOPBACK, Place, serve


def main() -> int:
    """Be the daemon until it is ended; the exit code."""
    parser = argparse.ArgumentParser(prog="framecrew.studio", description=__doc__)
    parser.add_argument("--home", type=Path, help="folder of the queue and the logs")
    parser.add_argument("--listen", default=LOOPBACK, help="address to listen at")
    parser.add_argument("--port", type=int, help="port to listen at")
    parser.add_argument("--name", action="append", default=[], help="host name of clients")
    parser.add_argument("--certificate", type=Path, help="TLS certificate, PEM")
    parser.add_argument("--key", type=Path, help="its key, PEM")
    wish = parser.parse_args()
    place = Place(
        address=wish.listen,
        port=wish.port,
        names=tuple(wish.name),
        certificate=wish.certificate,
        key=wish.key,
    )
    try:
        asyncio.run(serve(wish.home or home(), place))
    except FramecrewError as error:
        sys.stderr.write(f"framecrew: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
