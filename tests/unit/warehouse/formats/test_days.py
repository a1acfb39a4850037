"""A day has one meaning however it is written, at every place where a person writes one; what has none is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from expectations.known_deviations import Deviation
from tasks.sources.local_files.contract import Contract
from warehouse.catalogue.model import BenefitGroup, Measure, Member, Retirement, Table
from warehouse.catalogue.series_breaks import SeriesBreak
from warehouse.claims.content import Figure
from warehouse.danish.asked import moment, moment_from
from warehouse.errors import QuestionError
from warehouse.formats.written_day import WrittenDay
from warehouse.settings import SettingsError, read_settings

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 1, 1)))
def test_both_ways_of_writing_a_day_are_one_moment(day: date) -> None:
    long, short = day.isoformat(), f"{day:%Y%m%d}"
    assert moment(short) == moment(long) > moment_from(long) == moment_from(short)


def test_as_of_is_the_end_of_a_day_and_since_its_beginning() -> None:
    assert moment("20260825") == datetime(2026, 8, 25, 21, 59, 59, 999_999, UTC)
    assert moment_from("20260825") == datetime(2026, 8, 24, 22, tzinfo=UTC)


@given(st.datetimes(min_value=EARLIEST, max_value=EARLIEST.replace(year=2999)))
def test_a_time_is_that_time_in_both(time: datetime) -> None:
    for written in (time.isoformat(), f"{time:%Y%m%dT%H%M%S.%f}"):
        last = timedelta(0) if time.microsecond or "." in written else timedelta(microseconds=999_999)
        assert moment_from(written).replace(tzinfo=None) == time
        assert moment(written).replace(tzinfo=None) == time + last


OTHERS = [
    "2026-W35",
    "2026W35",
    "2026-W35-2",
    "2026W352",
    "2026-08",
    "202608",
    "1756100000",
    "1",
    "2026-0825",
    "2026-237",
]
WRONG = ["2026-02-30", "20260230", "2026-08-25T25:00", "yesterday", "", " 2026-08-25", "２０２６-08-25"]


@pytest.mark.parametrize("written", [*OTHERS, *WRONG])
def test_what_is_no_day_is_refused_by_questions(written: str) -> None:
    for read in (moment, moment_from):
        with pytest.raises(QuestionError, match="is no date or time: write 2026-08-10"):
            read(written)


@pytest.mark.parametrize(
    "written", [*OTHERS, *WRONG[:-3], "20260825", "2026-08-25", "2026-08-25T09:30", "1756100000.5"]
)
def test_the_clock_of_a_rehearsal_is_a_time_with_its_zone(tmp_path: Path, written: str) -> None:
    with pytest.raises(SettingsError, match=r"JOBINDSATS_NOW: .*needs a time and its time zone"):
        read_settings({"JOBINDSATS_NOW": written}, folder=tmp_path)


def test_the_clock_of_a_rehearsal_may_be_written_short(tmp_path: Path) -> None:
    for written in ("2026-08-25T09:30+02:00", "20260825T0930+0200", "2026-08-25 07:30Z"):
        settings = read_settings({"JOBINDSATS_NOW": written}, folder=tmp_path)
        assert settings.now == datetime(2026, 8, 25, 7, 30, tzinfo=UTC)


class Dated(BaseModel):
    """Anything with a day."""

    day: WrittenDay | None = None


@pytest.mark.parametrize("written", [date(2026, 8, 25), "2026-08-25", "20260825", 20260825])
def test_a_day_in_a_file_is_one_day(written: object) -> None:
    assert Dated.model_validate({"day": written}).day == date(2026, 8, 25)


@pytest.mark.parametrize("written", [*OTHERS, *WRONG, 86_400, 0, True, 1.5, EARLIEST, ["2026-08-25"]])
def test_anything_else_in_a_file_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="is no day: write 2026-08-10"):
        Dated.model_validate({"day": written})


def test_every_day_in_a_file_is_read_so() -> None:
    for model in (BenefitGroup, Measure, Member, Retirement, SeriesBreak, Table, Contract, Deviation, Figure):
        days = {name: str(field.annotation) + str(field.metadata) for name, field in model.model_fields.items()}
        plain = [name for name, said in days.items() if "datetime.date" in said and "_read" not in said]
        assert not plain, f"{model.__name__}: {plain}"
