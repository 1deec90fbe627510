"""A comparison of rules as its page and its table tell it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from multaqa.funds import explanations, simulation
from multaqa.funds.simulation import Column, Comparison, Project
from multaqa.funds.simulation_words import COLOURS, LEFT_OUT, RULES, STANCES
from multaqa.kit import formats

_SALT = "multaqa.funds.comparisons"
KEPT_FOR = 24 * 60 * 60  # seconds during which a comparison may be looked at again
PAGE = 20  # projects a page
MOST_LABELS = 12  # categories or places told one by one


class _Compact(signing.JSONSerializer):
    """JSON with Arabic as it is: escaped, it would take twice the room in the page."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the summary: a value for each rule."""

    label: str
    values: list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One project: the place in which it won under each rule, None where it did not."""

    project: Project
    cost: str
    places: list[int | None]
    chip: str
    colour: str
    loses: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a project did not win under one rule; in which place it won where it did."""

    rule: str
    text: str
    won: bool


def name(column: Column | str) -> str:
    return str(RULES[column if isinstance(column, str) else column.choice][0])


def amount(minor: int, comparison: Comparison) -> str:
    """An amount of the file with its currency; decimals only when there are any."""
    # centimes are written with two figures even where the file needs one
    unit = max(comparison.unit, 100)
    whole, part = divmod(minor * (unit // comparison.unit), unit)
    point = "." if formats.language() == "en" else ","
    digits = len(str(unit)) - 1
    said = formats.number(whole) + (f"{point}{part:0{digits}d}" if part else "")
    return f"{said}{formats.NBSP}{formats.unit_name(comparison.currency)}".strip()


def summary(comparison: Comparison) -> list[Fact]:
    """What each rule did, in figures."""
    columns, voters = comparison.columns, comparison.voters
    budget = comparison.budget or 1
    facts = [
        Fact(_("Money spent"), [amount(column.spent, comparison) for column in columns]),
        Fact(_("Part of the budget"), [formats.percent(100 * column.spent / budget) for column in columns]),
        Fact(_("Projects supported"), [formats.number(len(column.won)) for column in columns]),
        Fact(_("Voters who get a project"), [_voters(column.reached, voters) for column in columns]),
        Fact(_("Voters who get none"), [_voters(voters - column.reached, voters) for column in columns]),
        Fact(
            _("Supported projects a voter approves, mean"), [formats.number(c.mean_won, 2) for c in columns]
        ),
        Fact(_("Part of the money a voter approves, mean"), [formats.percent(c.mean_share) for c in columns]),
        Fact(_("Groups short of their share (EJR+)"), [formats.number(column.short) for column in columns]),
    ]
    if comparison.recorded is not None:
        label = _("Winners recorded in the file that win here, of %(n)s") % {
            "n": formats.number(len(comparison.recorded))
        }
        facts.append(Fact(label, [formats.number(column.recorded or 0) for column in columns]))
    return facts


def stances(comparison: Comparison) -> list[tuple[str, str, int]]:
    """How many projects win always, sometimes and never: key, words, number."""
    found = [stance for _project, stance in simulation.ordered(comparison)]
    return [(key, str(words), found.count(key)) for key, words in STANCES.items()]


def rows(comparison: Comparison, stance: str = "") -> list[Row]:
    """The projects, those on which the rules differ first; of one stance only when one is named."""
    places = [{won: place for place, won in enumerate(column.won, start=1)} for column in comparison.columns]
    return [
        Row(
            project=project,
            cost=amount(project.cost, comparison),
            places=[won.get(project.id) for won in places],
            chip=str(STANCES[found]),
            colour=COLOURS[found],
            loses=found != "always",
        )
        for project, found in simulation.ordered(comparison)
        if not stance or found == stance
    ]


def reasons(comparison: Comparison, project: str) -> list[Reason]:
    """What each rule made of one project."""
    # isolated, so that a name in another script does not turn the sentence around
    titles = {found.id: f"\u2068{found.name}\u2069" for found in comparison.projects}
    told = []
    for column in comparison.columns:
        if project in column.won:
            place = formats.number(column.won.index(project) + 1)
            told.append(Reason(name(column), _("It wins in place %(place)s.") % {"place": place}, won=True))
        elif project in column.why:
            key, values = column.why[project]
            said = explanations.sentence(
                key, values, amount=lambda minor: amount(minor, comparison), title=titles.__getitem__
            )
            told.append(Reason(name(column), said, won=False))
    return told


def splits(comparison: Comparison) -> list[tuple[str, list[Fact]]]:
    """Where the money goes, by category and by place, as far as the file says."""
    found = []
    for title, by in (
        (_("By category"), lambda project: project.categories),
        (_("By district"), lambda project: (project.place,) if project.place else ()),
    ):
        sums = list(simulation.split(comparison, by).items())
        shown = [Fact(label, [amount(sum_, comparison) for sum_ in row]) for label, row in sums[:MOST_LABELS]]
        if len(sums) > MOST_LABELS:
            rest = [sum(column) for column in zip(*(row for _label, row in sums[MOST_LABELS:]), strict=True)]
            shown.append(Fact(_("all others"), [amount(sum_, comparison) for sum_ in rest]))
        if shown:
            found.append((title, shown))
    return found


def left_out(comparison: Comparison) -> list[tuple[str, str]]:
    """The rules that were not counted, each with its reason."""
    return [(name(choice), str(LEFT_OUT[reason])) for choice, reason in comparison.left_out]


def table(comparison: Comparison) -> tuple[list[str], Iterator[list[Any]]]:
    """The comparison as a spreadsheet: head and rows, one a project, with a reason where it does not win."""
    head = [_("Project"), _("Name"), _("Cost"), _("Votes"), _("Summary")]
    for column in comparison.columns:
        head += [name(column), _("Why not: %(rule)s") % {"rule": name(column)}]
    return head, _lines(comparison)


def _lines(comparison: Comparison) -> Iterator[list[Any]]:
    digits = len(str(comparison.unit)) - 1
    for row in rows(comparison):
        why = reasons(comparison, row.project.id)
        cost = f"{row.project.cost / comparison.unit:.{digits}f}"
        line: list[Any] = [row.project.id, row.project.name, cost, row.project.votes, row.chip]
        for place, reason in zip(row.places, why, strict=True):
            line += [place or "", "" if reason.won else reason.text]
        yield line
    yield []
    for column in comparison.columns:
        yield [name(column), column.rule]
    yield [_("SHA-256 of the ballot file"), comparison.digest]


def keep(comparison: Comparison) -> str:
    """The comparison, signed and compressed, for the page to send back: the server stores nothing."""
    return signing.dumps(simulation.packed(comparison), salt=_SALT, compress=True, serializer=_Compact)


def kept(text: str) -> Comparison | None:
    """The comparison a page sent back; None when it is forged, damaged or too old."""
    try:
        return simulation.unpacked(signing.loads(text, salt=_SALT, max_age=KEPT_FOR, serializer=_Compact))
    except signing.BadSignature:
        return None


def _voters(voters: int, of: int) -> str:
    return f"{formats.number(voters)} ({formats.percent(100 * voters / of)})"
