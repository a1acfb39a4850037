"""`make demo`: two nights a month apart against the stand-in publisher, from nothing to a warehouse to look at.

The nights are those before and after the figures of October 2023 came, so that the paper Herlev's committee got on
31 January 2024 can be held against the result. Everything lies in `.data/demo`. A demo that was broken off begins anew;
one that came to its end is not repeated, but shown, with one more night that finds nothing to do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

NIGHTS = (date(2023, 11, 5), date(2023, 12, 5))
FOLDER = Path(".data/demo")
COMPLETE = FOLDER / "complete"
BRIEFING = FOLDER / "herlev.html"
NEXT_STEPS = """
What you have now
  A warehouse with {tables} tables, {observations:,} observations and every version of them, in {folder}.
  It is a rehearsal: a synthetic Denmark, published by a stand-in. Herlev's totals are those of its own paper.

What to look at
  {folder}/herlev.html                       (Herlev's briefing: open it in a browser, print it)
  export JOBINDSATS_DATA_DIR={folder}
  .venv/bin/jobindsats status
  .venv/bin/jobindsats show y01a02 --area Herlev --period 2023M09:2023M10
  .venv/bin/jobindsats show y01a02 --area Herlev --period 2023M09 --as-of {first_night}
  .venv/bin/jobindsats revisions y01a02 --area Herlev
  .venv/bin/jobindsats figure savings --area Herlev --period 2023QMAT02
  .venv/bin/jobindsats explain savings --area Herlev --period 2023QMAT02
  .venv/bin/jobindsats briefing --area Læsø --out laesoe.html   (where small counts are hidden)
  .venv/bin/jobindsats claims docs/examples/claims/five-papers.yml   (five real papers, held against it)
  .venv/bin/jobindsats warehouse url         (the address for a dashboard or psql; it reads the schema marts)

How to stop
  .venv/bin/jobindsats warehouse down   (the server behind {folder}; nothing is lost)
  rm -r {folder}                        (and it is as if it had never been)
"""


def main() -> int:
    """Run the demo, or (with `nights`) the two nights inside the stand-in."""
    if sys.argv[1:] == ["nights"]:
        return _nights()
    os.environ["JOBINDSATS_DATA_DIR"] = str(FOLDER)
    os.environ.pop("JOBINDSATS_WAREHOUSE_URL", None)
    os.environ.pop("JOBINDSATS_ARCHIVE_URL", None)
    if COMPLETE.exists():
        print(f"The demo's two nights are in {FOLDER}; a night on the same day as the last finds nothing new.")
    else:
        _begin_anew()
    command = [sys.executable, "-m", "tests.standin", "--today", NIGHTS[0].isoformat(), "--"]
    ended = subprocess.run([*command, sys.executable, "-m", "tests.demo", "nights"], check=False)
    if ended.returncode == 0:
        print("\nThe briefing", flush=True)
        ended = subprocess.run([_jobindsats(), "briefing", "--area", "Herlev", "--out", str(BRIEFING)], check=False)
    if ended.returncode == 0:
        COMPLETE.touch()
        print(_next_steps())
    return ended.returncode


def _begin_anew() -> None:
    """Remove what an earlier demo left, but not Prefect's folder: its server starts faster the second time."""
    if (FOLDER / "postgres").exists():
        subprocess.run([_jobindsats(), "warehouse", "down"], check=True, stdout=subprocess.DEVNULL)
    for name in ("postgres", "archive"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)


def _nights() -> int:
    """Both nights in one process, the stand-in's clock moved between them; gives the worse exit status."""
    from flows.command_line.runs import nightly

    statuses = []
    for night in NIGHTS[-1:] if COMPLETE.exists() else NIGHTS:
        _move_clock(night)
        print(f"\nThe night of {night:%-d %B %Y}", flush=True)
        statuses.append(nightly())
    return max(statuses)


def _move_clock(night: date) -> None:
    url = os.environ["JOBINDSATS_API_URL"].removesuffix("/v3") + "/standin/today"
    request = urllib.request.Request(url, data=json.dumps({"date": night.isoformat()}).encode(), method="POST")
    urllib.request.urlopen(request, timeout=30).close()
    moment = datetime(night.year, night.month, night.day, 4, 15, tzinfo=ZoneInfo("Europe/Copenhagen"))
    os.environ["JOBINDSATS_NOW"] = moment.isoformat()


def _next_steps() -> str:
    status = json.loads(subprocess.check_output([_jobindsats(), "status", "--json"]))
    return NEXT_STEPS.format(
        tables=sum(1 for table in status if table["vintages"]),
        observations=sum(table["observations"] for table in status),
        folder=FOLDER,
        first_night=NIGHTS[0],
    )


def _jobindsats() -> str:
    return str(Path(sys.executable).with_name("jobindsats"))


if __name__ == "__main__":
    sys.exit(main())
