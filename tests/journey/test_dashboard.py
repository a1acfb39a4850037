"""The dashboard in a browser, over two nights a month apart: what it shows is what the warehouse knew on the chosen day."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine

from dashboards.marts import DENMARK, end_of
from tests import chromium
from tests.conftest import ROOT, Stage
from tests.processes import until
from tests.scene import Scene
from warehouse.catalogue.model import jobindsats
from warehouse.danish import writing as written
from warehouse.database import reader_role as readers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        find_spec("streamlit") is None and not os.environ.get("CI"),
        reason="Streamlit is not installed: make setup-dashboard",
    ),
]
TABLES = [*sorted({group.table for group in jobindsats().benefit_groups if group.counted}), "y30r21"]
ACCOUNT = "dashboard_of_the_tests"
COUNTED = (
    "select case when count(recipients_full_time_persons) = 12 then sum(recipients_full_time_persons) end as persons "
    "from marts.benefit_recipients_as_of(:at, :area) where counted_in_total and period = :period"
)


@dataclass
class Shown:
    """The dashboard's address, and the warehouse it reads."""

    url: str
    scene: Scene

    def total(self, area: str, period: str, *, at: str) -> str:
        """All counted benefits as the warehouse knew them at the end of a day, as a Dane writes it."""
        moment = end_of(date.fromisoformat(at)).astimezone(DENMARK)
        persons = self.scene.query(COUNTED, at=moment, area=area, period=period)[0]["persons"]
        return "skjult" if persons is None else written.number(persons)


@pytest.fixture(scope="module")
def dashboard(stage: Stage) -> Iterator[Shown]:
    """A Streamlit process of its own, logged in as an account that may read the marts and nothing else."""
    with stage(today="2023-11-05", scale="small") as scene:
        for day in ("2023-11-05", "2023-12-05"):
            assert scene.night(day, tables=TABLES).outcome == "completed"
        engine = create_engine(scene.database)
        with engine.begin() as connection:
            readers.give(connection, login=ACCOUNT)
        engine.dispose()
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        address = scene.database.set(drivername="postgresql", username=ACCOUNT).render_as_string(hide_password=False)
        environment = {**os.environ, "DASHBOARD_URL": address}
        process = subprocess.Popen([sys.executable, "-m", "dashboards", str(port)], cwd=ROOT, env=environment)
        try:
            until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"), within_seconds=60)
            yield Shown(f"http://127.0.0.1:{port}", scene)
        finally:
            process.terminate()
            process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.browser() as started:
        yield started


@pytest.fixture
def herlev(browser: Browser, dashboard: Shown) -> Iterator[chromium.Looked]:
    looked = chromium.look(browser, f"{dashboard.url}/?kommune=Herlev", width=1280)
    ready(looked.page)
    yield looked
    looked.page.context.close()


def ready(page: Page) -> None:
    """Wait until the whole page has been made; what is made anew is marked stale until then."""
    expect(page.get_by_text("Kilder og udgaver").last).to_be_visible(timeout=30_000)
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=30_000)
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=30_000)
    # The page of before stands beside the new one for a moment.
    expect(page.get_by_text("Kilder og udgaver")).to_have_count(1, timeout=30_000)


def metric(page: Page) -> str:
    return page.locator("[data-testid=stMetricValue]").inner_text().strip()


def choose(page: Page, name: str) -> None:
    """Choose another municipality by typing its name."""
    box = page.get_by_role("combobox", name=re.compile("Kommune"))
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name, exact=True).click()
    expect(page.locator("h1").last).to_have_text(f"{name} Kommune", timeout=30_000)
    ready(page)


def to_the_first_day(page: Page) -> None:
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.get_by_text("Som det var kendt 5. november 2023").last).to_be_visible(timeout=30_000)
    ready(page)


def test_it_shows_what_the_warehouse_knows(herlev: chromium.Looked, dashboard: Shown, tmp_path: Path) -> None:
    assert "Ydelser i oktober 2023" in herlev.page.locator("h2").all_inner_texts()
    assert metric(herlev.page) == dashboard.total("163", "2023M10", at="2023-12-05")
    ranks = herlev.page.locator("table", has_text="Plads").first.inner_text()
    assert re.search(r"Ydelsesgrupper i alt\s+17\s+16\s+−50 \(−60 til −40\)", ranks)
    saved = herlev.page.locator("table", has_text="Pris pr. person").inner_text().replace(written.TIED, " ")
    assert "6,62 mio. kr." in saved
    assert "5,29 mio. kr. til 7,94 mio. kr." in saved
    assert [said for said in herlev.complaints if "WARN" not in said] == []
    assert all(re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:", asked) for asked in herlev.asked)
    assert herlev.picture(tmp_path / "herlev.png").stat().st_size > 50_000


def test_moving_the_day_shows_what_was_known_then(herlev: chromium.Looked, dashboard: Shown) -> None:
    now = metric(herlev.page)
    to_the_first_day(herlev.page)
    assert "Ydelser i september 2023" in herlev.page.locator("h2").all_inner_texts()
    then = dashboard.total("163", "2023M09", at="2023-11-05")
    assert metric(herlev.page) == then
    assert then not in (now, dashboard.total("163", "2023M09", at="2023-12-05")), "else this shows nothing"
    row = herlev.page.locator("tr", has_text="Sygedagpenge").first.inner_text()
    known = dashboard.scene.query(
        "select recipients_full_time_persons as persons from marts.benefit_recipients_as_of(:at, '163') "
        "where benefit_group_name = 'Sygedagpenge' and period = '2023M09'",
        at="2023-11-05 23:00+01",
    )[0]["persons"]
    assert row.split()[1] == written.number(known)


def test_another_municipality_has_its_own_figures(herlev: chromium.Looked, dashboard: Shown) -> None:
    choose(herlev.page, "Ballerup")
    assert metric(herlev.page) == dashboard.total("151", "2023M10", at="2023-12-05")
    to_the_first_day(herlev.page)
    assert metric(herlev.page) == dashboard.total("151", "2023M09", at="2023-11-05")


def test_a_hidden_count_is_shown_as_hidden(herlev: chromium.Looked, dashboard: Shown) -> None:
    hidden = dashboard.scene.query(
        "select area_name, hidden from marts.benefit_totals where period = '2023M10' and area_kind = 'municipality' "
        "and status = 'suppressed' and hidden not like '%, %' order by 1 limit 1"
    )[0]
    choose(herlev.page, hidden["area_name"])
    row = herlev.page.locator("tr", has_text=hidden["hidden"]).first.inner_text().split("\t")
    assert row[1].strip() == "skjult"
    assert metric(herlev.page) == "skjult"


def test_revisions_are_bands_behind_the_line(herlev: chromium.Looked) -> None:
    shown = herlev.page.locator("[data-testid=stVegaLiteChart]")
    expect(shown).to_have_count(2)
    expect(shown.nth(1).locator("canvas, svg").first).to_be_visible(timeout=30_000)


def test_it_fits_a_phone(browser: Browser, dashboard: Shown, tmp_path: Path) -> None:
    looked = chromium.look(browser, f"{dashboard.url}/?kommune=Herlev", width=390)
    ready(looked.page)
    assert looked.page.evaluate("document.documentElement.scrollWidth") <= 390
    looked.picture(tmp_path / "phone.png")
    looked.page.context.close()


def test_its_account_reads_the_marts_and_nothing_else(dashboard: Shown) -> None:
    engine = create_engine(dashboard.scene.database)
    with engine.connect() as connection:
        assert readers.excess(connection, ACCOUNT) == []
    engine.dispose()
