"""The dashboard's address: what its password holds is told by nothing that goes wrong."""

from __future__ import annotations

import traceback

import pytest

from dashboards.marts import Unreachable, reading

PARTS = ("S3C", "RET")


def refused(url: str) -> str:
    """What is told of an address, with all that it came from."""
    with pytest.raises(Unreachable) as told, reading(url):
        pass
    return "".join(traceback.format_exception(told.value))


@pytest.mark.parametrize("sign", ["%", "% ", "%zz", "@", "/"])
def test_a_sign_that_cuts_the_address_is_refused_without_a_part_of_the_password(sign: str) -> None:
    said = refused(f"postgresql://reader:S3C{sign}RET@127.0.0.1:9/jobindsats")
    assert "Adressen i DASHBOARD_URL kan ikke læses: skriv @ : / # ? og % i adgangskoden som %40" in said
    assert not any(part in said for part in PARTS)


@pytest.mark.parametrize("sign", ["%25", "%40", "%2F", "%3F", "%3A", "%23"])
def test_one_that_is_written_out_is_tried_and_tells_no_password(sign: str) -> None:
    said = refused(f"postgresql://reader:S3C{sign}RET@127.0.0.1:9/jobindsats")
    assert "Datavarehuset svarer ikke" in said
    assert not any(part in said for part in PARTS)


def test_without_a_server_it_says_so_in_danish() -> None:
    with pytest.raises(Unreachable, match="Datavarehuset svarer ikke"), reading("postgresql://127.0.0.1:1/x"):
        pass
