"""Settings: where they come from, which wins, what is refused, and that no secret is ever shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.danish.clock import Clock
from warehouse.settings import Settings, SettingsError, read_settings

SECRET = "s3cret-token-of-ours"


def test_without_anything_the_defaults_stand(tmp_path: Path) -> None:
    settings = read_settings({}, folder=tmp_path)
    assert settings.api_url == "https://api.jobindsats.dk/v3"
    assert settings.token is None
    assert settings.statbank_url is None
    assert settings.warehouse_url is None
    assert settings.data_dir == Path(".data")
    assert settings.now is None
    assert settings.timeout_seconds >= 180


def test_statbank_is_asked_where_its_address_is_given(tmp_path: Path) -> None:
    given = read_settings({"JOBINDSATS_STATBANK_URL": "https://api.statbank.dk/v1"}, folder=tmp_path)
    assert given.statbank_url == "https://api.statbank.dk/v1"


def test_the_archive_lies_in_the_data_folder_unless_it_is_given(tmp_path: Path) -> None:
    inside = read_settings({"JOBINDSATS_DATA_DIR": str(tmp_path / "d")}, folder=tmp_path)
    assert inside.archive == (tmp_path / "d" / "archive").as_uri()
    given = read_settings({"JOBINDSATS_ARCHIVE_URL": "memory://bucket/answers"}, folder=tmp_path)
    assert given.archive == "memory://bucket/answers"


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("JOBINDSATS_RETRIES=1\nJOBINDSATS_BACKOFF_SECONDS=1.5\nJOBINDSATS_CELLS_PER_CALL=11\n")
    (tmp_path / ".env").write_text("JOBINDSATS_BACKOFF_SECONDS=2.5\nJOBINDSATS_CELLS_PER_CALL=22\n")
    environment = {"JOBINDSATS_SETTINGS_FILE": str(file), "JOBINDSATS_CELLS_PER_CALL": "33"}
    settings = read_settings(environment, folder=tmp_path)
    assert (settings.retries, settings.backoff_seconds, settings.cells_per_call) == (1, 2.5, 33)


def test_a_settings_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.env"):
        read_settings({"JOBINDSATS_SETTINGS_FILE": str(tmp_path / "nowhere.env")}, folder=tmp_path)


@pytest.mark.parametrize("place", ["environment", ".env", "file"])
def test_an_unknown_setting_is_an_error_that_names_it_wherever_it_stands(tmp_path: Path, place: str) -> None:
    environment = {"JOBINDSATS_TOKEN": SECRET} if place == "environment" else {}
    if place == ".env":
        (tmp_path / ".env").write_text(f"JOBINDSATS_TOKEN={SECRET}\n")
    if place == "file":
        (tmp_path / "file").write_text(f"JOBINDSATS_TOKEN={SECRET}\n")
        environment = {"JOBINDSATS_SETTINGS_FILE": str(tmp_path / "file")}
    with pytest.raises(SettingsError) as stopped:
        read_settings(environment, folder=tmp_path)
    assert "JOBINDSATS_TOKEN" in str(stopped.value)
    assert "JOBINDSATS_API_TOKEN" in str(stopped.value)
    assert SECRET not in str(stopped.value)


def test_names_of_others_are_none_of_our_business(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PATH=/usr/bin\nPREFECT_API_URL=http://example.org\n")
    assert read_settings({"HOME": "/nowhere", "DO_NOT_TRACK": "1"}, folder=tmp_path) == Settings()


EMPTY = ["API_URL", "API_TOKEN", "STATBANK_URL", "WAREHOUSE_URL", "ARCHIVE_URL", "DATA_DIR", "NOW"]


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_value_is_no_value(tmp_path: Path, name: str) -> None:
    assert read_settings({f"JOBINDSATS_{name}": ""}, folder=tmp_path) == read_settings({}, folder=tmp_path)


def test_only_the_environment_that_is_handed_over_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBINDSATS_API_TOKEN", SECRET)
    assert read_settings({}, folder=tmp_path).token is None
    assert read_settings(folder=tmp_path).token == SECRET


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEOUT_SECONDS", "0"),
        ("TIMEOUT_SECONDS", "soon"),
        ("TIMEOUT_SECONDS", ""),
        ("RETRIES", "-1"),
        ("BACKOFF_SECONDS", "-0.5"),
        ("CELLS_PER_CALL", "0"),
        ("NOW", "tomorrow"),
        ("API_URL", "api.jobindsats.dk/v3"),
        ("STATBANK_URL", "api.statbank.dk/v1"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_that_names_the_setting(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"JOBINDSATS_{name}"):
        read_settings({f"JOBINDSATS_{name}": value}, folder=tmp_path)


def test_a_moment_without_a_time_zone_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"JOBINDSATS_NOW.*time zone.*\+01:00"):
        read_settings({"JOBINDSATS_NOW": "2024-01-31T04:15:00"}, folder=tmp_path)
    zoned = read_settings({"JOBINDSATS_NOW": "2024-01-31T04:15:00+01:00"}, folder=tmp_path)
    assert zoned.now == datetime(2024, 1, 31, 3, 15, tzinfo=UTC)


def test_no_secret_is_in_any_text_of_the_settings(tmp_path: Path) -> None:
    address = f"postgresql://someone:{SECRET}@db.example.org/warehouse"
    settings = read_settings({"JOBINDSATS_API_TOKEN": SECRET, "JOBINDSATS_WAREHOUSE_URL": address}, folder=tmp_path)
    shown = [repr(settings), str(settings), f"{settings}", str(settings.model_dump()), settings.model_dump_json()]
    assert not any(SECRET in text for text in shown)
    assert settings.token == SECRET
    assert settings.warehouse_url is not None
    assert settings.warehouse_url.get_secret_value() == address


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://someone:p@ss:s3cret@db.example.org/warehouse",
        "postgresql://someone:p@s3cret@db.example.org/warehouse",
        "postgresql://someone:p@s3/cret@db.example.org/warehouse",
        "s3cret",
    ],
)
def test_an_address_that_a_sign_in_its_password_cuts_is_refused_and_not_told(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match=r"JOBINDSATS_WAREHOUSE_URL.*%40") as stopped:
        read_settings({"JOBINDSATS_WAREHOUSE_URL": address}, folder=tmp_path)
    assert "cret" not in str(stopped.value)


@pytest.mark.parametrize("url", ["http://api.jobindsats.dk/v3", "http://127.example.dk/v3", "http://localhost.dk/v3"])
def test_the_token_is_not_sent_in_clear_to_another_machine(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"JOBINDSATS_API_URL.*https://"):
        read_settings({"JOBINDSATS_API_URL": url}, folder=tmp_path)


def test_an_archive_has_the_name_that_its_folder_has(tmp_path: Path) -> None:
    odd = tmp_path / "sæt 100 %20#"
    inside = read_settings({"JOBINDSATS_DATA_DIR": str(odd)}, folder=tmp_path)
    given = read_settings({"JOBINDSATS_ARCHIVE_URL": (odd / "archive").as_uri()}, folder=tmp_path)
    assert inside.archive == given.archive == f"file://{odd}/archive"


def test_no_secret_is_in_an_error_about_another_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as stopped:
        read_settings({"JOBINDSATS_API_TOKEN": SECRET, "JOBINDSATS_RETRIES": SECRET}, folder=tmp_path)
    chain: BaseException | None = stopped.value
    while chain is not None:
        assert SECRET not in str(chain) + repr(chain)
        chain = None if chain.__suppress_context__ else chain.__context__


def test_settings_do_not_change_once_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings({}, folder=tmp_path).retries = 9  # type: ignore[misc]


def test_a_rehearsals_clock_starts_at_its_moment_and_runs_on() -> None:
    starts_at = datetime.fromisoformat("2024-01-31T04:15:00+01:00")
    clock = Clock(starts_at)
    first, second = clock(), clock()
    assert timedelta(0) <= first - starts_at <= second - starts_at < timedelta(minutes=1)
    assert first.utcoffset() == timedelta(0)


def test_the_machines_clock_is_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= Clock()() <= datetime.now(UTC)


@pytest.mark.parametrize("written", ["Aarhus", "århus", " Aarhus Kommune ", "0751", "751"])
def test_ones_own_municipality_may_be_written_in_any_way(tmp_path: Path, written: str) -> None:
    assert read_settings({"JOBINDSATS_MUNICIPALITY": written}, folder=tmp_path).municipality == "Aarhus"


def test_without_one_or_with_an_empty_one_there_is_no_own_municipality(tmp_path: Path) -> None:
    assert read_settings({}, folder=tmp_path).municipality is None
    assert read_settings({"JOBINDSATS_MUNICIPALITY": ""}, folder=tmp_path).municipality is None


@pytest.mark.parametrize(
    ("written", "said"),
    [("Herlv", "did you mean Herlev"), ("Hele landet", "no municipality"), ("1084", "no municipality")],
)
def test_what_is_no_municipality_is_told_by_the_settings_name(tmp_path: Path, written: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"JOBINDSATS_MUNICIPALITY: .*{said}"):
        read_settings({"JOBINDSATS_MUNICIPALITY": written}, folder=tmp_path)
