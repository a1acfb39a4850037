"""Settings: what differs between a laptop, a rehearsal and production.

They come from the environment, from `.env` in the working folder, or from the file that `JOBINDSATS_SETTINGS_FILE`
names; the environment wins. An unknown name with our prefix is an error, so a misspelling is never ignored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from warehouse.areas import AreaUnknown, find
from warehouse.formats.days import time_of

PREFIX = "JOBINDSATS_"
SETTINGS_FILE = "JOBINDSATS_SETTINGS_FILE"
CAUTIOUS_CALLS_PER_MINUTE = 60
EMPTY_IS_UNSET = (
    "api_url", "api_token", "statbank_url", "warehouse_url", "archive_url", "data_dir", "now", "assumptions", "claims",
    "ranking_lists", "local_files", "notify", "contact", "catalogue", "thresholds", "municipality",
    "serve_token",
)  # fmt: skip

ON_THIS_MACHINE = r"^https?://(127(\.[0-9]+){3}|localhost|\[::1\])(:[0-9]+)?(/|\Z)"
"""What addresses of this machine are like, in Python as in PostgreSQL: marts.vintages has the same pattern."""


class SettingsError(ValueError):
    """A setting is unknown or cannot be read; the message names it."""


class Settings(BaseModel):
    """Everything a run needs to know about where it is; read once, at the border.

    Where there is no `statbank_url`, Statistics Denmark's StatBank is not asked. `municipality` is the reader's own, by the
    publisher's name of it, whatever spelling it was written in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_url: str = "https://api.jobindsats.dk/v3"
    api_token: SecretStr | None = None
    statbank_url: str | None = None
    warehouse_url: SecretStr | None = None
    archive_url: str | None = None
    data_dir: Path = Path(".data")
    now: datetime | None = None
    assumptions: Path | None = None
    claims: Path | None = None
    thresholds: Path | None = None
    ranking_lists: str | None = None
    local_files: Path | None = None
    catalogue: Path | None = None
    notify: SecretStr | None = None
    contact: str | None = Field(default=None, max_length=200)
    municipality: str | None = None
    serve_token: SecretStr | None = None
    timeout_seconds: float = Field(default=180, gt=0)
    retries: int = Field(default=4, ge=0)
    backoff_seconds: float = Field(default=1, ge=0)
    patience_seconds: float = Field(default=600, ge=0.01, le=86_400)
    night_hours: float = Field(default=6, gt=0, le=23)
    cells_per_call: int = Field(default=70_000, ge=1)
    calls_per_minute: int | None = Field(default=None, ge=1)

    @field_validator("now", mode="before")
    @classmethod
    def _now_has_a_zone(cls, value: object) -> object:
        try:
            moment = time_of(value) if isinstance(value, str) else value
        except ValueError:
            moment = None
        if (isinstance(moment, datetime) and moment.tzinfo is None) or (moment is None and value is not None):
            raise ValueError("needs a time and its time zone, for example 2024-01-31T04:15:00+01:00")
        return moment

    @field_validator("warehouse_url")
    @classmethod
    def _is_a_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _reads_as_address(value.get_secret_value()):
            raise ValueError(
                "is no address of a database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with @ : / and % in the "
                "password written as %40 %3A %2F and %25"
            )
        return value

    @field_validator("municipality")
    @classmethod
    def _is_one_of_the_98(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            area = find(value)
        except AreaUnknown as error:
            raise ValueError(str(error)) from None
        if area.kind != "municipality":
            raise ValueError(f"{area.name} is no municipality: name one of the 98, such as Herlev")
        return area.name

    @field_validator("api_url")
    @classmethod
    def _keeps_the_token(cls, value: str) -> str:
        if value.startswith("http://") and not is_on_this_machine(value):
            raise ValueError("needs to begin with https://, since the token would be sent in clear")
        return value

    @field_validator("api_url", "statbank_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("needs to begin with https://")
        return value

    @property
    def archive(self) -> str:
        """The archive's root, an fsspec URL."""
        # fsspec takes a path as it is written: %20 for a blank would name another folder.
        if self.archive_url is None:
            return f"file://{self.data_dir.absolute() / 'archive'}"
        return unquote(self.archive_url) if self.archive_url.startswith("file:") else self.archive_url

    @property
    def catalogue_folder(self) -> Path:
        """Where adopted tables are declared, and what was accepted of publishers since."""
        return self.catalogue or self.data_dir / "catalogue"

    @property
    def told(self) -> tuple[SecretStr, ...]:
        """Who is told of troubles, an address each; addresses hold passwords."""
        written = self.notify.get_secret_value() if self.notify else ""
        return tuple(SecretStr(address) for address in written.split())

    @property
    def call_limit(self) -> int | None:
        """Calls a minute that the publisher is asked at most, by all processes together; None: no limit.

        The publisher's own limit is not known (2026-11): one call a second is what a patient person's program would do.
        A stand-in on this machine has no limit unless one is set.
        """
        if self.calls_per_minute is None and not self.rehearsed:
            return CAUTIOUS_CALLS_PER_MINUTE
        return self.calls_per_minute

    @property
    def rehearsed(self) -> bool:
        """Whether the publisher is a stand-in on this machine."""
        return is_on_this_machine(self.api_url)

    @property
    def token(self) -> str | None:
        """The token in clear; only the publisher's client may ask for it."""
        return self.api_token.get_secret_value() if self.api_token else None


def is_on_this_machine(url: str) -> bool:
    """Whether a web address is of this machine, as a stand-in's is."""
    return re.match(ON_THIS_MACHINE, url) is not None


def _reads_as_address(written: str) -> bool:
    """Whether a database's address reads as it was meant: a sign in its password may cut it at another place."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        return False
    return "@" not in f"{url.host}{url.database}"


def read_settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """The settings from a file, `.env` and the environment, the last winning; raises SettingsError."""
    named = dict(os.environ if environment is None else environment)
    files = [(folder or Path.cwd()) / ".env"]
    if SETTINGS_FILE in named:
        files.insert(0, Path(named[SETTINGS_FILE]))
        if not files[0].is_file():
            raise SettingsError(f"{SETTINGS_FILE} names {files[0]}, which is no file")
    known: dict[str, str] = {}
    for path in files:
        known |= _ours(_written(path) if path.is_file() else {})
    known |= _ours(named)
    known.pop(SETTINGS_FILE.removeprefix(PREFIX).lower(), None)
    return _validated(known)


def _written(path: Path) -> Mapping[str, str | None]:
    """What a file of settings says; raises SettingsError, which says nothing of its content."""
    try:
        return dotenv_values(path, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{path} cannot be read ({why}): see to its rights, or save it as UTF-8") from None


def _ours(values: Mapping[str, str | None]) -> dict[str, str]:
    """The values whose names have our prefix, by the name of their field."""
    named = {key.upper(): value for key, value in values.items() if value is not None}
    return {key.removeprefix(PREFIX).lower(): value for key, value in named.items() if key.startswith(PREFIX)}


def _validated(known: dict[str, str]) -> Settings:
    given = {name: value for name, value in known.items() if value or name not in EMPTY_IS_UNSET}
    unknown = sorted(given.keys() - Settings.model_fields.keys())
    if unknown:
        names = ", ".join(PREFIX + name.upper() for name in unknown)
        offered = ", ".join(PREFIX + name.upper() for name in Settings.model_fields)
        raise SettingsError(f"unknown setting {names}; the settings are {offered}")
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{PREFIX}{str(first['loc'][0]).upper()}: {first['msg']}") from None
