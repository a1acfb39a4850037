"""A browser to look at pages with: Debian's Chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# What is wider than the window, or than its place in a row of two; drawings scale with theirs.
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('svg') && (e.getBoundingClientRect().right > innerWidth + 0.5
        || e.getBoundingClientRect().left < -0.5
        || (e.parentElement.classList.contains('figurer') && e.scrollWidth > e.clientWidth + 1)))
    .map(e => e.tagName + ': ' + e.innerText.slice(0, 40))"""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window; fails where none is installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("these tests look at pages in a browser: install Debian's package chromium")
    with sync_playwright() as playwright:
        # Its sandbox needs rights that a container seldom has, and so does its shared memory; pages of ours alone are opened.
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            yield started
        finally:
            started.close()


@dataclass
class Looked:
    """A page that was opened, and what its browser complained of or asked others for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def too_wide(self) -> list[str]:
        """What does not fit the window."""
        found: list[str] = self.page.evaluate(TOO_WIDE)
        scrolls = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return found + (["the page scrolls sideways"] if scrolls else [])

    def barriers(self) -> list[str]:
        """What axe finds against WCAG 2.1 A and AA: the rule, and where."""
        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        return [f"{each['id']}: {node['target']}" for each in found.response["violations"] for node in each["nodes"]]

    def picture(self, file: Path) -> Path:
        """A picture of the whole page, saved."""
        self.page.screenshot(path=file, full_page=True)
        return file


def look(at: Browser, url: str, *, width: int, height: int = 900, **context: Any) -> Looked:
    """Open a page in a window of this size."""
    page = at.new_context(viewport={"width": width, "height": height}, locale="da-DK", **context).new_page()
    looked = Looked(page)
    page.on("console", lambda said: looked.complaints.append(said.text))
    page.on("pageerror", lambda error: looked.complaints.append(str(error)))
    page.on("request", lambda request: looked.asked.append(request.url))
    page.goto(url)
    return looked
