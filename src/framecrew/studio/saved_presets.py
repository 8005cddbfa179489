"""Saved presets: fields of a job under a name, in one file of the home folder."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path

from framecrew.model.answers import SavedPreset
from framecrew.model.errors import Mistake, WrongUse
from framecrew.planning.film_mistakes import preset_mistakes
from framecrew.planning.reading import read_options, read_spec
from framecrew.renderers.registry import installed_renderers
from framecrew.store.daemon_file import write_private

FILE = "presets.json"
LONGEST_NAME = 80
MOST = 500

OURS: Mapping[str, Mapping[str, object]] = {
    "Draft film": {"film_preset": "h264-fast", "order": "spread"},
    "Every frame proved": {"not_black": True, "outliers": True},
}
"""What comes with framecrew."""


class SavedPresets:
    """The presets of one home folder."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._turn = threading.Lock()

    def all(self) -> tuple[SavedPreset, ...]:
        """Ours first, then a person's own by name."""
        ours = [SavedPreset(name=name, job=job, is_ours=True) for name, job in OURS.items()]
        own = [SavedPreset(name=name, job=job) for name, job in sorted(self._read().items())]
        return (*ours, *own)

    def save(self, name: str, job: Mapping[str, object]) -> SavedPreset:
        """Keep fields under a name. WrongUse if they cannot be right together."""
        wrong = [*_name_mistakes(name), *_job_mistakes(job)]
        if wrong:
            raise WrongUse(wrong)
        with self._turn:
            kept = self._read()
            kept[name] = dict(job)
            if len(kept) > MOST:
                raise WrongUse([_mistake("name", f"at most {MOST} presets", str(len(kept)))])
            write_private(self._path, json.dumps(kept, indent=2))
        return SavedPreset(name=name, job=job)

    def forget(self, name: str) -> bool:
        """Whether there was one of that name."""
        with self._turn:
            kept = self._read()
            if kept.pop(name, None) is None:
                return False
            write_private(self._path, json.dumps(kept, indent=2))
        return True

    def _read(self) -> dict[str, dict[str, object]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {str(name): job for name, job in found.items() if isinstance(job, dict)}


def _name_mistakes(name: str) -> list[Mistake]:
    if name in OURS:
        return [_mistake("name", "a name of your own", f"{name!r}, one that comes with us")]
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        return [_mistake("name", f"a name of up to {LONGEST_NAME} letters", repr(name[:99]))]
    return []


def _job_mistakes(job: Mapping[str, object]) -> list[Mistake]:
    """Unknown keys, wrong values, and a film preset that its container cannot hold."""
    try:
        spec = read_spec(job)
    except WrongUse as wrong:
        return list(wrong.mistakes)
    found = list(preset_mistakes(spec))
    if spec.renderer:
        try:
            card = installed_renderers().get(spec.renderer)
        except WrongUse as wrong:
            return [*found, *wrong.mistakes]
        found += read_options(card.options, spec.options, renderer=card.name)[1]
    return found


def _mistake(place: str, wanted: str, found: str) -> Mistake:
    return Mistake(place=place, wanted=wanted, found=found, advice="Choose another.")
