"""The dashboard in a browser, over two nights a month apart: what it shows is what the warehouse knew on the chosen day."""

from __future__ import annotations

import csv
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
from statistics import median
from time import perf_counter
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine

from dashboards.marts import DENMARK, end_of
from tests import chromium
from tests.conftest import ROOT, Stage
from tests.processes import until
from tests.properties.releases import REAL
from tests.scene import Scene
from warehouse.catalogue.model import jobindsats
from warehouse.danish import writing as written
from warehouse.danish.reservations import REHEARSED, REHEARSED_IN_SHORT
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

    def known(self, benefit: str, period: str, *, at: str, area: str = "163") -> str:
        """A benefit's month as the warehouse knew it at the end of a day, as a Dane writes it."""
        persons = self.scene.query(
            "select recipients_full_time_persons as persons from marts.benefit_recipients_as_of(:at, :area) "
            "where benefit_group_name = :benefit and period = :period",
            at=end_of(date.fromisoformat(at)), area=area, benefit=benefit, period=period,
        )[0]["persons"]  # fmt: skip
        return written.number(persons)


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
    return page.locator("[data-flise=total] dd.tal").inner_text().strip()


def choose(page: Page, name: str) -> None:
    """Choose another municipality by typing its name."""
    box = page.get_by_role("combobox", name=re.compile("Kommune"))
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name, exact=True).click()
    expect(page.locator("h1").last).to_have_text(f"{name} Kommune", timeout=30_000)
    ready(page)


def turn_to(page: Page, name: str) -> None:
    """Turn to another page of the dashboard."""
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page).to_have_url(re.compile(r"side=|/\?|/$"))
    ready(page)


def to_the_first_day(page: Page) -> None:
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.get_by_text("som de så ud 5. november 2023").last).to_be_visible(timeout=30_000)
    ready(page)


def test_it_shows_what_the_warehouse_knows(herlev: chromium.Looked, dashboard: Shown, tmp_path: Path) -> None:
    page = herlev.page
    assert "Ydelser i oktober 2023" in page.locator("h2").all_inner_texts()
    assert metric(page) == dashboard.total("163", "2023M10", at="2023-12-05")
    assert page.locator("[data-flise=rank]").inner_text().split("\n")[1:] == [
        "nr. 17",
        "ministeriets benchmark, i alt; før nr. 16",
    ]
    assert page.locator("[data-flise=provisional] dd.tal").inner_text() == "foreløbig"
    assert herlev.picture(tmp_path / "herlev.png").stat().st_size > 50_000
    turn_to(page, "Benchmark")
    ranks = page.locator("table", has_text="Plads").first.inner_text()
    assert re.search(r"Ydelsesgrupper i alt\s+17\s+16\s+−50 \(−60 til −40\)", ranks)
    saved = page.locator("table", has_text="Pris pr. person").inner_text().replace(written.TIED, " ")
    assert "6,62 mio. kr." in saved
    assert "5,29 mio. kr. til 7,94 mio. kr." in saved
    assert [said for said in herlev.complaints if "WARN" not in said] == []
    assert all(re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:", asked) for asked in herlev.asked)


def test_moving_the_day_shows_what_was_known_then(herlev: chromium.Looked, dashboard: Shown) -> None:
    now = metric(herlev.page)
    to_the_first_day(herlev.page)
    assert "Ydelser i september 2023" in herlev.page.locator("h2").all_inner_texts()
    then = dashboard.total("163", "2023M09", at="2023-11-05")
    assert metric(herlev.page) == then
    assert then not in (now, dashboard.total("163", "2023M09", at="2023-12-05")), "else this shows nothing"
    row = herlev.page.locator("tr", has_text="Sygedagpenge").first.inner_text()
    assert row.split()[1] == dashboard.known("Sygedagpenge", "2023M09", at="2023-11-05")


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


# ---- the address --------------------------------------------------------------------------------------------


def test_the_address_keeps_what_is_chosen_over_a_reload_and_back_and_forward(herlev: chromium.Looked) -> None:
    page = herlev.page
    assert page.url.endswith("/?kommune=Herlev"), "what nobody chose is not written"
    choose(page, "Ballerup")
    to_the_first_day(page)
    expect(page).to_have_url(re.compile(r"kommune=Ballerup&dag=2023-11-05$"))
    turn_to(page, "Sammenligning")
    expect(page).to_have_url(re.compile(r"side=Sammenligning&kommune=Ballerup&dag=2023-11-05$"))
    page.reload()
    ready(page)
    expect(page.locator("h1")).to_have_text("Ballerup Kommune")
    expect(page.locator("h2").first).to_have_text("A-dagpenge: andel af arbejdsstyrken over tid")
    expect(page.get_by_text("som de så ud 5. november 2023")).to_be_visible()
    page.go_back()
    expect(page.locator("h2").first).to_have_text("Ydelser i september 2023", timeout=30_000)
    page.go_back()
    expect(page.locator("h2").first).to_have_text("Ydelser i oktober 2023", timeout=30_000)
    expect(page.locator("h1")).to_have_text("Ballerup Kommune")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Herlev Kommune", timeout=30_000)
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Ballerup Kommune", timeout=30_000)
    expect(page.get_by_role("combobox", name=re.compile("Kommune"))).to_have_value("Ballerup")
    page.go_back()
    page.go_forward()  # before the page is drawn
    expect(page.get_by_role("combobox", name=re.compile("Kommune"))).to_have_value("Ballerup", timeout=30_000)
    expect(page.locator("h1")).to_have_text("Ballerup Kommune", timeout=30_000)


@pytest.mark.parametrize(("spelled", "opened"), [("herlev", "Herlev Kommune"), ("Århus", "Aarhus Kommune")])
def test_a_name_as_people_spell_it_opens_its_page(
    browser: Browser, dashboard: Shown, spelled: str, opened: str
) -> None:
    looked = chromium.look(browser, f"{dashboard.url}/?kommune={spelled}&side=kilder", width=1280)
    expect(looked.page.locator("h1")).to_have_text(opened, timeout=30_000)
    looked.page.context.close()


def test_a_name_that_is_not_there_is_an_error_with_the_nearest(browser: Browser, dashboard: Shown) -> None:
    looked = chromium.look(browser, f"{dashboard.url}/?kommune=Nowhere", width=1280)
    page = looked.page
    expect(page.get_by_role("alert").and_(page.locator("p"))).to_contain_text(
        "Der findes ikke en kommune, der hedder »Nowhere«. De nærmeste er »"
    )
    nearest = page.locator(".links a").first
    name = nearest.inner_text()
    nearest.click()
    expect(page.locator("h1").last).to_contain_text("Kommune", timeout=30_000)
    expect(page.get_by_role("combobox", name=re.compile("Kommune"))).to_have_value(name, timeout=30_000)
    page.context.close()


# ---- the pages ----------------------------------------------------------------------------------------------


def opened(browser: Browser, dashboard: Shown, address: str, *, width: int = 1280) -> chromium.Looked:
    """A page of the dashboard, by its address."""
    looked = chromium.look(browser, f"{dashboard.url}/?{address}", width=width)
    ready(looked.page)
    return looked


def test_the_map_has_every_municipality_and_its_table_says_the_same(browser: Browser, dashboard: Shown) -> None:
    looked = opened(browser, dashboard, "side=kort&kommune=Herlev&kortydelse=Sygedagpenge")
    page = looked.page
    expect(page.locator(".danmark .felt")).to_have_count(98)
    share = dashboard.scene.query(
        "select share_of_workforce_pct as pct from marts.benefit_recipients where benefit_group_name = 'Sygedagpenge' "
        "and area_code = '163' and period = '2023M10'"
    )[0]["pct"]
    told = f"Herlev: {written.per_cent(share)}"
    assert page.locator(".danmark .egen").get_attribute("title") == told
    assert told in (page.locator(".danmark").get_attribute("aria-label") or "")
    page.get_by_text("Alle kommuner som tabel").click()
    expect(page.locator("table").first.locator("tbody tr")).to_have_count(98)
    assert page.locator("tr", has_text="Herlev").first.inner_text().split("\t") == ["Herlev", written.per_cent(share)]
    page.context.close()


def test_municipalities_are_compared_and_what_is_drawn_can_be_taken_away(browser: Browser, dashboard: Shown) -> None:
    looked = opened(
        browser, dashboard, "side=sammenligning&kommune=Herlev&naboer=ballerup&ydelse=Sygedagpenge&maal=antal"
    )
    page = looked.page
    expect(
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first
    ).to_be_visible()
    newest = page.locator("table").first.locator("tbody tr").first.inner_text().split("\t")
    known = [dashboard.known("Sygedagpenge", "2023M10", at="2023-12-05", area=area) for area in ("163", "151")]
    assert newest == ["10-2023", *known]
    with page.expect_download() as taken:
        page.get_by_role("button", name="Hent som CSV").first.click()
    assert taken.value.suggested_filename == "sammenligning-antal-Herlev-2023-12-05.csv"
    rows = list(csv.DictReader(taken.value.path().read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    (one,) = [row for row in rows if row["område"] == "Ballerup" and row["måned"] == "2023-10-01"]
    assert written.number(float(one["værdi"])) == known[1]
    assert (one["kilde"], one["som_kendt"]) == ("Jobindsats.dk / STAR (øvelse, opdigtede tal)", "2023-12-05")
    page.context.close()


@pytest.mark.parametrize("asked", ["kommune=Herlev", "kommune=Herlev&side=benchmark", "kommune=Ingensteder"])
def test_invented_figures_are_said_to_be_so_on_top_and_real_ones_are_not(
    browser: Browser, dashboard: Shown, asked: str
) -> None:
    looked = chromium.look(browser, f"{dashboard.url}/?{asked}", width=1280)
    expect(looked.page.locator("h1")).to_have_count(1, timeout=30_000)
    expect(looked.page.locator("[role=alert], h1").first).to_have_text(REHEARSED)
    expect(looked.page.get_by_text(REHEARSED)).to_have_count(1)
    credit = looked.page.get_by_text(f"Kilde: Jobindsats.dk / STAR ({REHEARSED_IN_SHORT})")
    expect(credit).to_have_count(1 if "Herlev" in asked else 0)
    with dashboard.scene.published_by(REAL):
        looked.page.reload()
        expect(looked.page.locator("h1")).to_have_count(1, timeout=30_000)
        expect(looked.page.get_by_text(re.compile("øvelse", re.IGNORECASE))).to_have_count(0)
    looked.page.context.close()


def test_two_days_stand_side_by_side(browser: Browser, dashboard: Shown) -> None:
    looked = opened(browser, dashboard, "side=dage&kommune=Herlev")
    row = looked.page.locator("tr", has_text="Sygedagpenge").first.inner_text().split("\t")
    known = [dashboard.known("Sygedagpenge", "2023M09", at=day) for day in ("2023-11-05", "2023-12-05")]
    assert row[1:3] == known
    assert known[0] != known[1], "else this shows nothing"
    assert "September 2023, som den var kendt på de to dage" in looked.page.locator("h2").all_inner_texts()
    looked.page.context.close()


def test_any_table_that_is_loaded_can_be_looked_into(browser: Browser, dashboard: Shown) -> None:
    looked = opened(browser, dashboard, "side=udforsk&kommune=Herlev&tabel=y07a02")
    page = looked.page
    heads = page.locator("thead th").all_inner_texts()
    newest = page.locator("table tbody tr").first.inner_text().split("\t")
    known = {
        row["label"]: row["value"]
        for row in dashboard.scene.query(
            "select m.label, o.value from marts.observations o join marts.measures m using (measure_id) "
            "where o.table_id = 'y07a02' and o.area_code = '163' and o.period = '2023M10' and o.is_total"
        )
    }
    assert newest[0] == "oktober 2023"
    assert len(heads) == len(known) + 1
    assert [float(cell.replace(".", "").replace(",", ".")) for cell in newest[1:]] == pytest.approx(
        [known[label] for label in heads[1:]], abs=0.005
    )
    page.context.close()


PAGES = ("overblik", "sammenligning", "kort", "dage", "benchmark", "udforsk", "kilder")


def test_every_page_is_danish_fits_a_phone_and_has_no_barriers(
    browser: Browser, dashboard: Shown, tmp_path: Path
) -> None:
    looked = opened(browser, dashboard, "kommune=Herlev&naboer=Ballerup", width=390)
    found = {}
    for side in PAGES:
        looked.page.goto(f"{dashboard.url}/?side={side}&kommune=Herlev&naboer=Ballerup")
        ready(looked.page)
        assert looked.page.evaluate("document.documentElement.lang") == "da"
        assert looked.page.evaluate("document.documentElement.scrollWidth") <= 390
        looked.picture(tmp_path / f"{side}.png")
        found[side] = looked.barriers()
    assert found == {side: [] for side in PAGES}
    looked.page.context.close()


def test_a_page_is_turned_and_a_municipality_chosen_with_the_keyboard_alone(herlev: chromium.Looked) -> None:
    page = herlev.page
    page.get_by_role("radio", name="Overblik", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("h2").first).to_have_text("A-dagpenge: andel af arbejdsstyrken over tid", timeout=30_000)
    ready(page)
    page.keyboard.press("Tab")
    page.keyboard.type("Gladsaxe")
    page.keyboard.press("Enter")
    expect(page.locator("h1").last).to_have_text("Gladsaxe Kommune", timeout=30_000)


DRAWN_WITHIN_SECONDS = 2.0
"""One second is what is promised on a machine at rest; beside other tests it may take twice as long."""


def test_a_change_of_municipality_is_soon_drawn(herlev: chromium.Looked, dashboard: Shown) -> None:
    taken = []
    for name, code in [("Ballerup", "151"), ("Gladsaxe", "159"), ("Herlev", "163")] * 2:
        total = dashboard.total(code, "2023M10", at="2023-12-05")
        box = herlev.page.get_by_role("combobox", name=re.compile("Kommune"))
        box.click()
        box.fill(name)
        option = herlev.page.get_by_role("option", name=name, exact=True)
        begun = perf_counter()
        option.click()
        expect(herlev.page.locator("h1").last).to_have_text(f"{name} Kommune")
        expect(herlev.page.locator("[data-flise=total] dd.tal")).to_have_text(total)
        taken.append(perf_counter() - begun)
        ready(herlev.page)
    assert median(taken) < DRAWN_WITHIN_SECONDS


def test_its_account_reads_the_marts_and_nothing_else(dashboard: Shown) -> None:
    engine = create_engine(dashboard.scene.database)
    with engine.connect() as connection:
        assert readers.excess(connection, ACCOUNT) == []
    engine.dispose()
