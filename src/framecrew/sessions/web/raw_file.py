"""The file of raw pixels: a page leaves them in its origin's own file system, which is a folder of the profile."""

import os


class RawFile:
    """What the page wrote last; it writes the next picture only when it is asked for it."""

    def __init__(self, path):
        self.path = path

    def read(self, count):
        """All of its bytes. OSError if there are not so many."""
        with open(self.path, "rb", buffering=0) as file:
            data = file.read(count)
        if len(data) != count:
            raise OSError(f"{self.path} holds {len(data)} bytes, wanted {count}")
        return data


def find_raw_file(profile, name):
    """The one below this folder that holds its name; None where the browser keeps it elsewhere."""
    wanted = name.encode()
    for folder, _, files in os.walk(profile):
        for path in (os.path.join(folder, file) for file in files):
            try:
                if os.path.getsize(path) == len(wanted):
                    with open(path, "rb") as file:
                        if file.read() == wanted:
                            return RawFile(path)
            except OSError:
                continue
    return None
