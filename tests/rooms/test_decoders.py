"""Pictures are decoded in processes beside the one that stays, whatever becomes of these."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from daemon import until

from framecrew.media import decoders
from framecrew.media.decoders import Decoders, decoding_elsewhere
from framecrew.media.pictures import examine
from framecrew.media.pixels import UndecodableError
from framecrew.media.thumbnails import contact_sheet, thumbnail
from framecrew.model.outputs import Checks, Defect, DefectKind, PictureFacts
from framecrew.testing.aerender.pictures import png


def picture(folder: Path) -> Path:
    path = folder / "f.png"
    path.write_bytes(png(32, 18, bytes((0, 0, 8))))
    return path


def children() -> list[psutil.Process]:
    return psutil.Process().children()


def test_what_is_told_elsewhere_is_what_is_told_here(tmp_path: Path) -> None:
    whole, broken = picture(tmp_path), tmp_path / "broken.png"
    broken.write_bytes(whole.read_bytes()[:-20])
    here = examine(whole, checks=Checks()), examine(broken, checks=Checks())
    sheet = contact_sheet([whole, broken], 2), thumbnail(whole, 16)

    with decoding_elsewhere() as elsewhere:
        assert (examine(whole, checks=Checks()), examine(broken, checks=Checks())) == here
        assert (contact_sheet([whole, broken], 2), thumbnail(whole, 16)) == sheet
        with pytest.raises(UndecodableError) as caught:
            thumbnail(broken, 16)
        assert elsewhere.ask(os.getpid) != os.getpid()
        assert len(children()) == 1

    assert caught.value.kind is DefectKind.TRUNCATED
    assert isinstance(here[0], PictureFacts)
    assert not children()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are others there")
def test_as_many_decode_as_are_asked_at_a_time(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    if sys.platform != "win32":  # for the type checker
        os.mkfifo(pipe)
    decoding = Decoders()
    with ThreadPoolExecutor(1) as pool:
        # Neither end opens before the other.
        reading = pool.submit(decoding.ask, Path.read_text, pipe)
        assert decoding.ask(Path.write_text, pipe, "heard") == 5
        assert reading.result() == "heard"
    decoding.close()


def test_a_decoder_that_was_ended_is_replaced() -> None:
    decoding = Decoders()
    first = decoding.ask(os.getpid)
    psutil.Process(first).kill()

    assert decoding.ask(os.getpid) != first
    decoding.close()


def test_a_picture_that_ends_its_decoders_is_a_defect(tmp_path: Path) -> None:
    class Deadly(type(tmp_path)):  # type: ignore[misc]
        """Ends whoever unpacks it, as a picture can that was made for it."""

        def __reduce__(self) -> tuple[object, ...]:
            return os._exit, (11,)

    with decoding_elsewhere():
        found = examine(Deadly(picture(tmp_path)), checks=Checks())

    assert isinstance(found, Defect)
    assert (found.kind, found.reason) == (DefectKind.UNREADABLE, "whoever decodes it crashes")


def test_whoever_has_nothing_to_do_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(decoders, "LOOK_EVERY", 0.01)
    decoding = Decoders()
    assert decoding.ask(len, "four") == 4

    until(lambda: not children())

    assert decoding.ask(len, "four") == 4
    decoding.close()


def test_a_decoder_ends_with_whoever_asks_it() -> None:
    program = (
        "import os\nfrom framecrew.media.decoders import Decoders\n"
        "print(Decoders().ask(os.getpid), flush=True)\nos._exit(0)\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    until(lambda: not psutil.pid_exists(int(said.stdout)))
