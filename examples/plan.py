"""Tell what a render would do, without doing it: `python plan.py shot.blend out/shot_####.png`."""

import sys

import framecrew
from framecrew.planning.explain import explanation_text


def main(scene: str, output: str) -> None:
    print(explanation_text(framecrew.plan(scene, output=output)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
