"""Declare the marts that are views, for the contract: their columns, types and meanings. Files in warehouse/sql make them.

They are not part of the schema's metadata, which is tables; their comments in the database are made from these.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Double, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.marts.declaration import mart
from warehouse.schema.core import told

views = MetaData()

revisions = Table(
    "revisions",
    views,
    Column("table_id", Text, primary_key=True, **told("The publisher's table.", "Tabellen hos kilden.")),
    Column("period", Text, primary_key=True, **told("The period the value is about.", "Perioden, tallet handler om.")),
    Column("period_last_day", Date, nullable=False, **told("The last day of that period.", "Periodens sidste dag.")),
    Column("area_code", Text, primary_key=True, **told("Official code of the area.", "Områdets officielle kode.")),
    Column("area_name", Text, nullable=False, **told("Name of the area.", "Områdets navn.")),
    Column(
        "measure",
        Text,
        primary_key=True,
        **told("Our name of the measure, ending in its unit.", "Målets navn i datavarehuset; det slutter med enheden."),
    ),
    Column(
        "unit", Text, nullable=False, **told("Unit of before, after and change.", "Enhed for før, efter og ændring.")
    ),
    Column(
        "members",
        JSONB,
        primary_key=True,
        **told("Dimension to member.", "Fordelingen: dimension og kategori."),
    ),
    Column(
        "before_value",
        Double,
        **told(
            "The value that was replaced; null unless observed.",
            "Det tal, der blev erstattet; tom, hvis det ikke var oplyst.",
            unit="in column unit",
        ),
    ),
    Column("before_status", Text, nullable=False, **told("Its status.", "Status for tallet før.")),
    Column(
        "after_value",
        Double,
        **told(
            "The value that replaced it; null unless observed.",
            "Det tal, der trådte i stedet; tom, hvis det ikke er oplyst.",
            unit="in column unit",
        ),
    ),
    Column("after_status", Text, nullable=False, **told("Its status.", "Status for tallet efter.")),
    Column(
        "change_value",
        Double,
        **told(
            "After minus before; null where either is not observed.",
            "Efter minus før; tom, hvis et af tallene ikke er oplyst.",
            unit="in column unit",
        ),
    ),
    Column(
        "vintage_id",
        Integer,
        primary_key=True,
        **told("The vintage that brought the change.", "Den udgave, der bragte ændringen."),
    ),
    Column(
        "publisher_updated_on",
        Date,
        **told("The publisher's date of that vintage.", "Kildens opdateringsdato for den udgave."),
    ),
    Column("seen_at", DateTime(timezone=True), nullable=False, **told("When we saw it.", "Hvornår vi så den.")),
    Column(
        "benefit_group",
        Text,
        **told(
            "The benefit group in marts.benefit_recipients that it is a count of; null for others.",
            "Den ydelsesgruppe i marts.benefit_recipients, tallet hører til; tom for andre.",
        ),
    ),
    **mart(
        "One row per observation that a later vintage changed: before, after and when it was seen.",
        "Én række pr. tal, som en senere udgave har ændret: før, efter, og hvornår vi så det.",
        hashed_by=("table_id", "period"),
        years_by="period_last_day",
    ),
)

freshness = Table(
    "freshness",
    views,
    Column("table_id", Text, primary_key=True, **told("The publisher's table.", "Tabellen hos kilden.")),
    Column("title", Text, nullable=False, **told("The publisher's title, Danish.", "Kildens titel.")),
    Column("title_en", Text, nullable=False, **told("The same in English.", "Titlen på engelsk.")),
    Column(
        "retired_on",
        Date,
        **told(
            "When the publisher stopped the table; null: it has not.",
            "Hvornår kilden lukkede tabellen; tom: den er ikke lukket.",
        ),
    ),
    Column(
        "newest_period",
        Text,
        **told("The newest period the warehouse holds.", "Den nyeste periode, datavarehuset har tal for."),
    ),
    Column("newest_period_last_day", Date, **told("The last day of that period.", "Periodens sidste dag.")),
    Column(
        "publisher_updated_on",
        Date,
        **told(
            "The publisher's date of our newest vintage; one that a backfill brought is left out until a night has "
            "looked at the whole table.",
            "Kildens opdateringsdato for vores nyeste udgave; en udgave fra en efterindlæsning tæller først med, når en "
            "natlig kørsel har set på hele tabellen.",
        ),
    ),
    Column("seen_at", DateTime(timezone=True), **told("When we saw that vintage.", "Hvornår vi så den udgave.")),
    Column(
        "publisher_newest_period",
        Text,
        **told(
            "The publisher's newest period when it was last asked.",
            "Kildens nyeste periode, sidst vi spurgte.",
        ),
    ),
    Column(
        "next_release_on",
        Date,
        **told("The next release the publisher announced.", "Den næste offentliggørelse, kilden har varslet."),
    ),
    Column("last_outcome", Text, **told("Outcome of the last run.", "Udfaldet af den seneste kørsel.")),
    Column(
        "last_looked_at",
        DateTime(timezone=True),
        **told("When the table was last looked at.", "Hvornår vi sidst så på tabellen."),
    ),
    Column("last_message", Text, **told("What the last run said of it.", "Hvad den seneste kørsel meldte.")),
    Column(
        "is_fresh",
        Boolean,
        **told(
            "Whether a night brought the publisher's newest period and its next release is not past; null for a retired "
            "table.",
            "Om vi har kildens nyeste periode, og den næste offentliggørelse ikke er overskredet; tom for en lukket tabel.",
        ),
    ),
    Column(
        "newest_whole_period",
        Text,
        **told(
            "The newest period that a night has looked at: one that only a backfill brought is left out.",
            "Den nyeste periode, en natlig kørsel har set på: en periode, der kun er efterindlæst, tæller ikke med.",
        ),
    ),
    **mart(
        "One row per publisher table: what the warehouse covers against the publisher's calendar. "
        "Computed from coverage, never from when a run ended.",
        "Én række pr. tabel hos kilden: hvad datavarehuset dækker, holdt op mod kildens kalender. Beregnet af dækningen, "
        "aldrig af hvornår en kørsel sluttede.",
        # Left out: it tells of looks at the publisher, not of figures, and changes with the calendar.
        hashed_by=(),
    ),
)

series_breaks = Table(
    "series_breaks",
    views,
    Column("series_break", Text, primary_key=True, **told("Our id of the break.", "Databruddets id i datavarehuset.")),
    Column("table_id", Text, primary_key=True, **told("The publisher's table.", "Tabellen hos kilden.")),
    Column("table_title", Text, nullable=False, **told("Its title, Danish.", "Tabellens titel.")),
    Column(
        "first_period",
        Text,
        nullable=False,
        **told("The first period after the break.", "Den første periode efter bruddet."),
    ),
    Column(
        "first_period_first_day",
        Date,
        nullable=False,
        **told("The first day of that period.", "Periodens første dag."),
    ),
    Column(
        "title",
        Text,
        nullable=False,
        **told("What changed, in a few Danish words.", "Hvad der blev ændret, i få ord."),
    ),
    Column(
        "caveat",
        Text,
        nullable=False,
        **told(
            "The Danish sentence a comparison across the break carries.",
            "Det forbehold, en sammenligning hen over bruddet skal have.",
        ),
    ),
    Column(
        "source",
        Text,
        nullable=False,
        **told("The act, guide or list that says so.", "Den lov, vejledning eller liste, det fremgår af."),
    ),
    **mart(
        "One row per series break and publisher table: from which period on figures are not "
        "comparable with those before it. A comparison across it carries the caveat; a line is never drawn through it.",
        "Én række pr. databrud og tabel hos kilden: fra hvilken periode tallene ikke kan sammenlignes med dem før. En "
        "sammenligning hen over bruddet skal have forbeholdet; en kurve tegnes aldrig igennem det.",
        hashed_by=("table_id", "first_period"),
    ),
)

known_moments = Table(
    "known_moments",
    views,
    Column("vintage_id", Integer, primary_key=True, **told("Our number of the vintage.", "Udgavens nummer.")),
    Column("table_id", Text, nullable=False, **told("The publisher's table.", "Tabellen hos kilden.")),
    Column("table_title", Text, nullable=False, **told("Its title.", "Tabellens titel.")),
    Column(
        "publisher_updated_on",
        Date,
        **told(
            "The publisher's date of it; null where it gave none.",
            "Kildens dato for udgaven; tom, hvor kilden ingen gav.",
        ),
    ),
    Column(
        "seen_at",
        DateTime(timezone=True),
        nullable=False,
        **told("When we saw it.", "Hvornår udgaven blev set."),
    ),
    **mart(
        "One row per vintage of a publisher table: when something became known. At these moments answers as of a moment "
        "change; savings do too when a price is recorded.",
        "Én række pr. udgave af en tabel hos kilden: hvornår noget blev kendt. Svar pr. en dato ændrer sig i disse "
        "øjeblikke; besparelser også, når en pris registreres.",
        # Left out: it is the vintages again.
        hashed_by=(),
    ),
)

MARTS = (revisions, freshness, series_breaks, known_moments)
