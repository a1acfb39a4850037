"""The mart of investment cases: what a place and a course cost, in DKK, and how many persons off benefit pay for them.

One row per area, year, case and price of a person. Source: the papers that propose the investments.
"""

from __future__ import annotations

from warehouse.marts.declaration import BASIS, figure_mart, key, number

investment_case = figure_mart(
    "investment_case",
    "One row per area, year, case and price of a person. What a place and a course cost, and how many persons break even.",
    "Én række pr. område, år, investering og pris pr. person. Hvad en plads og et forløb koster, og hvor mange personer "
    "der skal til, før udgiften er tjent hjem.",
    key("investment", "The case.", "Investeringen.", source="item"),
    key("basis", *BASIS),
    number("cost_dkk", "Cost in the year.", "Udgift i året."),
    number("places_persons", "Places at a time.", "Antal pladser ad gangen."),
    number("cost_per_place_dkk", "Cost of a place in a year.", "Udgift pr. plads på et år."),
    number(
        "cost_per_course_low_dkk",
        "Cost of all years over the most courses they may give.",
        "Udgiften i alle år delt med det største antal forløb, de kan give.",
    ),
    number(
        "cost_per_course_high_dkk",
        "Cost of all years over the fewest courses they may give.",
        "Udgiften i alle år delt med det mindste antal forløb, de kan give.",
    ),
    number(
        "saving_per_person_dkk",
        "Net municipal cost of a person that is saved in the year.",
        "Den kommunale nettoudgift, der spares i året pr. person.",
    ),
    number(
        "horizon_years",
        "Years for which a person is off benefit; null by a net price, which is of one year.",
        "Antal år, en person er ude af forsørgelse; tom ved en nettopris, som gælder ét år.",
    ),
    number(
        "discount_rate_pct",
        "Rate by which later years are discounted; null by a net price.",
        "Den rente, senere år tilbagediskonteres med; tom ved en nettopris.",
    ),
    number(
        "break_even_persons",
        "Persons off public support who cover the cost: by a net price the year's, by the ladder that of all years.",
        "Antal personer ude af forsørgelse, der dækker udgiften: ved en nettopris årets, ved refusionstrappen alle års.",
        source="value",
    ),
    number(
        "break_even_low_persons",
        "The same, every assumption at the end that asks for fewest.",
        "Det samme, når alle forudsætninger er sat til det, der kræver færrest.",
        source="low",
    ),
    number(
        "break_even_high_persons",
        "The same, every assumption at the end that asks for most.",
        "Det samme, når alle forudsætninger er sat til det, der kræver flest.",
        source="high",
    ),
    figure="investment_case",
)

MARTS = (investment_case,)
