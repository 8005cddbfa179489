"""The sounds of a scene as they are heard in a film of some of its frames."""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from framecrew.frames.sets import FrameSet
from framecrew.model.scenes import Track


def film_tracks(tracks: Iterable[Track], frames: FrameSet, fps: str) -> tuple[Track, ...]:
    """Tracks on the time of a film whose first picture is the first of these frames.

    What is over before is left out. Frames that are left out further on leave nothing out of
    the sound: it goes on beside the pictures.
    """
    if not frames:
        return ()
    begin = float(frames.first / Fraction(fps))
    moved = (_moved(track, begin) for track in tracks)
    return tuple(track for track in moved if track is not None)


def _moved(track: Track, begin: float) -> Track | None:
    start = track.start - begin
    if start >= 0:
        return replace(track, start=start)
    seconds = None if track.seconds is None else track.seconds + start
    if seconds is not None and seconds <= 0:
        return None
    return replace(
        track,
        start=0.0,
        trim=track.trim - start * track.rate,
        seconds=seconds,
        levels=tuple((at + start, level) for at, level in track.levels),
    )
