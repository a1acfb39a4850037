"""`python -m dashboards`: the dashboard on this machine, until Ctrl-C.

It reads as DASHBOARD_URL says. Where that is unset and the warehouse is the embedded one, an account for it is made there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

LOGIN = "dashboard"
KEPT = frozenset({"JOBINDSATS_CONTACT", "JOBINDSATS_MUNICIPALITY", "JOBINDSATS_NOW"})
"""The settings that its page reads; of the others, a token and addresses with passwords, it has no need."""
# Nothing is sent anywhere, nothing is asked, and nobody but this machine is answered.
FLAGS = {
    "browser.gatherUsageStats": "false",
    "server.headless": "true",
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": "#0072B2",
}


def main() -> None:
    """See to it that there is an account, then become Streamlit."""
    port = sys.argv[1] if len(sys.argv) > 1 else "8501"
    environment = own_environment(os.environ) | {"DASHBOARD_URL": os.environ.get("DASHBOARD_URL") or _own_account()}
    flags = [f"--{name}={value}" for name, value in {**FLAGS, "server.port": port}.items()]
    sys.stdout.write(f"The dashboard: http://127.0.0.1:{port} (Ctrl-C ends it)\n")
    sys.stdout.flush()
    page = str(Path(__file__).with_name("app.py"))
    os.execve(sys.executable, [sys.executable, "-m", "streamlit", "run", page, *flags], environment)


def own_environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment without our settings, but for those that the page reads."""
    return {name: value for name, value in given.items() if not name.startswith("JOBINDSATS_") or name in KEPT}


def _own_account() -> str:
    """The address of an account in the embedded warehouse that may read the marts and nothing else."""
    if os.environ.get("JOBINDSATS_WAREHOUSE_URL"):
        sys.exit(
            "DASHBOARD_URL is not set: make an account with `jobindsats warehouse reader --login dashboard`, give it a "
            "password, and put its address (postgresql://dashboard:...@host/database) there"
        )
    jobindsats = str(Path(sys.executable).with_name("jobindsats"))
    made = [jobindsats, "warehouse", "reader", "--login", LOGIN, "--json"]
    told = subprocess.run(made, capture_output=True, text=True, check=False)
    if told.returncode:
        sys.exit(told.stderr.strip())
    given = json.loads(told.stdout)
    for remark in given["remarks"]:
        sys.stderr.write(f"{remark}\n")
    return str(given["address"])  # through the socket, where no password is asked for


if __name__ == "__main__":
    main()
