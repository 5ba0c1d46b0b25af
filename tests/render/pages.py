"""A page read back without a browser: its elements, and the text inside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from cxtool.render import RenderOptions, render
from cxtool.report import Report

VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


@dataclass
class Element:
    """One element. ``text`` is that of it and of everything in it."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, name: str, **attributes: str) -> list[Element]:
        """Elements inside with this name and these attributes (``_`` for ``-``)."""
        wanted = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self.inside()
            if element.name == name and wanted.items() <= element.attributes.items()
        ]

    def one(self, name: str, **attributes: str) -> Element:
        (found,) = self.all(name, **attributes)
        return found

    def inside(self) -> Iterator[Element]:
        for child in self.children:
            yield child
            yield from child.inside()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> repeats an attribute: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)


def read(text: str) -> Element:
    """The page as a tree; every element must be closed, in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, [element.name for element in reader.open]
    return reader.open[0]


def written(report: Report, options: RenderOptions | None = None) -> str:
    """The report as a page."""
    page = render(report, fmt="html", options=options)
    assert isinstance(page, str)
    return page


def page(report: Report, options: RenderOptions | None = None) -> Element:
    """The report as a page, read back."""
    return read(written(report, options))
