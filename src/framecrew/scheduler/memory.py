"""When free memory is too little, and when it is plenty again."""


def tight_below(total_bytes: int) -> int:
    """Free memory below this is too little.

    A tenth of all, at least 1 GB (but never more than half of a small machine).
    """
    return min(max(total_bytes // 10, 1_000_000_000), total_bytes // 2)


def critical_below(total_bytes: int) -> int:
    """Free memory below this ends the youngest attempt, before the system ends another."""
    return total_bytes // 33


def easy_above(total_bytes: int, footprint_bytes: int) -> int:
    """Free memory above this allows one session more: room for two beside the lower mark."""
    return 2 * tight_below(total_bytes) + 2 * footprint_bytes
