"""Where framecrew keeps its queue and logs."""

import os
from pathlib import Path

from platformdirs import user_data_path

VARIABLE = "FRAMECREW_HOME"


def home() -> Path:
    """The folder named by FRAMECREW_HOME, else the system's place for a user's data."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    return user_data_path("framecrew", appauthor=False)
