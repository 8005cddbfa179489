"""The sounds of a scene as they are heard in a film of some of its frames."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from framecrew.frames.sets import FrameSet
from framecrew.model.plans import Plan
from framecrew.model.requests import StitchRequest
from framecrew.model.scenes import SceneFacts, Track


def film_tracks(tracks: Iterable[Track], frames: FrameSet, fps: str) -> tuple[Track, ...]:
    """Tracks on the time of a film whose first picture is the first of these frames, of which the
    scene has so many a second.

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


def sound_doubts(plan: Plan, facts: SceneFacts | None) -> Iterator[str]:
    """What is said of films whose pictures come sooner or later than what is heard beside them."""
    for task in plan.tasks:
        request = task.request
        if facts is None or not isinstance(request, StitchRequest) or not request.tracks:
            continue
        if not _are_in_time(
            task.frames, Fraction(facts.fps), Fraction(request.fps or facts.fps)
        ):
            yield (
                f"{request.film}: its pictures do not go with its sound, which is that of the scene "
                f"from frame {task.frames.first} on without a gap, at {facts.fps} frames a second"
            )


def _are_in_time(frames: FrameSet, scene: Fraction, film: Fraction) -> bool:
    """Whether each picture of the film is shown as late as its frame is in the scene."""
    if len(frames) < 2:
        return True
    step = frames.nth(1) - frames.first
    return step * film == scene and frames == FrameSet.range(frames.first, frames.last, step)
