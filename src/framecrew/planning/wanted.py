"""What a spec wants: its frames and the files they become, once its scene is known.

These read only; `mistakes` says what is wrong with them, and `making` makes the plan of them.
"""

from framecrew.frames.cutting import chunk
from framecrew.frames.patterns import FramePattern
from framecrew.frames.sets import FrameSet
from framecrew.model.jobs import JobSpec
from framecrew.model.scenes import SceneFacts
from framecrew.planning.paths import absolute, stem
from framecrew.planning.targets import THE_SCENES_OWN, Target, placed


def job_name(spec: JobSpec) -> str:
    """The name as written, else the scene's file name without its ending."""
    return spec.name or stem(spec.scene)


def all_frames(spec: JobSpec, facts: SceneFacts | None) -> FrameSet:
    """The frames as written, else the scene's range; empty when neither is known.

    FrameSyntaxError when the text cannot be read.
    """
    if spec.frames:
        return FrameSet.parse(spec.frames)
    if facts is None:
        return FrameSet()
    return FrameSet.of(range(facts.first, facts.last + 1, max(facts.step, 1)))


def wanted_frames(spec: JobSpec, facts: SceneFacts | None) -> FrameSet:
    """The same, or the one chunk of them that was asked for; ValueError if it is none."""
    frames = all_frames(spec, facts)
    if spec.chunk_size is None or spec.chunk_index is None:
        return frames
    return chunk(frames, spec.chunk_size, spec.chunk_index)


def grid_size(spec: JobSpec) -> int | None:
    """The length of a film's segments that a person chose; a chunk is a segment there."""
    if spec.segment_size is not None or spec.chunk_index is not None:
        return spec.segment_size
    return spec.chunk_size


def picture_ending(spec: JobSpec, facts: SceneFacts | None) -> str:
    """The ending of the delivered pictures: the output's, else the scene's own format."""
    written = FramePattern.parse(spec.output).extension
    if written:
        return written
    return facts.extension if facts else ".png"


def main_pattern(
    spec: JobSpec, facts: SceneFacts | None, folder: str, target: Target = THE_SCENES_OWN
) -> FramePattern:
    """Where a target's frames go, absolute and with an ending. FrameSyntaxError without a
    place.
    """
    pattern = FramePattern.parse(absolute(placed(spec.output, target), folder))
    return pattern if pattern.extension else pattern.with_extension(picture_ending(spec, facts))


def view_pattern(pattern: FramePattern, view: str) -> FramePattern:
    """The files of one view of a stereo scene: `shot_####.png` becomes `shot_####_L.png`."""
    end = len(pattern.text) - len(pattern.extension)
    return FramePattern.parse(f"{pattern.text[:end]}{view}{pattern.extension}")
