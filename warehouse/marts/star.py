"""Declare the star for reporting tools: the fact `observations` with everything that is loaded, and its dimensions.

A column that has a dimension's key for its name joins it, in every mart: docs/recipes.md has the picture. Units are in one.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Date, Double, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.marts.columns import series_break, table_id
from warehouse.marts.declaration import mart
from warehouse.marts.dimensions import DIMENSIONS
from warehouse.marts.views import views
from warehouse.schema.core import MOMENT, described, optional

observations = Table(
    "observations",
    views,
    table_id("The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("measure", Text, "Our name of the measure.", "Målets navn i datavarehuset.", primary_key=True),
    described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
    described("period", Text, "The period the value is about.", "Perioden, tallet handler om.", primary_key=True),
    described("members", JSONB, "Dimension to member.", "Fordelingen: dimension og kategori.", primary_key=True),
    described("measure_id", SmallInteger, "Our number of the measure.", "Målets nummer."),
    described(
        "member",
        Text,
        "Its members in words, without totals; empty: the total.",
        "Kategorierne i ord, uden totaler; tom: totalen.",
    ),
    described(
        "is_total",
        Boolean,
        "Whether every breakdown is at its total. Never add rows with it to rows without.",
        "Om alle fordelinger står på totalen. Læg aldrig rækker med og uden total sammen.",
    ),
    optional(
        "benefit_group",
        Text,
        "The benefit group in marts.benefit_recipients that it is a count of; null for others.",
        "Den ydelsesgruppe i marts.benefit_recipients, tallet hører til; tom for andre.",
    ),
    described("unit", Text, "Unit of the value.", "Tallets enhed."),
    optional(
        "value",
        Double,
        "The value; null unless observed. A null is never a zero.",
        "Tallet; tom, hvis det ikke er oplyst. Tom betyder aldrig nul.",
        unit="in column unit",
    ),
    described(
        "status",
        Text,
        "observed, suppressed, not_yet or withdrawn.",
        "observed (oplyst), suppressed (skjult), not_yet (endnu ikke opgjort) eller withdrawn (trukket tilbage).",
    ),
    described("area_name", Text, "Name of the area.", "Områdets navn."),
    described("period_first_day", Date, "First day of the period.", "Periodens første dag."),
    described("period_last_day", Date, "Last day of the period.", "Periodens sidste dag."),
    described("vintage_id", Integer, "The vintage that brought it.", "Den udgave, tallet kom med."),
    optional(
        "publisher_updated_on",
        Date,
        "The publisher's date of it; null where it gave none.",
        "Kildens dato for udgaven; tom, hvor kilden ingen gav.",
    ),
    described("seen_at", MOMENT, "When we saw it.", "Hvornår vi så den."),
    *series_break("period", "perioden"),
    **mart(
        "One row per publisher table, measure, members, area and period: everything that is loaded, as it stands, withdrawn "
        "values among it. Add up only what marts.measures says adds up, and look at the status first.",
        "Én række pr. tabel, mål, kategori, område og periode: alt, der er hentet, som det gælder nu, også det, der er trukket "
        "tilbage. Læg kun det sammen, som marts.measures siger kan lægges sammen, og se på status først.",
        # Left out: it is the facts again.
        hashed_by=(),
        years_by="period_last_day",
    ),
)

MARTS = (*DIMENSIONS, observations)
