"""The picture of a page in the README: the demo export's report in a real browser.

``python docs/screen.py`` needs chromium. A browser's pixels change with its version, so the picture
is made anew on request only, and no check compares its bytes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from docs.console import DEMO, Stream, run

PICTURE = Path(__file__).parent / "pictures" / "report.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1120, "height": 1400}


def main() -> int:
    """Write the picture; 1 where there is no browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"{PICTURE.name} is left as it is: none of {', '.join(BROWSERS)} is installed")
        return 1
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        page = Path(name) / "report.html"
        done = run(["report", str(DEMO), "-o", str(page)], Path(name), {}, Stream())
        if done.code:
            raise SystemExit(done.shown)
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        shown = chromium.new_page(viewport=SIZE, color_scheme="light")
        shown.goto(page.as_uri())
        shown.screenshot(path=PICTURE)
        chromium.close()
    print(f"wrote docs/pictures/{PICTURE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
