"""Briefings of two nights a month apart in the synthetic Denmark, read as text and looked at in a browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from tests import chromium
from tests.conftest import ROOT, Stage
from tests.journey.test_synthetic_denmark import TABLES
from tests.properties.releases import REAL
from tests.scene import Scene
from tests.unit.tasks.briefing.test_forms import text_of_docx, text_of_pdf
from warehouse.danish import writing as written
from warehouse.danish.reservations import REHEARSED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ISLANDS = ("Læsø", "Fanø", "Samsø", "Ærø")
PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def two_nights(stage: Stage) -> Iterator[Scene]:
    """The nights of 5 November and 5 December 2023: the counts of October come with the second."""
    with stage(today="2023-11-05", scale="small") as scene:
        for day in ("2023-11-05", "2023-12-05"):
            assert scene.night(day, tables=[*TABLES, "ptv_a02"]).outcome == "completed"
        yield scene


@pytest.fixture(scope="module")
def folder(two_nights: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The briefings of all 98, how long they took, and how many processes of others wanted a core at the start."""
    into = tmp_path_factory.mktemp("briefings")
    others = os.getloadavg()[0]
    begun = monotonic()
    done = two_nights.command("briefing", "--all", "--out", str(into), "--json")
    assert done.returncode == 0, done.stderr
    (into / "seconds").write_text(f"{monotonic() - begun} {others}")
    assert {each["file"] for each in json.loads(done.stdout)} == {str(file) for file in into.glob("*.html")}
    return into


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.browser() as started:
        yield started


class _Text(HTMLParser):
    """The text of a page, without its style; the cells of a row are parted by `|`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.skipped, self.parts = 0, list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.skipped += tag in ("style", "svg")
        self.parts.append({"tr": "\n", "td": "|", "th": "|", "p": "\n", "li": "\n", "h2": "\n# "}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in ("style", "svg")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.parts.append(" ".join(data.split()) if data.strip() else "")


def text_of(folder: Path, area: str) -> str:
    html = (folder / f"{area.lower()}.html").read_text(encoding="utf-8")
    return "".join(_Text(html).parts).replace(written.TIED, " ").replace("\N{ZERO WIDTH SPACE}", "")


def rows_of(text: str, section: str) -> dict[str, list[str]]:
    """The rows of a section's tables by their first cell; of two with the same, the one that comes first."""
    _, _, after = text.partition(f"# {section}")
    lines = [line.removeprefix("|").split("|") for line in after.split("\n# ")[0].split("\n") if line.startswith("|")]
    return {cells[0]: cells[1:] for cells in reversed(lines)}


def test_all_98_take_less_than_a_minute(folder: Path) -> None:
    assert len(list(folder.glob("*.html"))) == 98
    seconds, others = map(float, (folder / "seconds").read_text().split())
    cores = os.cpu_count() or 1
    print(f"98 briefings in {seconds:.1f} s on {cores} cores, which {others:.1f} of others' processes wanted too")
    # A minute on two cores of its own; where others want them as well, as much longer as its part of them is smaller.
    assert seconds < 60 * (1 + others / cores)


def test_herlevs_says_what_its_own_paper_said(folder: Path) -> None:
    text = text_of(folder, "Herlev")
    assert "Herlev Kommune havde 2.882 fuldtidspersoner på ydelse i oktober 2023." in text
    assert "38 flere end i oktober 2022 (+1,3 %)" in text
    assert "Over året trækker især " in text.partition("# 1. ")[0]
    assert "Oktober 2023 (foreløbige tal)." in text
    assert "Den nyeste måned er foreløbig" in text
    benefits = rows_of(text, "1. Ydelsesgrupper")
    assert benefits["Alle ydelser"][0] == "2.882"
    assert benefits["Alle ydelser"][3:] == ["2.844", "+38+1,3 %", "+1,3 %"]
    ranks = rows_of(text, "3. Ministeriets benchmark")
    assert {name: cells[:2] for name, cells in ranks.items() if name != "Liste"} == {
        "Samlet, alle ydelser": ["17.", "16."],
        "Dagpenge": ["6.", "4."],
        "Kontanthjælp": ["15.", "12."],
        "Sygedagpenge": ["84.", "89."],
    }
    assert (
        "50 fuldtidspersoner færre end forventet svarer til en besparelse på ca. 6,6 mio. kr. om året (5,3–7,9 mio. kr.), "
        "regnet med nettoudgiften i 2022."
    ) in text
    (saving,) = [cells for name, cells in rows_of(text, "4. Økonomisk").items() if name == "regnskab 2022"]
    assert saving == ["50", "132.350 kr. (2022)", "6,62", "5,29 til 7,94"]
    assert "er endnu ikke opgjort for perioden til 30. juni 2023; den seneste kendte (regnskab 2022) er brugt." in text


def test_a_page_says_when_it_was_made_and_that_its_figures_are_not_the_newest(
    two_nights: Scene, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = text_of(folder, "Herlev")
    assert "Udarbejdet 5. december 2023. Næste opdatering af tallene ventes " in made
    assert "ikke de nyeste" not in made
    monkeypatch.setenv("JOBINDSATS_NOW", "2026-11-29T09:00:00+01:00")
    monkeypatch.setenv("JOBINDSATS_CONTACT", "Analyse & Data, tlf. 12 34 56 78")
    file = tmp_path / "herlev.html"
    assert two_nights.command("briefing", "--area", "Herlev", "--out", str(file)).returncode == 0
    text = text_of(tmp_path, "Herlev")
    on_top, _, rest = text.partition("# Kort fortalt")
    assert "Udarbejdet 29. november 2026. Kontakt: Analyse & Data, tlf. 12 34 56 78" in on_top
    assert "Tallene er ikke de nyeste. Der mangler nyere tal for: " in on_top
    assert "nettoudgiften i 2022" not in rest.partition("# 1. ")[0], "a price of 2022 says nothing of 2026 in a summary"
    assert "20.000 flere ledige" not in rest.partition("# 1. ")[0], "nor does a forecast until 2025"
    assert rows_of(text, "4. Økonomisk")["regnskab 2022"][1] == "132.350 kr. (2022)"
    assert rows_of(text, "6. Hvis ledigheden")["Oplyst bloktilskudsnøgle"] == ["0,54 %", "+108"]


def test_no_share_of_few_persons_and_no_percentage_of_a_small_base_is_printed(folder: Path, two_nights: Scene) -> None:
    few = two_nights.query(
        "select area_name, benefit_group_name as name from marts.benefit_recipients where period = '2023M10' "
        "and counted_in_total and area_kind = 'municipality' and recipients_full_time_persons < 10"
    )
    assert len(few) > 10, "else this shows nothing"
    for row in few:
        shares = rows_of(text_of(folder, row["area_name"]), "2. Andel")
        name = next(name for name in shares if row["name"].split(" (")[0].split(" mv.")[0][:12] == name[:12])
        assert shares[name][0] == "for få", row
    for file in folder.glob("*.html"):
        for name, cells in rows_of(text_of(folder, file.stem), "1. Ydelsesgrupper").items():
            earlier = cells[3].replace(".", "") if len(cells) > 5 else ""
            if earlier.isdecimal() and cells[5]:
                assert (cells[5] == "for få") is (int(earlier) < 20), (file.stem, name, cells)


def test_the_projection_comes_with_its_bases(folder: Path) -> None:
    bases = rows_of(text_of(folder, "Herlev"), "6. Hvis ledigheden")
    assert bases["Oplyst bloktilskudsnøgle"] == ["0,54 %", "+108"]
    assert bases["Andel af landets befolkning"][1] == "+98"
    assert bases["Andel af landets arbejdsstyrke"] == ["0,50 %", "+100"]
    assert bases["Som angivet i sagen til udvalget"] == ["0,46 %", "+92"]


def test_herlev_is_held_against_the_neighbours_of_its_paper_and_the_country(folder: Path) -> None:
    (head,) = [line for line in text_of(folder, "Herlev").split("\n") if line.startswith("|Ydelse|Herlev")]
    assert head == "|Ydelse|Herlev|Hele landet|Ballerup|Glostrup|Albertslund"


def test_what_was_revised_between_the_nights_is_said_in_full(folder: Path, two_nights: Scene) -> None:
    revised = two_nights.query(
        "select count(*) as n from marts.revisions r join core.benefit_groups g on g.name is not null "
        "join core.tables t on t.table_no = g.table_no and t.table_id = r.table_id "
        "where g.counted and r.area_name = 'Herlev' and r.measure = 'full_time_persons' and r.members = g.members"
    )[0]["n"]
    assert revised > 20
    said = f"Jobindsats har siden 5. november rettet {revised} tal; den største rettelse er "
    assert said in text_of(folder, "Herlev")


@pytest.mark.parametrize("island", ISLANDS)
def test_hidden_counts_of_small_islands_are_hidden_and_never_nought(
    folder: Path, two_nights: Scene, island: str
) -> None:
    hidden = two_nights.query(
        "select benefit_group_name as name, share_of_workforce_pct as share from marts.benefit_recipients "
        "where area_name = :island and period = '2023M10' and counted_in_total "
        "and recipients_full_time_persons_status = 'suppressed'",
        island=island,
    )
    assert len(hidden) > (3 if island == "Læsø" else -1), "else this shows nothing"
    text = text_of(folder, island)
    benefits, shares = rows_of(text, "1. Ydelsesgrupper"), rows_of(text, "2. Andel")
    for row in hidden:
        name = next(name for name in benefits if row["name"].split(" (")[0].split(" mv.")[0][:12] == name[:12])
        now, _, over_month, _, over_year, pct = benefits[name]
        assert (now, over_month, over_year, pct) == ("skjult", "skjult", "skjult", ""), name
        assert shares[name][0] == "skjult", "a share of 0,0 beside a hidden count would be read as nobody"
    assert "Et skjult antal er ikke nul" in text
    total = benefits["Alle ydelser"][0]
    assert total == "mangler" or "–" in total, "what is hidden could be had as the rest of an exact total"


@pytest.mark.parametrize("area", ["Herlev", *ISLANDS])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_fits_the_window_and_complains_of_nothing(
    folder: Path, browser: Browser, tmp_path: Path, area: str, width: int
) -> None:
    looked = chromium.look(browser, (folder / f"{area.lower()}.html").as_uri(), width=width)
    assert looked.complaints == []
    assert len(looked.asked) == 1, "a briefing needs nothing but itself"
    assert looked.too_wide() == []
    picture = looked.picture(tmp_path / f"{area}-{width}.png")
    assert picture.stat().st_size > 50_000
    looked.page.context.close()


def test_none_of_the_98_is_wider_than_a_phone_or_a_desk(folder: Path, browser: Browser) -> None:
    for width in (PHONE, DESK):
        looked = chromium.look(browser, "about:blank", width=width)
        for file in sorted(folder.glob("*.html")):
            looked.page.goto(file.as_uri())
            assert looked.too_wide() == [], f"{file.name} at {width}"
        assert looked.complaints == []
        looked.page.context.close()


def test_on_paper_it_is_a_few_pages_of_a4(folder: Path, browser: Browser, tmp_path: Path) -> None:
    import pypdfium2

    looked = chromium.look(browser, (folder / "herlev.html").as_uri(), width=DESK)
    looked.page.pdf(path=tmp_path / "herlev.pdf", prefer_css_page_size=True, print_background=True)
    paper = pypdfium2.PdfDocument(tmp_path / "herlev.pdf")
    try:
        assert 4 <= len(paper) <= 7
        assert [round(side) for side in paper[0].get_size()] == [595, 842]
        said = "".join(page.get_textpage().get_text_bounded() for page in paper)
        assert "2.882" in said
        assert "Tallene bag figuren" not in said, "what is folded away on a screen is not printed"
        for nth, page in enumerate(paper):
            page.render(scale=2).to_pil().save(tmp_path / f"herlev-{nth + 1}.png")
    finally:
        paper.close()
    # The width of what can be printed, in the pixels of a browser: 180 mm.
    looked.page.emulate_media(media="print")
    looked.page.set_viewport_size({"width": 680, "height": 900})
    assert looked.too_wide() == []
    looked.page.context.close()


@pytest.mark.parametrize("area", ["Herlev", "Læsø"])
def test_a_screen_reader_is_told_what_every_chart_shows(folder: Path, browser: Browser, area: str) -> None:
    looked = chromium.look(browser, (folder / f"{area.lower()}.html").as_uri(), width=DESK)
    charts = looked.page.locator("svg")
    assert charts.count() >= 3
    for nth in range(charts.count()):
        chart = charts.nth(nth)
        assert chart.get_attribute("role") == "img"
        name, told = (
            looked.page.locator(f"#{chart.get_attribute(what)}").text_content() or ""
            for what in ("aria-labelledby", "aria-describedby")
        )
        assert len(name) > 10
        assert len(told) > 40
    tree = looked.page.locator("body").aria_snapshot()
    # A name with a colon in it is quoted as a whole.
    assert len(re.findall(r"- '?img ", tree)) == charts.count()
    ids = looked.page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert looked.page.locator("html").get_attribute("lang") == "da"
    assert looked.page.locator("th:not([scope])").count() == 0
    assert looked.barriers() == []
    looked.page.context.close()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_page_has_no_barriers_on_a_phone_or_a_desk(folder: Path, browser: Browser, width: int) -> None:
    looked = chromium.look(browser, (folder / "herlev.html").as_uri(), width=width)
    assert looked.barriers() == []
    looked.page.context.close()


def test_as_of_the_first_night_it_is_about_september(two_nights: Scene, tmp_path: Path) -> None:
    file = tmp_path / "herlev.html"
    done = two_nights.command(
        "briefing", "--area", "Herlev", "--as-of", "2023-11-05", "--since", "2023-10-01", "--out", str(file)
    )
    assert done.returncode == 0, done.stderr
    text = text_of(tmp_path, "Herlev")
    assert "September 2023 (foreløbige tal). Tallene er, som de så ud 5. november 2023." in text
    then = two_nights.answer(
        "figure", "total_recipients", "--area", "Herlev", "--period", "2023M09", "--as-of", "2023-11-05"
    )
    assert rows_of(text, "1. Ydelsesgrupper")["Alle ydelser"][0] == written.number(then[0]["value"])
    assert "Der var ikke hentet tal 1. oktober, så" in text


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_invented_figures_are_said_to_be_so_once_and_real_ones_are_not(
    two_nights: Scene, tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"herlev.{form}"
    two_nights.answer("briefing", "--area", "Herlev", "--out", str(file))
    said, in_short, told = as_text(file), "Kort fortalt", f"{REHEARSED} "
    assert said.count(told) == 1
    assert said.index(told) < said.index(in_short)
    with two_nights.published_by(REAL):
        two_nights.answer("briefing", "--area", "Herlev", "--out", str(file))
    assert "øvelse" not in as_text(file).lower()


def test_the_deployment_writes_those_asked_for_and_lists_them(two_nights: Scene, tmp_path: Path) -> None:
    from flows.briefings import briefings

    found = briefings(["Herlev", "563", "Fanø"], str(tmp_path / "papers"))
    assert [each.area for each in found] == ["Herlev", "Fanø"], "by name or code, each once"
    assert sorted(file.name for file in (tmp_path / "papers").iterdir()) == ["fanø.html", "herlev.html"]
    by_default = briefings(["Fanø"])
    assert Path(by_default[0].file) == two_nights.folder / "data" / "briefings" / "fanø.html"


SAMPLES = ROOT / "docs" / "examples" / "briefing"
OF_SAMPLE = {"JOBINDSATS_NOW": "2023-12-05T09:00:00+01:00", "JOBINDSATS_CONTACT": "Analyse, tlf. 12 34 56 78"}


def as_text(file: Path) -> str:
    """What a briefing says, in whatever form it is; where its lines break is the paper's, and the fonts', own."""
    if file.suffix == ".html":
        said = "".join(_Text(file.read_text(encoding="utf-8")).parts)
    else:
        said = (text_of_docx if file.suffix == ".docx" else text_of_pdf)(file.read_bytes())
    return " ".join(said.split())


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_the_sample_among_the_papers_is_what_is_written_today(
    two_nights: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """`WRITE_SAMPLES=1` writes it anew; look at it before it is kept."""
    for name, value in OF_SAMPLE.items():
        monkeypatch.setenv(name, value)
    file, sample = tmp_path / f"herlev.{form}", SAMPLES / f"herlev.{form}"
    case = "24/1234 (eksempel med opdigtede tal)"
    two_nights.answer("briefing", "--area", "Herlev", "--case", case, "--out", str(file))
    if os.environ.get("WRITE_SAMPLES") == "1":
        sample.write_bytes(file.read_bytes())
    assert as_text(sample) == as_text(file), "WRITE_SAMPLES=1, and look at what changed"
    assert "eksempel med opdigtede tal" in as_text(sample)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--area", "Herlv"), "Herlev"),
        (("--area", "Hele landet"), "is no municipality"),
        (("--area", "Herlev", "--neighbours", "Herlev"), "is the municipality itself"),
        (("--area", "Herlev", "--as-of", "2020-01-01"), "knew no benefit's counts"),
        (("--area", "Herlev", "--since", "2024-01-01"), "name an earlier day with --since"),
        (("--area", "Herlev", "--all"), "name one municipality"),
        ((), "name one municipality"),
    ],
)
def test_a_question_that_cannot_be_answered_writes_nothing(
    two_nights: Scene, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "briefing.html"
    done = two_nights.command("briefing", *arguments, "--out", str(file))
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not file.exists()


def test_a_file_that_cannot_be_written_leaves_the_one_that_was_there(two_nights: Scene, tmp_path: Path) -> None:
    done = two_nights.command("briefing", "--area", "Herlev", "--out", str(tmp_path / "missing" / "herlev.html"))
    assert done.returncode == 2
    assert "name a file in a folder that is there" in done.stderr
    in_the_way = tmp_path / uuid4().hex
    in_the_way.write_text("a file, not a folder")
    done = two_nights.command("briefing", "--all", "--out", str(in_the_way))
    assert done.returncode == 2
    assert in_the_way.read_text() == "a file, not a folder"
    assert re.search(r"cannot be made \(.+\): name a folder", done.stderr)
