"""One word per thing: what the glossary bans is no identifier of ours.

Only names that we make are read (of files, classes, functions, arguments, variables). What a
library calls its things is its own affair; what a renderer's users call theirs is in `FORCED`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "framecrew"

FORCED: dict[str, frozenset[str]] = {
    # Blender's materials are made of nodes, and its render engine is an engine.
    "sessions/": frozenset({"node", "engine"}),
    # To its users "engine" means Cycles or EEVEE; the option is named as they name it.
    "renderers/blender_options.py": frozenset({"engine"}),
    # The Windows constant is named so.
    "execution/tree.py": frozenset({"kill"}),
    # A renderer's plug-in, or its lack, is what people call it.
    "model/failures.py": frozenset({"plugin"}),
    # A NUMA node is called nothing else.
    "machine/": frozenset({"node"}),
    "planning/numa_maps.py": frozenset({"node"}),
    "scheduler/blocks.py": frozenset({"node"}),
}


def banned_words() -> dict[str, str]:
    """Each banned word, with the one file that may use it (or nothing)."""
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    paragraph = re.search(r"Avoid in identifiers.*?\n\n", text, re.DOTALL)
    assert paragraph, "GLOSSARY.md has lost its paragraph of words to avoid in identifiers"
    everywhere, exceptions = paragraph[0].split("outside the one file")
    words = {
        word: "" for quoted in re.findall(r"`([^`]+)`", everywhere) for word in split(quoted)
    }
    for quoted, file in re.findall(r"`([^`]+)`\s+\(`([^`]+)`\)", exceptions):
        words |= dict.fromkeys(split(quoted), file)
    return words


def split(quoted: str) -> list[str]:
    return [word.strip() for word in quoted.split(",") if word.strip()]


def names_made(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every identifier the module itself brings into the world, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name, node.lineno
            case _:
                pass


def words_of(identifier: str) -> set[str]:
    """`RenderNodes` and `render_nodes` both hold `render` and `node`."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", identifier)
    lower = {part.lower() for part in parts}
    return lower | {part.removesuffix("s") for part in lower}


def offences(path: str, source: str) -> list[str]:
    """What a file of ours, named relative to the package, calls by a word that is not ours."""
    found = [(part, 0) for part in path.removesuffix(".py").split("/")]
    found += names_made(ast.parse(source))
    forced = frozenset[str]().union(
        *(words for place, words in FORCED.items() if path.startswith(place))
    )
    banned = {word for word, home in banned_words().items() if home != path} - forced
    return [
        f"{path}:{line}: `{name}` says `{word}`"
        for name, line in found
        for word in sorted(words_of(name) & banned)
    ]


def test_no_identifier_of_ours_is_a_banned_word() -> None:
    found = [
        offence
        for file in sorted(SOURCE.rglob("*.py"))
        for offence in offences(
            file.relative_to(SOURCE).as_posix(), file.read_text(encoding="utf-8")
        )
    ]

    assert not found, "Take the glossary's word instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("conductor/loop.py", "class TaskManager: ..."),
        ("conductor/loop.py", "def f(payload): ..."),
        ("conductor/loop.py", "for worker_node in (): ..."),
        ("conductor/loop.py", "self.base = 1"),
        ("conductor/loop.py", "import concurrent.futures as executor"),
        ("store/utils.py", ""),
        ("execution/session.py", "def kill_tree(): ..."),
        ("media/films.py", "concat_list = []"),
    ],
)
def test_a_banned_word_is_found_wherever_a_name_is_made(path: str, source: str) -> None:
    assert len(offences(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("execution/stopping.py", "def kill(): ..."),
        ("renderers/ffmpeg.py", "concat = mux = 1"),
        ("execution/session.py", "process.kill()"),
        ("store/database.py", "databases = baseline = 1"),
        ("sessions/blender.py", "node = scene.node_tree"),
    ],
)
def test_what_a_library_or_a_trade_calls_its_things_is_left_alone(
    path: str, source: str
) -> None:
    assert offences(path, source) == []
