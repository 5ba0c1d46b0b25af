"""Data made safe to show: nothing in a cell can end its line, steer a terminal or turn text round.

Control characters become their pictures, direction marks and invisible characters their code.
"""

from __future__ import annotations

import re

NEWLINE = "↵"

# C0 and C1 controls, direction marks and overrides, zero-width and tag characters, surrogates.
# The joiners U+200C and U+200D stay: Persian, Indic scripts and emoji are written with them.
_UNSAFE = re.compile(
    "\r\n|[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_KEPT_IN_TEXT = frozenset("\n\t")


def one_line(text: str) -> str:
    """The text on one line with everything invisible or active in it made visible.

    >>> one_line("two\\nlines"), one_line("\\x1b[31mred"), one_line("\\u202eabc")
    ('two↵lines', '␛[31mred', '\\\\u202eabc')
    """
    return _UNSAFE.sub(_visible, text)


def inert(text: str) -> str:
    """Several lines of text that a terminal will only print: newlines and tabs stay as they are."""
    return _UNSAFE.sub(lambda m: m[0] if m[0] in _KEPT_IN_TEXT else _visible(m), text)


def _visible(match: re.Match[str]) -> str:
    found = match[0]
    if found in ("\n", "\r\n"):
        return NEWLINE
    code = ord(found)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\u{code:04x}"
