"""The limits of frame numbers: what a signed 32-bit int holds, as in the renderers."""

LOWEST_FRAME = -(2**31)
HIGHEST_FRAME = 2**31 - 1


def is_possible(frame: int) -> bool:
    """True if a renderer could be asked for this frame number."""
    return LOWEST_FRAME <= frame <= HIGHEST_FRAME


def check_possible(frame: int) -> None:
    """Raise ValueError for a frame number that no renderer could be asked for."""
    if not is_possible(frame):
        raise ValueError(
            f"frame {frame} is out of reach; "
            f"frame numbers go from {LOWEST_FRAME} to {HIGHEST_FRAME}"
        )
