"""Reach: where a page lies, and what it may read besides itself."""

import os
import urllib.parse

from framecrew_web.local_files import LocalFiles
from framecrew_web.saying import leave_out
from framecrew_web.troubles import Trouble


class Reach:
    """Of the page of one scene: a file, whose folder is served, or an address."""

    def __init__(self, scene, *, root, network):
        """`root`: the folder that is served, the file's own if empty; `network`: `all` or `none`. Trouble if the
        file does not lie in that folder.
        """
        self.network = network
        self.files = None
        if scene.startswith(("http://", "https://")):
            self.address = scene
            return
        folder = root or os.path.dirname(scene)
        inside = os.path.realpath(folder).rstrip(os.sep) + os.sep
        if not os.path.realpath(scene).startswith(inside):
            raise Trouble(
                "bad_request",
                f"the page {scene} does not lie in the folder that is served, {folder}",
            )
        self.files = LocalFiles(folder)
        leave_out(self.files.origin)
        self.address = self.files.address(scene)

    @property
    def rules(self):
        """For the browser: which hosts there are, and where."""
        if self.files:
            # Where we listen; not where others may, on the same port.
            own = f"MAP {self.files.name} 127.0.0.1"
            return own if self.network != "none" else f"{own}, MAP * ~NOTFOUND"
        own = _host_of(self.address)
        return "" if self.network != "none" else f"MAP * ~NOTFOUND, EXCLUDE {own}"

    def is_elsewhere(self, address):
        """Whether this is another page than was named, and not another way to write it."""
        return _as_written(address) != _as_written(self.address)

    def is_ours(self, words):
        """Whether an address, with words behind it or not, is one of the folder's."""
        return self.files is not None and words.startswith(self.files.origin)

    def path_of(self, words):
        """The file of such an address, from words that tell what is wrong with it."""
        inside = words.removeprefix(self.files.origin).rpartition(": ")[0].partition("?")[0]
        return os.path.join(self.files.folder, urllib.parse.unquote(inside).lstrip("/"))

    def user_of(self, path):
        """Who wants such a file, which may be there and still out of reach."""
        inside = os.path.relpath(path, self.files.folder)
        above = os.path.join(os.path.dirname(self.files.folder), inside)
        if os.path.exists(path) or os.path.exists(above):
            return "the page (it lies outside of the folder that is served, see --root)"
        return "the page"

    def source_of(self, address):
        """What a program of ours may read where the page may read this address; Trouble where it may not."""
        if self.is_ours(address):
            path = self.files.file(address.removeprefix(self.files.origin))
            if path is None:
                raise Trouble("missing_asset", f"there is no {self.path_of(f'{address}: ')}")
            return path
        is_reached = self.network != "none" or _host_of(address) == _host_of(self.address)
        if not is_reached or not address.startswith(("http://", "https://")):
            raise Trouble("missing_asset", f"the page may not reach {address[:200]}")
        return address


def _as_written(address):
    return urllib.parse.unquote(address.partition("#")[0]).rstrip("/").casefold()


def _host_of(address):
    return urllib.parse.urlsplit(address).hostname or ""
