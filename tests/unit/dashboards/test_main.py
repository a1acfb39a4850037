"""What the dashboard's process is given of the environment."""

from __future__ import annotations

from dashboards.__main__ import own_environment


def test_the_page_knows_no_token_and_no_address_of_the_warehouse() -> None:
    given = {
        "PATH": "/bin",
        "JOBINDSATS_API_TOKEN": "secret",
        "JOBINDSATS_WAREHOUSE_URL": "postgresql://owner:secret@host/database",
        "JOBINDSATS_NOTIFY": "mailtos://user:secret@host",
        "JOBINDSATS_CONTACT": "Jobcentret",
        "JOBINDSATS_NOW": "2023-12-05T04:15:00+01:00",
        "DASHBOARD_URL": "postgresql://dashboard@host/database",
    }
    kept = own_environment(given)
    assert set(kept) == {"PATH", "JOBINDSATS_CONTACT", "JOBINDSATS_NOW", "DASHBOARD_URL"}
    assert "secret" not in str(kept)
