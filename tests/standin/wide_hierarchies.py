"""The hierarchies by which the publisher's tables can be broken down beside those that the catalogue asks for.

Ids are the publisher's. Labels are the real ones for sex, origin, age, unemployment funds, weeks, graduates, categories and
rates of cash assistance; all others are made up. Value ids are known for sex, origin and age alone.
"""

from __future__ import annotations

from functools import cache

from tests.standin import geography, noise, recipes, splits
from tests.standin.editions import ROOT, Hierarchy, Level, Node, Split

_FUNDS = (
    "A-kassen A&Til", "A-kassen Ase", "A-kassen Frie", "A-kassen for Journalistik, Komm. og Sprog",
    "Akademikernes A-kasse", "BUPL A-kasse", "CA A-kasse", "Det Faglige Hus A-kasse", "Din Faglige A-Kasse",
    "Din Sundhedsfaglige A-kasse", "FOAs A-kasse", "Faglig Fælles (3F) A-kasse", "HK /Danmarks A-kasse",
    "Kristelig A-Kasse", "Lederne A-kasse", "Lærernes A-kasse", "Magistrenes A-kasse", "Metalarbejdernes A-Kasse",
    "Min A-kasse", "Socialpædagogernes A-Kasse", "Teknikernes A-Kasse",
)  # fmt: skip
_VISITATION = ("Jobparat", "Aktivitetsparat", "Uddannelsesparat", "Åbenlys uddannelsesparat", "Uoplyst")
_WEEKS = ("Supplerende dagpenge op til 13 uger", "Supplerende dagpenge ud over 13 uger")
_ORIGIN = (
    "Personer med dansk oprindelse", "Indvandrere fra vestlige lande", "Efterkommere fra vestlige lande",
    "Indvandrere fra ikke-vestlige lande", "Efterkommere fra ikke-vestlige lande",
)  # fmt: skip
_BENEFITS = ("A-dagpenge", "Kontanthjælp", "Sygedagpenge", "Ledighedsydelse", "Jobafklaringsforløb", "Ressourceforløb")
_STATUSES = ("Beskæftigelse", "Uddannelse", "Fortsat på ydelsen", "Anden ydelse", "Selvforsørgelse mv.")
_TRADES = ("Landbrug", "Industri", "Bygge og anlæg", "Handel", "Transport", "Undervisning", "Sundhed", "Øvrige")

# Id: the dimension's name, the label of its total (None: it has none), its members.
_FLAT: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "_oprinda": ("Herkomst", "Herkomst i alt", _ORIGIN),
    "_akassedp": ("A-kasse", "A-kasse i alt", _FUNDS),
    "_akassebl": ("A-kasse", "I alt", (*_FUNDS, "Ingen a-kasse")),
    "_ygrpi09": ("Ydelsesgrupper", "Ydelsesgrupper i alt", ("A-dagpenge", "Kontanthjælp")),
    "_ygrpc02": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_ygrpkval01": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_ygrpmm12": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_ygrp_j01": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_ygrp_maal01": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_ygrpi13": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_ygrpi13_esco": ("Ydelsesgrupper", "Ydelsesgrupper i alt", _BENEFITS),
    "_maalgrp": ("Målgruppe", "Målgrupper i alt", ("Forsikrede", "Jobparate", "Øvrige")),
    "_maalgrp_d03": ("Målgruppe", "Målgrupper i alt", ("Forsikrede", "Jobparate", "Øvrige")),
    "_varig_maal01": ("Varighed", "Varighed i alt", ("Under 1 år", "1 år og derover")),
    "_var13uger": ("Arbejdsfordelingstype", None, _WEEKS),
    "_dimittend": ("Dimittend", "Ledige i alt", ("Øvrige ledige", "1 års dimittendret", "Øvrige dimittender")),
    "_forlang": ("Forlængelser af dagpengeperioden", "Personer i alt", ("Uden forlængelse", "Med forlængelse")),
    "_dpforbrug": ("Forbrug af dagpengeperioden", "Forbrug i alt", ("Under 1 år", "1 til 2 år")),
    "_ledkat": ("Ledighedskategori", "Kategorier i alt", ("Ledig", "Aktiveret")),
    "_sats": ("Sats", "Satser i alt", ("Forsørgersats", "Ikke-forsørgersats")),
    "_staakut": ("Aktuel status", "Status i alt", _STATUSES),
    "_staud": ("Efterfølgende status", "Status i alt", _STATUSES),
    "_amstatusb15": ("Arbejdsmarkedsstatus", "Status i alt", _STATUSES),
    "_arbstatus": ("Arbejdsmarkedsstatus", "Status i alt", _STATUSES),
    "_mentortype": ("Mentortype", "Mentorer i alt", ("Intern", "Ekstern")),
    "_sagsart": ("Sagsart", "Sager i alt", ("Lønmodtager", "Ledig", "Selvstændig")),
    "_syg_vis": ("Visitationskategori", "Visitationskategori i alt", ("Kategori 1", "Kategori 2", "Kategori 3")),
    "_viskat_1int": ("Visitationskategori", "Visitationskategori i alt", _VISITATION),
    "_viskat_1kth": ("Visitationskategori", "Visitationskategori i alt", _VISITATION),
    "_viskat_2udh": ("Visitationskategori", "Visitationskategori i alt", _VISITATION),
    "_kth_sats": (
        "Kontanthjælpssatser",
        "Kontanthjælpssatser i alt",
        ("Forhøjet sats", "Grundsats", "Mindstesats omfattet af program", "Mindstesats øvrige"),
    ),
    "_omint": ("Omfattet af arbejdspligt", "Personer i alt", ("Omfattet", "Ikke omfattet")),
    "_tilbud_d03": ("Tilbud", "Tilbud i alt", ("Virksomhedspraktik", "Løntilskud")),
    "_alder30": ("Alder", "Alder i alt", ("Under 30 år", "30 år og derover")),
    "_alder_5i30_60s": ("Alder", "Alder i alt", ("Under 30 år", "30-59 år", "60 år og derover")),
    "_tilmeldegruppe": ("Tilmeldegruppe", "Ledige i alt", ("Jobparate", "Øvrige")),
    "_hoejst_udd": (
        "Højest fuldførte uddannelse",
        "Uddannelser i alt",
        ("Grundskole", "Erhvervsuddannelse", "Videregående"),
    ),
    "_branche_y25i02": ("Branche", "Brancher i alt", _TRADES),
    "_branche": ("Branche", "Brancher i alt", _TRADES),
    "_branchea": ("Branche", "Brancher i alt", _TRADES),
    "_arsag": ("Årsag", "Årsager i alt", ("Lukning", "Indskrænkning")),
    "_omfang": ("Omfang", "Omfang i alt", ("Under 50 personer", "50 personer og derover")),
    "_virkstra": ("Virksomhedsstørrelse", "Virksomheder i alt", ("Under 100 ansatte", "100 ansatte og derover")),
    "_opdel_akt": ("Aktivering", "Personer i alt", ("Aktiveret", "Ikke aktiveret")),
    "_statsborger": (
        "Statsborgerskab",
        "Statsborgerskaber i alt",
        ("Polen", "Rumænien", "Tyskland", "Ukraine", "Øvrige"),
    ),
    "_opholdsgrundlag": ("Opholdsgrundlag", "Opholdsgrundlag i alt", ("EU/EØS", "Erhverv", "Studie", "Øvrige")),
    "_popbeskudl": ("Population", "Personer i alt", ("Nye lønmodtagere", "Øvrige lønmodtagere")),
    "_esco_uri": (
        "Stillingsbetegnelse",
        "Stillingsbetegnelser i alt",
        tuple(f"Stilling {n:03}" for n in range(1, 501)),
    ),
    "_escostar_rs": ("Stillingsbetegnelse", None, tuple(f"Stilling {n:03}" for n in range(1, 201))),
}


@cache
def split(hierarchy_id: str) -> Split:
    """A hierarchy, and the share of the total that each of its nodes has."""
    known = {each.hierarchy.id: each for each in splits.STOCK_SPLITS}
    if hierarchy_id in known:
        return known[hierarchy_id]
    return _offers() if hierarchy_id == "_tilb_2ptv" else _flat(hierarchy_id)


def _flat(hierarchy_id: str) -> Split:
    dimension, root, members = _FLAT[hierarchy_id]
    level = hierarchy_id.lstrip("_")
    ids = {name: f"/{number}/" for number, name in enumerate(members, start=1)}
    weights = {name: 0.2 + noise.chance("share", hierarchy_id, name) for name in members}
    ordered = sorted(members, key=geography.danish_order)
    levels = [Level(f"{level}_i_alt", root, (Node(ROOT, root),))] if root else []
    levels.append(Level(level, dimension, tuple(Node(ids[name], name) for name in ordered)))
    shares = [weights[name] / sum(weights.values()) for name in ordered]
    return Split(
        Hierarchy(hierarchy_id, dimension, hierarchy_id, dimension, tuple(levels)), (*([1.0] if root else []), *shares)
    )


def _offers() -> Split:
    """`_tilb_2ptv`: two levels, and labels that come on both of them with the same figures."""
    upper = {name: f"/{number}/" for number, name in enumerate(recipes.OFFERS, start=2)}
    shares = {upper[name]: share for name, (share, _) in recipes.OFFERS.items()}
    lower: dict[str, str] = {}
    for name, (share, parts) in recipes.OFFERS.items():
        for number, (part, of_it) in enumerate(parts, start=10):
            lower[f"{upper[name]}{number}/"] = part
            shares[f"{upper[name]}{number}/"] = share * of_it
    levels = (
        Level("tilb_2ptv_i_alt", "Tilbud i alt", (Node(ROOT, "Tilbud i alt"),)),
        Level("tilb_2ptv", "Tilbud", tuple(Node(upper[n], n) for n in sorted(upper, key=geography.danish_order))),
        Level(
            "tilb_2ptv_under",
            "Tilbud, underopdelt",
            tuple(Node(i, lower[i]) for i in sorted(lower, key=lambda each: geography.danish_order(lower[each]))),
        ),
    )
    found = Hierarchy("_tilb_2ptv", "Tilbud", "_tilb_2ptv", "Tilbud", levels)
    return Split(found, tuple(1.0 if node.value_id == ROOT else shares[node.value_id] for node in found.nodes))
