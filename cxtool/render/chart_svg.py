"""A picture made safe to stand inside a page: known elements and attributes, known values, no more.

What vl-convert draws is parsed and written anew. Left out are roles and labels of parts, classes,
fonts (the page's own holds) and whatever draws nothing. An element, an attribute or a value that is
not known to be harmless raises: no style, script, handler, link or reference can pass.
There are no ids but those of title and description, which begin with the one given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?"
_NUMBERS = rf"{_NUMBER}(?:[ ,]+{_NUMBER})*"
_PAINT = r"none|transparent|var\(--cx-[a-z0-9-]+, ?#[0-9a-f]{6}\)"
_LENGTH = rf"{_NUMBER}(?:px)?"
_MOVE = rf"(?:translate|rotate|scale)\({_NUMBERS}\)"

_LENGTHS = ("x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "width", "height", "r", "rx", "ry")
_PAINTS = ("fill", "stroke")
_SHARES = ("opacity", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-miterlimit")
VALUES = {
    **dict.fromkeys((*_LENGTHS, *_SHARES, "cx", "cy", "font-size", "stroke-dashoffset"), _LENGTH),
    "d": r"[MmLlHhVvAaCcZz0-9.,e\s-]*",
    "transform": rf"{_MOVE}(?:\s*{_MOVE})*",
    **dict.fromkeys(_PAINTS, _PAINT),
    "stroke-dasharray": _NUMBERS,
    "stroke-linecap": "butt|round|square",
    "stroke-linejoin": "bevel|miter|round",
    "text-anchor": "start|middle|end",
    "font-weight": r"bold|normal|\d00",
}
ELEMENTS = frozenset({"g", "path", "line", "rect", "circle", "text", "tspan"})
_DROPPED = frozenset({"class", "role", "pointer-events", "font-family", "display"})


class UnsafePictureError(ValueError):
    """A drawing holds something that a page must not take in."""


def clean(drawing: str, *, title: str, description: str, ident: str, kind: str) -> str:
    """The drawing as an ``<svg>`` to put into a page.

    ``ident`` begins the ids of its title and description and must be a plain name of letters,
    digits, ``-`` and ``_``. Raises UnsafePictureError on what is not on the lists.
    """
    if not re.fullmatch(r"[A-Za-z][\w-]*", ident, re.ASCII):
        raise ValueError(f"{ident!r} cannot begin an id")
    drawn = ET.fromstring(drawing)
    box = drawn.get("viewBox", "")
    if _name(drawn) != "svg" or not re.fullmatch(_NUMBERS, box):
        raise UnsafePictureError("not a drawing with a view box")
    svg = ET.Element(
        "svg",
        {
            "xmlns": SVG,
            "class": f"cx-chart cx-{kind}",
            "viewBox": box,
            "width": "100%",
            "preserveAspectRatio": "xMinYMin meet",
            "role": "img",
            "aria-labelledby": f"{ident}-title {ident}-desc",
        },
    )
    ET.SubElement(svg, "title", {"id": f"{ident}-title"}).text = title
    ET.SubElement(svg, "desc", {"id": f"{ident}-desc"}).text = description
    for part in drawn:
        svg.extend(list(_cleaned(part)))
    return ET.tostring(svg, encoding="unicode")


def _cleaned(part: ET.Element) -> Iterator[ET.Element]:
    """The element with safe attributes and children; its children alone where it adds nothing."""
    name = _name(part)
    if name not in ELEMENTS:
        raise UnsafePictureError(f"<{name}> in a drawing")
    attributes = _needed(dict(_attributes(part)))
    children = [clean_child for child in part for clean_child in _cleaned(child)]
    if part.get("display") == "none":
        return
    if name == "g" and not attributes:
        yield from children
        return
    told = part.get("aria-label") if part.get("role") == "graphics-symbol" else None
    if (name == "g" and not children) or (name != "g" and not _draws(name, part, attributes)):
        return
    kept = ET.Element(name, attributes)
    kept.text = part.text if name in ("text", "tspan") else None
    if told and name != "g":
        ET.SubElement(kept, "title").text = told
    kept.extend(children)
    yield kept


def _attributes(part: ET.Element) -> Iterator[tuple[str, str]]:
    for name, value in part.attrib.items():
        if name in _DROPPED or name.startswith("aria-"):
            continue
        if name not in VALUES or not re.fullmatch(VALUES[name], value):
            raise UnsafePictureError(f"{name}={value!r} in a drawing")
        short = value if name in _PAINTS else _rounded(name, value)
        if (name, short) not in (("transform", "translate(0,0)"), ("opacity", "1")):
            yield name, short


def _needed(attributes: dict[str, str]) -> dict[str, str]:
    """The attributes without those of a stroke that is not drawn; groups hand theirs down."""
    if "fill" not in attributes or "stroke" in attributes:
        return attributes
    return {name: value for name, value in attributes.items() if name != "stroke-width"}


def _draws(name: str, part: ET.Element, attributes: dict[str, str]) -> bool:
    if name in ("text", "tspan"):
        return bool(part.text)
    painted = {attributes.get("fill", "none"), attributes.get("stroke", "none")} - {"none"}
    return bool(painted) and (name != "path" or bool(attributes.get("d")))


def _name(part: ET.Element) -> str:
    return part.tag.removeprefix(f"{{{SVG}}}") if isinstance(part.tag, str) else "comment"


def _rounded(name: str, value: str) -> str:
    """Pixels to a tenth, without ``px``."""
    return value if name in _SHARES else re.sub(_NUMBER, _tenth, value.removesuffix("px"))


def _tenth(number: re.Match[str]) -> str:
    tenth = f"{float(number[0]):.1f}".removesuffix(".0")
    return "0" if tenth == "-0" else tenth
