"""Render a scene and wait for its end: `python render.py shot.blend out/shot_####.png`."""

import sys

import framecrew


def main(scene: str, output: str) -> int:
    """The same exit codes as the command line: 0 whole, 3 with holes, 1 nothing."""
    try:
        job = framecrew.render(scene, output=output)
    except framecrew.WrongUse as wrong:
        for mistake in wrong.mistakes:
            print(mistake)
        return 2
    print(f"{job.status}: {job.done} of {job.total} frames")
    for loss in job.losses:
        print(f"  frames {loss.frames}: {loss.failure.kind}: {loss.failure.reason}")
    if not job.missing:
        return 0
    print(f"missing: {job.missing}")
    return 3 if job.done else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
