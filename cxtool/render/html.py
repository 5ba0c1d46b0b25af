"""HTML: the report as one page that is complete in itself, for people who never see a terminal.

The page needs no network and no script. Its content security policy allows one style sheet and
one script, each by its hash, and images that are part of the page; everything else is escaped.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from jinja2 import Environment
from markupsafe import Markup

from cxtool.errors import CxtoolError
from cxtool.render import RenderOptions
from cxtool.render.page import page_of
from cxtool.render.templates import environment, source, told
from cxtool.report import Report

TEMPLATE = "report.html"
STYLES = ("style.css", "brand.css")  # the second one is for users who only change colours
SCRIPT = "script.js"


def render(report: Report, options: RenderOptions) -> str:
    """The report, or only ``options.section`` of it, as a page.

    Raises UsageError where ``options.template`` is no folder, CxtoolError where a template of it
    fails.
    """
    templates = environment(options.template)
    with told(options.template):
        style = inlined(templates, *STYLES, end="</style")
        script = inlined(templates, SCRIPT, end="</script")
        page = templates.get_template(TEMPLATE).render(
            page=page_of(report, options),
            style=style,
            script=script,
            policy=policy(style=style, script=script),
        )
    return page + "\n"


def inlined(templates: Environment, *names: str, end: str) -> Markup:
    """Files as the content of one element, which none of them may end."""
    texts = [source(templates, name) for name in names]
    for name, text in zip(names, texts, strict=True):
        if re.search(re.escape(end), text, re.IGNORECASE) or "<!--" in text:
            raise CxtoolError(f"{name} must not contain '{end}' or '<!--'")
    # What a browser hashes has plain line ends, whatever the file has.
    text = "\n".join(text.strip() for text in texts if text)
    return Markup(text.replace("\r\n", "\n").replace("\r", "\n"))


def policy(*, style: str, script: str) -> str:
    """The content security policy of a page with this style sheet and script.

    >>> policy(style="", script="")[:88]
    "default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; scr"
    """
    rules = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
