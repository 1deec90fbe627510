"""Figures come in from the census of the home pack and from folders of series."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register
from multaqa.observatory.bulk import put_values
from multaqa.observatory.models import Branch, Hazard, Indicator, Scheme
from multaqa.observatory.register import hazards, protection
from multaqa.observatory.reported import reported_series
from multaqa.observatory.series import Series, census_series, country_series, folder_series
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import home_pack, home_places
from multaqa.territories.reading import read_pack

VERBS = {
    "observatory.comparison_loaded": _("Country’s census loaded for comparison"),
    "observatory.indicators_loaded": _("Indicators loaded"),
    "observatory.series_loaded": _("Series loaded"),
}
register(VERBS)


def load_indicators(*, actor: Actor, pack: Path | str) -> RegionPack:
    """Load the indicators of the home pack, from its census or from its own tables.

    pack: a built-in name or a folder, as given to `territories.load_pack`. Raises Refused when another pack,
    or none, is loaded, and with file and line for a malformed table. Loading again brings figures up to date.
    """
    require(actor, "observatory.load_indicators")
    read = read_pack(pack)
    known = {place.code for place in read.places}
    own = (read.folder / "indicators.csv").is_file()
    series = census_series(read) + (folder_series(read.folder, known) if own else []) + reported_series()
    with transaction.atomic():
        home = home_pack()
        if home is None or home.key != read.key:
            raise Refused(_("Load the territories of the pack “%(key)s” first."), key=read.key)
        _store_register()
        facts = _store(series)
        record(actor, "observatory.indicators_loaded", home, facts=facts)
    return home


def load_series(*, actor: Actor, folder: Path | str) -> RegionPack:
    """Add indicators from a folder's indicators.csv and values.csv; what is invented says so in `is_demo`.

    Raises Refused with file and line for a malformed table, before anything is written.
    """
    require(actor, "observatory.load_series")
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    series = folder_series(Path(folder), set(Territory.objects.values_list("code", flat=True)))
    with transaction.atomic():
        facts = _store(series)
        record(
            actor, "observatory.series_loaded", home, facts={**facts, "codes": [row.code for row in series]}
        )
    return home


def load_comparison(*, actor: Actor) -> RegionPack:
    """Load the census of the country around the home region, so that each commune compares with all others.

    Raises Refused before `territories.load_country` has brought the country's places.
    """
    require(actor, "observatory.load_comparison")
    home = home_pack()
    if home is None or home.country is None:
        raise Refused(_("Load the country’s territories first."))
    around = Territory.objects.exclude(pk__in=home_places().values("pk"))
    series = country_series(set(around.values_list("code", flat=True)))
    with transaction.atomic():
        facts = _store(series)
        record(actor, "observatory.comparison_loaded", home, facts=facts)
    return home


def _store_register() -> None:
    """Hazards, branches and schemes: small tables that follow their files."""
    Hazard.objects.bulk_create(
        [Hazard(**row) for row in hazards()],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "type", "type_title", "cluster", "cluster_title"],
    )
    found = protection()
    gaps = {row["branch"]: Translated(row["title"]) for row in found["gap"]}
    for position, row in enumerate(found["branch"]):
        columns = {"title": Translated(row["title"]), "gap": gaps.get(row["code"], Translated())}
        Branch.objects.update_or_create(code=row["code"], defaults={**columns, "position": position})
    branches = Branch.objects.in_bulk(field_name="code")
    for position, row in enumerate(found["scheme"]):
        scheme, _created = Scheme.objects.update_or_create(
            code=row["code"],
            defaults={
                "title": Translated(row["title"]),
                "note": Translated(row["note"]),
                "of_framework_law": row["origin"] == "framework-law",
                "position": position,
                **{name: row[name] for name in ("law", "since", "planned", "verified")},
            },
        )
        scheme.branches.set([branches[code] for code in row["branches"]])


def _store(series: list[Series]) -> dict[str, int]:
    for row in series:
        Indicator.objects.update_or_create(code=row.code, defaults=row.columns)
    indicators = Indicator.objects.in_bulk([row.code for row in series], field_name="code")
    _relate(series, indicators)
    places = dict(Territory.objects.values_list("code", "pk"))
    rows = [
        (
            indicators[row.code].pk,
            places[figure.code],
            figure.year,
            figure.sex,
            figure.milieu,
            figure.value,
            figure.n,
            None,
        )
        for row in series
        for figure in row.figures
    ]
    put_values(rows)
    return {"indicators": len(series), "values": len(rows)}


def _relate(series: list[Series], indicators: dict[str, Indicator]) -> None:
    for relation, related in (("hazards", Hazard), ("branches", Branch)):
        known = related.objects.in_bulk(field_name="code")
        for row in series:
            wanted = [known[code] for code in getattr(row, relation) if code in known]
            getattr(indicators[row.code], relation).set(wanted)
