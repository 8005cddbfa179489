"""Exit codes that more than one command leaves with."""

STOPPED = 130
"""A Ctrl-C, as shells count it: 128 and the signal's number."""
