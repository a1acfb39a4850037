"""compose.yaml, as far as it can be held without a container engine: what it publishes, asks for, runs and waits for."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.conventions.sources import ROOT
from warehouse.settings import PREFIX, Settings

WRITTEN = (ROOT / "compose.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(WRITTEN)["services"]
CONTAINERFILE = (ROOT / "docs" / "examples" / "Containerfile").read_text(encoding="utf-8")


def test_every_port_is_published_to_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_stands_in_it_and_without_one_nothing_starts() -> None:
    said = [str(value) for service in SERVICES.values() for value in service.get("environment", {}).values()]
    secret = [value for value in said if re.search(r"PASSWORD|TOKEN|AUTH", value)]
    assert secret
    assert all("${" in value for value in secret)
    assert set(re.findall(r"\$\{\w+[^}]*\}", WRITTEN)) == {f"${{{name}:?}}" for name in asked_for()}
    assert asked_for() <= set(re.findall(r"^#   (\w+)=", WRITTEN, flags=re.MULTILINE))


def asked_for() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", WRITTEN))


def test_its_settings_are_ours() -> None:
    names = {
        name for service in SERVICES.values() for name in service.get("environment", {}) if name.startswith(PREFIX)
    }
    assert {name.removeprefix(PREFIX).lower() for name in names} <= set(Settings.model_fields)


@pytest.mark.parametrize(("name", "service"), SERVICES.items(), ids=list(SERVICES))
def test_what_a_service_is_made_of_and_waits_for_is_there(name: str, service: dict[str, Any]) -> None:
    if "build" in service:
        assert (ROOT / service["build"]["dockerfile"]).is_file()
        assert f" AS {service['build']['target']}\n" in CONTAINERFILE
    mounted = [volume.split(":")[0] for volume in service.get("volumes", ()) if volume.startswith("./")]
    assert all((ROOT / place).is_file() for place in mounted)
    for other, waits in service.get("depends_on", {}).items():
        ends = "restart" not in SERVICES[other]
        assert waits["condition"] == ("service_completed_successfully" if ends else "service_healthy"), (name, other)
        assert ends or "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", ["schema", "password", "deployments"])
def test_what_a_shell_is_given_is_read_by_one(name: str) -> None:
    shell, option, said = SERVICES[name]["command"]
    assert (shell, option) == ("sh", "-c")
    subprocess.run(["sh", "-n", "-c", said.replace("$$", "$")], check=True)


@pytest.mark.parametrize(
    ("ends", "status"), [((0, 0), 0), ((3, 0), 0), ((0, 3), 0), ((1, 0), 1), ((0, 1), 1), ((3, 1), 1)]
)
def test_the_schema_is_there_unless_a_command_failed(ends: tuple[int, int], status: int) -> None:
    said = SERVICES["schema"]["command"][2].replace("$$", "$")
    migrated, read = ends
    stand_ins = f'jobindsats() {{ if [ "$2" = migrate ]; then return {migrated}; else return {read}; fi; }}; '
    assert subprocess.run(["sh", "-c", stand_ins + said], check=False).returncode == status
