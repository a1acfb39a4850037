"""Declare the marts that are views of their own, for the contract: columns, types, meanings. Files in warehouse/sql make them.

They are not part of the schema's metadata, which is tables; their comments in the database are made from these.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Date, Double, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.marts.columns import area_and_month, last_day, series_break
from warehouse.marts.declaration import mart
from warehouse.schema.core import MOMENT, described, optional

views = MetaData()

revisions = Table(
    "revisions",
    views,
    described("table_id", Text, "The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("period", Text, "The period the value is about.", "Perioden, tallet handler om.", primary_key=True),
    described("period_last_day", Date, "The last day of that period.", "Periodens sidste dag."),
    described("area_code", Text, "Official code of the area.", "Områdets officielle kode.", primary_key=True),
    described("area_name", Text, "Name of the area.", "Områdets navn."),
    described(
        "measure",
        Text,
        "Our name of the measure, ending in its unit.",
        "Målets navn i datavarehuset; det slutter med enheden.",
        primary_key=True,
    ),
    described("unit", Text, "Unit of before, after and change.", "Enhed for før, efter og ændring."),
    described("members", JSONB, "Dimension to member.", "Fordelingen: dimension og kategori.", primary_key=True),
    optional(
        "before_value",
        Double,
        "The value that was replaced; null unless observed.",
        "Det tal, der blev erstattet; tom, hvis det ikke var oplyst.",
        unit="in column unit",
    ),
    described("before_status", Text, "Its status.", "Status for tallet før."),
    optional(
        "after_value",
        Double,
        "The value that replaced it; null unless observed.",
        "Det tal, der trådte i stedet; tom, hvis det ikke er oplyst.",
        unit="in column unit",
    ),
    described("after_status", Text, "Its status.", "Status for tallet efter."),
    optional(
        "change_value",
        Double,
        "After minus before; null where either is not observed.",
        "Efter minus før; tom, hvis et af tallene ikke er oplyst.",
        unit="in column unit",
    ),
    described(
        "vintage_id",
        Integer,
        "The vintage that brought the change.",
        "Den udgave, der bragte ændringen.",
        primary_key=True,
    ),
    optional(
        "publisher_updated_on", Date, "The publisher's date of that vintage.", "Kildens opdateringsdato for den udgave."
    ),
    described("seen_at", MOMENT, "When we saw it.", "Hvornår vi så den."),
    optional(
        "benefit_group",
        Text,
        "The benefit group in marts.benefit_recipients that it is a count of; null for others.",
        "Den ydelsesgruppe i marts.benefit_recipients, tallet hører til; tom for andre.",
    ),
    described("period_first_day", Date, "The first day of that period.", "Periodens første dag."),
    **mart(
        "One row per observation that a later vintage changed: before, after and when it was seen.",
        "Én række pr. tal, som en senere udgave har ændret: før, efter, og hvornår vi så det.",
        hashed_by=("table_id", "period"),
        years_by="period_last_day",
    ),
)

benefit_totals = Table(
    "benefit_totals",
    views,
    *area_and_month(),
    optional(
        "total_full_time_persons",
        Integer,
        "Full-time persons on all counted benefits; null unless every part was observed.",
        "Fuldtidspersoner på alle ydelser, der tælles med; tom, hvis blot én del er skjult eller mangler.",
    ),
    optional(
        "total_low_full_time_persons",
        Integer,
        "The least it can be: hidden and lacking parts as 0. No total; null where no part is there.",
        "Det mindste, tallet kan være: skjulte og manglende dele regnet som 0. Ikke en total; tom, hvor intet er kommet.",
    ),
    optional(
        "total_high_full_time_persons",
        Integer,
        "The most it can be: hidden parts as 2; null where a part lacks.",
        "Det højeste, tallet kan være: skjulte dele regnet som 2; tom, hvor en del mangler.",
    ),
    described(
        "status",
        Text,
        "observed (whole), else the worst of a part's: suppressed, not_yet, withdrawn or missing.",
        "observed (alt er med), ellers den værste af delenes: suppressed (skjult), not_yet (endnu ikke opgjort), "
        "withdrawn (trukket tilbage) eller missing (mangler).",
    ),
    described("parts", Integer, "Benefits that are there, shown or hidden.", "Antal ydelser, der er kommet tal for."),
    described(
        "parts_expected",
        Integer,
        "Benefits that are counted and were in force in the month, loaded or not.",
        "Antal ydelser, der tælles med og var i kraft i måneden, hentet eller ej.",
    ),
    described("missing", Text, "Names of those that lack; empty: none.", "Navne på dem, der mangler; tom: ingen."),
    described("hidden", Text, "Names of those that are hidden; empty: none.", "Navne på de skjulte; tom: ingen."),
    described(
        "vintages",
        Text,
        "Numbers of the vintages that brought the parts, with ', ' between them.",
        "Numre på de udgaver, delene kom med, med ', ' imellem.",
    ),
    *series_break(),
    described(
        "provisional",
        Boolean,
        "Whether it is the newest month of one of the benefits: the publisher goes on to revise it.",
        "Om måneden er den nyeste for en af ydelserne: den er foreløbig, og kilden retter den fortsat.",
    ),
    last_day(),
    **mart(
        "One row per area and month: all counted benefits together, whole, or with what lacks. What is expected follows the "
        "benefits' validity, not what was loaded.",
        "Én række pr. område og måned: alle ydelser, der tælles med, lagt sammen; hel, eller med besked om, hvad der "
        "mangler. Hvad der skal være med, følger af, hvilke ydelser der var i kraft, ikke af, hvad der er hentet.",
        # Left out: it is marts.benefit_recipients added up.
        hashed_by=(),
        years_by="period_first_day",
    ),
)

freshness = Table(
    "freshness",
    views,
    described("table_id", Text, "The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("title", Text, "The publisher's title, Danish.", "Kildens titel."),
    described("title_en", Text, "The same in English.", "Titlen på engelsk."),
    optional(
        "retired_on",
        Date,
        "When the publisher stopped the table; null: it has not.",
        "Hvornår kilden lukkede tabellen; tom: den er ikke lukket.",
    ),
    optional(
        "newest_period",
        Text,
        "The newest period the warehouse holds.",
        "Den nyeste periode, datavarehuset har tal for.",
    ),
    optional("newest_period_last_day", Date, "The last day of that period.", "Periodens sidste dag."),
    optional(
        "publisher_updated_on",
        Date,
        "The publisher's date of our newest vintage; one that a backfill brought is left out until a night has "
        "looked at the whole table.",
        "Kildens opdateringsdato for vores nyeste udgave; en udgave fra en efterindlæsning tæller først med, når en "
        "natlig kørsel har set på hele tabellen.",
    ),
    optional("seen_at", MOMENT, "When we saw that vintage.", "Hvornår vi så den udgave."),
    optional(
        "publisher_newest_period",
        Text,
        "The publisher's newest period when it was last asked.",
        "Kildens nyeste periode, sidst vi spurgte.",
    ),
    optional(
        "next_release_on",
        Date,
        "The next release the publisher announced.",
        "Den næste offentliggørelse, kilden har varslet.",
    ),
    optional("last_outcome", Text, "Outcome of the last run.", "Udfaldet af den seneste kørsel."),
    optional("last_looked_at", MOMENT, "When the table was last looked at.", "Hvornår vi sidst så på tabellen."),
    optional("last_message", Text, "What the last run said of it.", "Hvad den seneste kørsel meldte."),
    optional(
        "is_fresh",
        Boolean,
        "Whether a night brought the publisher's newest period and its next release is not past; null for a retired "
        "table, and where the source announces no releases.",
        "Om vi har kildens nyeste periode, og den næste offentliggørelse ikke er overskredet; tom for en lukket tabel, og "
        "hvor kilden ikke varsler offentliggørelser.",
    ),
    optional(
        "newest_whole_period",
        Text,
        "The newest period that a night has looked at: one that only a backfill brought is left out.",
        "Den nyeste periode, en natlig kørsel har set på: en periode, der kun er efterindlæst, tæller ikke med.",
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
    described("series_break", Text, "Our id of the break.", "Databruddets id i datavarehuset.", primary_key=True),
    described("table_id", Text, "The publisher's table.", "Tabellen hos kilden.", primary_key=True),
    described("table_title", Text, "Its title, Danish.", "Tabellens titel."),
    described("first_period", Text, "The first period after the break.", "Den første periode efter bruddet."),
    described("first_period_first_day", Date, "The first day of that period.", "Periodens første dag."),
    described("title", Text, "What changed, in a few Danish words.", "Hvad der blev ændret, i få ord."),
    described(
        "caveat",
        Text,
        "The Danish sentence a comparison across the break carries.",
        "Det forbehold, en sammenligning hen over bruddet skal have.",
    ),
    described(
        "source", Text, "The act, guide or list that says so.", "Den lov, vejledning eller liste, det fremgår af."
    ),
    optional(
        "members",
        Text,
        "The members it concerns, with '; ' between them; null: the whole table.",
        "De underopdelinger, bruddet vedrører, med '; ' imellem; tom: hele tabellen.",
    ),
    optional(
        "benefit_groups",
        Text,
        "The benefits whose figures it concerns, with '; ' between them; null: none.",
        "De ydelser, hvis tal bruddet vedrører, med '; ' imellem; tom: ingen.",
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
    described("vintage_id", Integer, "Our number of the vintage.", "Udgavens nummer.", primary_key=True),
    described("table_id", Text, "The publisher's table.", "Tabellen hos kilden."),
    described("table_title", Text, "Its title.", "Tabellens titel."),
    optional(
        "publisher_updated_on",
        Date,
        "The publisher's date of it; null where it gave none.",
        "Kildens dato for udgaven; tom, hvor kilden ingen gav.",
    ),
    described("seen_at", MOMENT, "When we saw it.", "Hvornår udgaven blev set."),
    **mart(
        "One row per vintage of a publisher table: the name that marts.vintages had in version 1, kept until version 3.",
        "Én række pr. udgave af en tabel hos kilden: det navn, marts.vintages havde i version 1, som findes til version 3.",
        # Left out: it is the vintages again.
        hashed_by=(),
    ),
)

MARTS = (benefit_totals, revisions, freshness, series_breaks, known_moments)
