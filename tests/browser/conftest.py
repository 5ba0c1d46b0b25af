"""One chromium for all tests of pages, and the pages of the demo export.

Without chromium these tests are skipped, but not where ``CI`` is set. Screenshots of whole pages
take seconds: they are kept only where ``CXTOOL_ARTIFACTS`` names a folder for them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from docs.screen import BROWSERS
from tests.cli.made import on_demo

ARTIFACTS = os.environ.get("CXTOOL_ARTIFACTS")

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    arguments = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A page made by the command line, once."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def make(*command: str) -> Path:
        path = folder / f"{'-'.join(command).replace('/', '-')}.html"
        path.write_bytes(on_demo(*command).output("html"))
        return path

    return make


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a file as a page; at the end nothing may have been said on its console."""
    contexts = []
    said: list[str] = []

    def open_page(path: Path, *, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
        )
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda asked: said.append(asked.url) if _leaves(asked.url) else None)
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not said


def _leaves(address: str) -> bool:
    return not address.startswith(("file:", "data:"))


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page where that is asked for."""
    if ARTIFACTS:
        page.screenshot(path=Path(ARTIFACTS) / f"{name}.png", full_page=True)
