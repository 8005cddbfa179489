"""The registry: all renderers there are, ours and those of other installed packages.

Others announce a `Renderer` card under the entry point group `framecrew.renderers`. One of
theirs with a name of ours takes its place: who installs it wants it.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from framecrew.model.errors import Mistake, WrongUse
from framecrew.renderers.contract import Renderer

GROUP = "framecrew.renderers"

BUILT_IN = {
    "aftereffects": "framecrew.renderers.aftereffects",
    "blender": "framecrew.renderers.blender",
    "ffmpeg": "framecrew.renderers.ffmpeg",
    "web": "framecrew.renderers.web",
}
"""Modules whose `RENDERER` is there even if the package's metadata is not (a source tree)."""

LOADING_ERRORS = (
    ImportError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a stranger's module may raise while it is imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRenderer:
    """An announced renderer that could not be loaded; the others are there all the same."""

    name: str
    source: str
    """What it was to be loaded from."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All renderers by name, and those that could not be loaded."""

    renderers: tuple[Renderer, ...]
    broken: tuple[BrokenRenderer, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(renderer.name for renderer in self.renderers)

    @property
    def of_pictures(self) -> tuple[str, ...]:
        """Names of those that render scenes; ffmpeg, say, only makes films of pictures."""
        return tuple(card.name for card in self.renderers if card.picture_formats)

    @property
    def extensions(self) -> tuple[str, ...]:
        """All scene endings that some renderer opens."""
        found = {ending for renderer in self.renderers for ending in renderer.extensions}
        return tuple(sorted(found))

    def get(self, name: str) -> Renderer:
        """The renderer of that name; WrongUse lists what there is."""
        lower = name.lower()
        for renderer in self.renderers:
            if renderer.name == lower:
                return renderer
        raise WrongUse([self._no_such(name)])

    def _no_such(self, name: str) -> Mistake:
        for broken in self.broken:
            if broken.name == name.lower():
                return Mistake(
                    place="renderer",
                    wanted=f"the renderer {name}, announced by {broken.source}",
                    found=f"that it cannot be loaded: {broken.reason}",
                    advice="Install its package again, or update it.",
                )
        return Mistake(
            place="renderer",
            wanted=f"one of {_listed(self.of_pictures)}",
            found=repr(name),
            advice="Correct the name, or install the package that brings this renderer.",
        )

    def for_scene(self, scene: str) -> Renderer:
        """The renderer that opens this scene, by its ending, or by the beginning of an address;
        WrongUse lists the endings.
        """
        lower = scene.lower()
        scheme, is_address, _ = lower.partition("://")
        for renderer in self.renderers if is_address else ():
            if scheme in renderer.schemes:
                return renderer
        # The longest ending wins: `.project.json` is another thing than `.json`.
        candidates = sorted(
            (
                (len(ending), renderer)
                for renderer in self.renderers
                for ending in renderer.extensions
                if lower.endswith(ending) and not is_address
            ),
            key=lambda pair: -pair[0],
        )
        if candidates:
            return candidates[0][1]
        raise WrongUse(
            [
                Mistake(
                    place="scene",
                    wanted=f"a file that ends in {_listed(self.extensions)}",
                    found=scene or "nothing",
                    advice="Name the renderer with --renderer if the file has another ending.",
                )
            ]
        )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "nothing (no renderer is installed)"


@cache
def installed_renderers() -> Registry:
    """The registry of this Python, looked up once."""
    return gathered(tuple(entry_points(group=GROUP)))


def gathered(announced: tuple[EntryPoint, ...]) -> Registry:
    """Load the built-in renderers and the announced ones; the latter win over the former."""
    found: dict[str, Renderer] = {}
    broken: list[BrokenRenderer] = []
    for name, module in BUILT_IN.items():
        found[name] = import_module(module).RENDERER
    for point in announced:
        try:
            card = point.load()
        except LOADING_ERRORS as error:
            broken.append(_broken(point, f"{type(error).__name__}: {error}"))
            continue
        if isinstance(card, Renderer):
            found[card.name] = card
        else:
            broken.append(_broken(point, f"it is a {type(card).__name__}, not a Renderer card"))
    return Registry(
        renderers=tuple(found[name] for name in sorted(found)), broken=tuple(broken)
    )


def _broken(point: EntryPoint, reason: str) -> BrokenRenderer:
    return BrokenRenderer(name=point.name, source=point.value, reason=reason)
