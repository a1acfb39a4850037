"""The command line: the commands by name, each loaded from the module that holds it when it is called.

Exit status: 0 well, 1 failed, 2 wrong use, 3 done in part, or something needs a person: quarantined, late, left out.
"""

from __future__ import annotations

import gc
import sys

from cyclopts import App, CycloptsError, UnusedCliTokensError

from flows.command_line.options import FAILED, WELL, WRONG_USE

# What `jobindsats --help` says of each stands here too, so that it answers without loading them.
COMMANDS = {
    "flows.command_line.administration:warehouse": "The warehouse itself: address, start, stop, migrations, readers.",
    "flows.command_line.quarantine:quarantine": "Loads that were stopped: list them, look at one, release one.",
    "flows.command_line.runs:nightly": "Run one night now: fetch what is new, check it, publish it, derive the marts.",
    "flows.command_line.runs:serve": (
        "Serve the deployments on this machine until Ctrl-C: Prefect's server with its interface, and a worker."
    ),
    "flows.command_line.runs:backfill": (
        "Fill years backwards: partition by partition, beside the nights and giving way to them."
    ),
    "flows.command_line.runs:replay": (
        "Rebuild a warehouse from the archive alone, without the publisher; or prove that it could be."
    ),
    "flows.command_line.show:status": (
        "Say which tables are late or were stopped, and how many are fresh; with --long what is held of each."
    ),
    "flows.command_line.show:show": (
        "Show observations of one table and area, as they stand or as they were known on a day."
    ),
    "flows.command_line.revisions:revisions": "Show what the publisher changed after it was first published.",
    "flows.command_line.revisions:settled": (
        "Show what an area's newest values are expected to come to once late registrations are in, beside what is published."
    ),
    "flows.command_line.show:totals": (
        "Show all benefits together, month by month: whole, or with bounds and the names of what lacks."
    ),
    "flows.command_line.catalogue:tables": (
        "Find tables by title, subject or measure, loaded or not, or by a member; or look at one, by its id."
    ),
    "flows.command_line.catalogue:areas": (
        "List the areas, or those whose name or code is like the words: country, regions, landsdele, municipalities."
    ),
    "flows.command_line.catalogue:adopt": (
        "Take tables into the catalogue: a declaration of each is written from what its publisher says of it."
    ),
    "flows.command_line.catalogue:catalogue": (
        "What is declared, beside what the publishers say: compare it, accept what changed."
    ),
    "flows.command_line.figures:figures": "List the derived figures: formula, unit, and what each reads.",
    "flows.command_line.figures:figure": (
        "Show a derived figure for an area, with its bounds, assumptions and vintages."
    ),
    "flows.command_line.figures:explain": (
        "Take a figure apart: formula, inputs with their vintages, assumptions, down to the archived bytes' hashes."
    ),
    "flows.command_line.outputs:briefing": (
        "Write the committee's appendix of a municipality (HTML, Word or PDF by the file's ending), or of all as HTML."
    ),
    "flows.command_line.figures:claims": (
        "Hold the numbers of a paper, written down in a YAML file, against the warehouse."
    ),
    "flows.command_line.disclosure:disclosure": (
        "Say whether anything told here narrows a count that a publisher hides further than its own cells do."
    ),
    "flows.command_line.figures:thresholds": (
        "Show how a municipality's own limits, written down in a YAML file, stand; nothing is told or put on record."
    ),
    "flows.command_line.administration:doctor": (
        "Look at settings, warehouse, archive, publisher and Prefect, and at each declared table beside its publisher."
    ),
    "flows.command_line.exports:export": (
        "Write the marts, or any table, as files, all of one state of the warehouse, with a manifest of what they are."
    ),
    "flows.command_line.services:serve_data": (
        "Answer programs of readers until Ctrl-C: over HTTP, and assistants by the Model Context Protocol; it never writes."
    ),
    "flows.command_line.outputs:dictionary": (
        "Print the data dictionary: every mart and column with its meaning, type and unit."
    ),
    "flows.command_line.outputs:lineage": (
        "Write OpenLineage's events of each vintage that has none yet: the bytes it was read from, and what it brought."
    ),
}


def _version() -> str:
    from importlib.metadata import version

    return version("jobindsats-warehouse")


app = App(
    name="jobindsats",
    help="Danish municipal labour-market figures: fetched nightly, checked, every version kept.",
    version=_version,
    help_format="plaintext",  # its markdown costs a tenth of a second to import
    result_action="return_value",
    suppress_keyboard_interrupt=False,  # `run` ends it with a sentence and a status of its own
)

app.register_install_completion_command(
    help="Let the shell complete commands and options from now on: bash, zsh, fish or PowerShell."
)

for path, sentence in COMMANDS.items():
    app.command(path, help=sentence)


def main() -> None:
    """The entry of `jobindsats`."""
    search_for_garbage_seldom()
    sys.exit(run(sys.argv[1:]))


def search_for_garbage_seldom() -> None:
    """What a command loads stays until it ends: to look for garbage among it takes a twentieth of a quick answer, and a fifth
    of the import of Great Expectations (2026-11).
    """
    gc.set_threshold(100_000, 50, 50)


def run(arguments: list[str]) -> int:
    """Carry out one command line and give its exit status; what went wrong is one sentence on standard error."""
    try:
        status = app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        from cyclopts import CycloptsPanel

        from flows.printing import console

        terminal = console(of_errors=True)
        terminal.print(CycloptsPanel(error))
        if isinstance(error, UnusedCliTokensError) and (meant := _meant(arguments, error)):
            terminal.print(f"What has several words stands in quotation marks: '{meant}'")
        terminal.print(f"`{' '.join(('jobindsats', *(error.command_chain or ())))} --help` says what can be written")
        return WRONG_USE
    except KeyboardInterrupt:
        sys.stderr.write("stopped; what was published stands, and the next run goes on from there\n")
        return FAILED
    except Exception as error:  # noqa: BLE001  # whatever it is, a person gets one sentence
        from flows.printing import tell
        from tasks.upkeep.administration import is_wrong_use
        from warehouse.errors import in_a_sentence

        tell(f"jobindsats: {in_a_sentence(error)}")
        return WRONG_USE if is_wrong_use(error) else FAILED
    return status if isinstance(status, int) else WELL


def _meant(arguments: list[str], error: UnusedCliTokensError) -> str:
    """The words that somebody may have meant together, the last of which belong to nothing; "" where there are none."""
    unused, named = error.unused_tokens or [], error.command_chain or ()
    at = next((at for at in range(1, len(arguments)) if arguments[at:][: len(unused)] == unused), 0)
    return "" if not at or arguments[at - 1] in named else " ".join(arguments[at - 1 : at + len(unused)])


if __name__ == "__main__":
    main()
