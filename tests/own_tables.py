"""Ten tables of its own as a municipality makes them: each a contract with its file, for journeys through a whole life."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.local import workbook

AREA = "Herlev"
SOURCE = {"document": "Kommunens fagsystem", "owner": "Jobcenter Herlev"}
CSV = {"format": "csv", "encoding": "utf-8", "separator": "semicolon", "decimal": "comma"}
MONTHS = {"column": "Måned", "form": "month"}
YEARS = {"column": "År", "form": "year"}

TABLES: dict[str, dict[str, Any]] = {
    "budget": {
        "title": "Budget for beskæftigelsesområdet",
        "feeds": "budget",
        "period": YEARS,
        "keys": [{"column": "Post", "total": "I alt"}],
        "columns": [
            {"name": "budget_dkk", "label": "1.000 kr.", "unit": "dkk", "factor": 1000, "within": [-1e9, 1e9]},
        ],
        "rows": "År;Post;1.000 kr.\n2023;Mentorer;1.200,5\n2023;Kurser;-800\n2024;Mentorer;1.300\n2024;Kurser;900\n",
    },
    "sickness": {
        "title": "Sygefravær blandt kommunens ansatte",
        "period": MONTHS,
        "keys": [{"column": "Afdeling", "total": "Hele kommunen"}],
        "columns": [
            {"name": "absence_pct", "label": "Fravær i pct.", "unit": "pct", "may_be_missing": True},
            {"name": "absent_persons", "label": "Sygemeldte", "unit": "persons", "may_be_missing": True},
        ],
        "missing": [".."],
        "rows": "Måned;Afdeling;Fravær i pct.;Sygemeldte\n2023M08;Jobcentret;5,4 %;7\n2023M08;Hele kommunen;4,9 %;112\n"
        "2023M09;Jobcentret;..;..\n2023M09;Hele kommunen;5,1 %;118\n",
    },
    "personnel": {
        "title": "Personale i jobcentret, fuldtidspersoner",
        "format": "xlsx",
        "period": MONTHS,
        "keys": [{"column": "Team"}],
        "columns": [
            {"name": "staff_full_time_persons", "label": "Fuldtid", "unit": "full_time_persons", "type": "decimal"},
        ],
        "rows": [["Måned", "Team", "Fuldtid"], ["2023M09", "Unge", 12.4], ["2023M09", "Sygedagpenge", 18.75]],
    },
    "courses": {
        "title": "Påbegyndte forløb efter tilbud",
        "feeds": "activation",
        "period": MONTHS,
        "keys": [{"column": "Tilbud", "total": "Tilbud i alt"}],
        "columns": [{"name": "started_cases", "label": "Antal forløb", "unit": "cases", "adds_up": True}],
        "rows": "Måned;Tilbud;Antal forløb\n2023M09;Tilbud i alt;40\n2023M09;Løntilskud;10\n2023M09;Praktik;30\n",
    },
    "hours": {
        "title": "Ordinære løntimer",
        "feeds": "ordinary_hours",
        "period": "2023M09",
        "area": {"column": "Kommune"},
        "columns": [
            {"name": "ordinary_hours_persons", "label": "Personer", "unit": "persons"},
            {"name": "ordinary_hours_pct", "label": "Andel", "unit": "pct"},
        ],
        "rows": "Kommune;Personer;Andel\nHerlev;40;15,7 %\nHele landet;9.000;11,6 %\n",
    },
    "after": {
        "title": "Status efter ressourceforløb",
        "feeds": "exits",
        "period": {"column": "Kvartal", "form": "quarter"},
        "keys": [{"column": "Status"}],
        "columns": [{"name": "exits_pct", "label": "Andel", "unit": "pct"}],
        "rows": "Kvartal;Status;Andel\n3. kvartal 2023;Job;25 %\n3. kvartal 2023;Fleksjob;75 %\n",
    },
    "goals": {
        "title": "Måltal 2023",
        "feeds": "targets",
        "period": YEARS,
        "keys": [{"column": "Mål"}, {"column": "Slags"}],
        "columns": [
            {"name": "target_pct", "label": "Måltal", "unit": "pct"},
            {"name": "reached_pct", "label": "Nået", "unit": "pct"},
            {"name": "finished_cases", "label": "Afsluttede", "unit": "cases"},
        ],
        "rows": "År;Mål;Slags;Måltal;Nået;Afsluttede\n2023;I job;minimum;35 %;40 %;20\n2023;Tilbage;maksimum;12 %;15 %;20\n",
    },
    "survey": {
        "title": "Brugerundersøgelse",
        "feeds": "survey",
        "period": YEARS,
        "columns": [
            {"name": "sent_persons", "label": "Sendt", "unit": "persons"},
            {"name": "answered_persons", "label": "Besvaret", "unit": "persons"},
        ],
        "rows": "År;Sendt;Besvaret\n2023;250;80\n",
    },
    "caseload": {
        "title": "Sager i Ungeenheden",
        "feeds": "cases",
        "period": YEARS,
        "columns": [{"name": "youth_unit_cases", "label": "Antal sager", "unit": "cases"}],
        "rows": "År;Antal sager\n2022;400\n2023;310\n",
    },
    "vacancies": {
        "title": "Ledige stillinger i nabokommuner",
        "period": MONTHS,
        "area": {"column": "Kommune", "names": {"Os selv": "Herlev"}},
        "columns": [{"name": "open_cases", "label": "Stillinger", "unit": "cases", "may_be_missing": True}],
        "rows": "Måned;Kommune;Stillinger\n2023M09;Os selv;31\n2023M09;Ballerup;58\n2023M09;Gladsaxe;\n",
    },
}

PERSON_BUDGET: dict[str, Any] = {
    "title": "Budget i helårspersoner",
    "feeds": "budget",
    "period": MONTHS,
    "missing": [".."],
    "keys": [{"column": "Ydelse"}],
    "columns": [
        {"name": "budget_full_time_persons", "label": "Helårspersoner", "unit": "full_time_persons", "type": "decimal"},
        {"name": "price_dkk", "label": "Pris", "unit": "dkk", "may_be_missing": True},
    ],
}
"""What a table of budgeted full-time persons says of itself; its rows are the test's own."""


def ids() -> list[str]:
    """The ids of the tables in the warehouse, sorted."""
    return sorted(f"local_{name}" for name in TABLES)


def save(folder: Path, name: str, *, rows: Any = None, **changes: Any) -> Path:
    """Write a table's contract and file into a folder, with other rows or other keys where they are given; its file."""
    said = {"table": name, "title_en": name, "source": SOURCE, "area": AREA, **TABLES.get(name, {}), **changes}
    written = rows if rows is not None else said["rows"]
    form = said.get("format", "csv")
    contract = (CSV if form == "csv" else {"decimal": "comma"}) | {"file": f"{name}.{form}"} | said
    contract.pop("rows", None)
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump(contract, allow_unicode=True, sort_keys=False)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    file = folder / f"{name}.{form}"
    file.write_bytes(workbook(written) if form == "xlsx" else written.encode())
    return file


def save_all(folder: Path) -> Path:
    """Write all of them into a folder; gives it."""
    for name in TABLES:
        save(folder, name)
    return folder
