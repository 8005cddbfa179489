"""The job file's page in the docs, made from the fields so that it stays true."""

import json
from collections.abc import Iterator, Sequence

from framecrew.model.jobs import JobSpec
from framecrew.planning.reading import OPTIONS, VERSION
from framecrew.planning.spec_fields import SpecField, spec_fields
from framecrew.renderers.contract import Renderer

INTRODUCTION = f"""\
# The job file

A job file says what is to be rendered, and how. It is TOML, or JSON if its name ends in
`.json`:

```toml
version = {VERSION}
scene = "shot.blend"
output = "renders/shot_####.png"
frames = "1-240"
film = "renders/shot.mp4"

[options]
samples = 128
```

`framecrew render --job job.toml` renders it. Every key is a flag too (`chunk_size` is
`--chunk-size`), and a flag wins over the file. A key that does not exist is a mistake, and all
mistakes of a file are told at once, before anything starts.

- Relative paths start at the job file's folder; those in flags start at the working folder.
- `program` and `ffmpeg` without a folder are looked up on PATH.
- `{{target}}` in `output` and `film` stands for the target, in a folder's name or the file's. It has to be there
  when several are rendered, as with Blender's `view_layer = "A,B"` or `camera = "Left,Right"`; two lists give every
  pair. Each target is a task of its own with a film of its own. What a File Output node writes goes into a folder
  named like the target, unless its own path holds `{{target}}`. A comma inside a name is written `\\,`.
- A number whose default is none may be written as `auto`, in a flag too: `--slots auto` is the same as leaving it out,
  and takes back what the job file says.
- Sizes are written like `8G` or `512MB`; 1K is 1024.
- `version` is {VERSION} when it is left out. A file of a newer version is refused.
- `framecrew schema` prints the file's JSON Schema, for editors that check it as you write.
"""


def job_file_page(cards: Sequence[Renderer]) -> str:
    """Markdown with every key of the job file and the options of these renderers."""
    parts = [INTRODUCTION, "## Keys", "", *_table(spec_fields(JobSpec))]
    for card in cards:
        parts += ["", f"## Options of {card.title}", ""]
        parts += [f"Keys of the table `[{OPTIONS}]` for a scene of {card.title}.", ""]
        parts += _table(spec_fields(card.options))
    return "\n".join(parts) + "\n"


def _table(fields: Sequence[SpecField]) -> Iterator[str]:
    yield "| Key | Value | Default | Meaning |"
    yield "|---|---|---|---|"
    for field in fields:
        cells = (f"`{field.name}`", field.wanted, _default(field), field.help)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(field: SpecField) -> str:
    if field.default is None:
        return "none"
    return f"`{json.dumps(field.default)}`"
