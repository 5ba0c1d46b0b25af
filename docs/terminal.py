"""Pictures of a terminal with the real, coloured output of a command, as SVG.

No address is in them but the SVG namespace, and only fonts that machines have. The same output
gives the same bytes, whatever the terminal and the settings of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from docs.console import Stream, run, workplace

# Name of the picture -> what is typed, and the width of the terminal.
PICTURES = {
    "cel": ("cxtool cel sample_data/demo --limit 12", 108),
    "sla": ("cxtool sla sample_data/demo --by channel", 100),
    "behavior": ("cxtool behavior sample_data/demo --icons --section agents", 100),
}
CELL, LINE, SIZE, EDGE = 12, 26, 20, 22  # of a picture, in its own units
COLORS = {1: "red", 2: "green", 3: "yellow"}  # by their number on a terminal
SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
text {{
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {size}px;
  fill: #d8dde6;
  white-space: pre;
}}
.bold {{ font-weight: bold; }}
.dim {{ fill: #8f96a3; }}
.red {{ fill: #f07178; }}
.green {{ fill: #7ec77d; }}
.yellow {{ fill: #e8be60; }}
</style>
<rect width="{width}" height="{height}" rx="10" fill="#181c24" />
{lines}
</svg>
"""


def picture(name: str) -> str:
    """A terminal with the real, coloured output of a command, as SVG without any address in it."""
    typed, columns = PICTURES[name]
    output = Text.from_ansi(_on_terminal(typed.split()[1:], columns)).split("\n")
    shown = [Text.styled(f"$ {typed}", "bold"), Text(), *output]
    lines = [line for row, text in enumerate(shown) for line in _drawn(text, row)]
    return SVG.format(
        width=columns * CELL + 2 * EDGE,
        height=len(shown) * LINE + 2 * EDGE,
        size=SIZE,
        lines="\n".join(lines),
    )


def _drawn(text: Text, row: int) -> Iterator[str]:
    """Each run of words at its own place, so that no font can shift a column."""
    column, y = 0, EDGE + row * LINE + SIZE
    for segment in text.render(Console(color_system=None)):
        for words in re.findall(r"\S+(?: \S+)*|\s+", segment.text):
            wide = cell_len(words)
            if not words.isspace():
                place = f'x="{EDGE + column * CELL}" y="{y}"'
                # Letters that take two cells or none are left to their font.
                place += f' textLength="{wide * CELL}"' if wide == len(words) else ""
                yield f"<text {_class(segment.style)}{place}>{escape(words, quote=False)}</text>"
            column += wide


def _class(style: Style | None) -> str:
    if style is None:
        return ""
    color = style.color.number if style.color else None
    names = [name for name, is_so in (("bold", style.bold), ("dim", style.dim)) if is_so]
    names += [COLORS[color]] if color in COLORS else []
    return f'class="{" ".join(names)}" ' if names else ""


def _on_terminal(arguments: list[str], width: int) -> str:
    """What a command prints on a terminal of that width."""
    environ = {"COLUMNS": str(width), "LINES": "1000"}
    with workplace() as folder:
        done = run(arguments, folder, environ, Stream(terminal=True))
    if done.code:
        raise SystemExit(done.shown)
    return done.shown
