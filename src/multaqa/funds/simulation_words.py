"""The words of a comparison of rules: its rules and choices, its faults, and what is odd in a file."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import pgettext_lazy as _p

from multaqa.engine.errors import EngineError
from multaqa.funds import simulation
from multaqa.funds.simulation import Comparison
from multaqa.funds.wording import engine_sentence
from multaqa.kit import formats

# each rule in a few words for the head of a column, and in one line for whoever chooses
RULES = {
    "shares": (
        _p("rule", "Equal Shares"),
        gettext_lazy("supporters pay from equal purses; what is left stays unspent"),
    ),
    "shares-greedy": (
        _p("rule", "Equal Shares, then most supported"),
        gettext_lazy("what the purses leave goes to the most supported that still fit"),
    ),
    "shares-add1": (
        _p("rule", "Equal Shares, purses raised until nothing fits"),
        gettext_lazy("all purses grow together until no other project fits (the rule of our calls)"),
    ),
    "shares-overshoot": (
        _p("rule", "Equal Shares, purses raised to the brink"),
        gettext_lazy("all purses grow together until one more step would exceed the budget"),
    ),
    "greedy": (
        _p("rule", "Most supported first"),
        gettext_lazy("what does not fit is skipped and the count goes on"),
    ),
    "greedy-no-skip": (
        _p("rule", "Most supported first, no skipping"),
        gettext_lazy("the count stops at the first project that does not fit"),
    ),
    "greedy-threshold": (
        _p("rule", "Most supported first, with a threshold"),
        gettext_lazy("projects below the least score are left out"),
    ),
    "greedy-exclusive": (
        _p("rule", "Most supported first, conflicts excluded"),
        gettext_lazy("of projects that the file says exclude one another, one wins"),
    ),
    "phragmen": (
        _p("rule", "Phragmén"),
        gettext_lazy("the cost of each project is spread as evenly as possible over its supporters"),
    ),
    "welfare": (
        _p("rule", "Greatest total support"),
        gettext_lazy("the selection that fits and satisfies voters most in total, whoever they are"),
    ),
}
UTILITIES = {
    simulation.OWN: gettext_lazy("as the ballots say: cost for approvals, points, or ranks"),
    "cost": gettext_lazy("the cost of the projects supported"),
    "cardinality": gettext_lazy("the number of projects supported, whatever they cost"),
    "points": gettext_lazy("the points given (ballots with points)"),
    "borda": gettext_lazy("the ranks given (ranked ballots)"),
}
TIES = {
    "cost-votes": gettext_lazy("the cheaper, then the better supported"),
    "lexicographic": gettext_lazy("the first by project number, read as text"),
    "lot": gettext_lazy("a lot drawn from the words below"),
}
STANCES = {
    "always": _p("project", "wins under every rule"),
    "sometimes": _p("project", "wins under some rules"),
    "never": _p("project", "wins under none"),
}
COLOURS = {"always": "green", "sometimes": "amber", "never": ""}
LEFT_OUT = {
    "too_long": gettext_lazy(
        "too long for a page with purses of this size: count the file with the command multaqa allocate"
    ),
    "out_of_patience": gettext_lazy("the rules before it took all the time of a page: ask for fewer rules"),
    "too_hard": gettext_lazy("the best selection of this many projects is too hard to prove"),
}
_FAULTS = {
    "too_many_ballots": (
        "file",
        gettext_lazy("This file has more than %(most)s ballots: count it with the command multaqa allocate."),
    ),
    "too_many_projects": (
        "file",
        gettext_lazy(
            "This file has more than %(most)s projects: count it with the command multaqa allocate."
        ),
    ),
    "no_ballots": ("file", gettext_lazy("This file has no ballot.")),
    "no_points": (
        "utility",
        gettext_lazy("The ballots of this file give no points: choose what they say."),
    ),
    "no_ranking": (
        "utility",
        gettext_lazy("The ballots of this file are not ranked: choose what they say."),
    ),
    "no_threshold": (
        "threshold",
        gettext_lazy("The file states no least score: write one, or leave out the rule with a threshold."),
    ),
    "budget_too_fine": ("budget", gettext_lazy("The amounts of this file have no such small units.")),
}


def fault(wrong: EngineError) -> tuple[str, str]:
    """The field at fault and one sentence in the reader's language."""
    field, sentence = _FAULTS.get(wrong.key, ("file", None))
    if sentence is None:
        return field, engine_sentence(wrong)
    most = wrong.values.get("most")
    return field, str(sentence) % {"most": formats.number(most) if isinstance(most, int) else ""}


def notes(comparison: Comparison) -> list[str]:
    """What is odd in the file, in words; free projects and withdrawn ones each in one sentence."""
    grouped: dict[str, list[Any]] = {}
    told = []
    for key, values in comparison.notes:
        if key in ("withdrawn", "free_project"):
            grouped.setdefault(key, []).append(values["project"])
        else:
            told.append(_note(key, values))
    for key, projects in grouped.items():
        sentence = (
            ngettext(
                "%(n)d project was withdrawn and is left out: %(projects)s.",
                "%(n)d projects were withdrawn and are left out: %(projects)s.",
                len(projects),
            )
            if key == "withdrawn"
            else ngettext(
                "%(n)d project has no real cost (0 or 1): %(projects)s.",
                "%(n)d projects have no real cost (0 or 1): %(projects)s.",
                len(projects),
            )
        )
        told.append(sentence % {"n": len(projects), "projects": ", ".join(projects)})
    return told


def _note(key: str, values: dict[str, Any]) -> str:
    match key:
        case "count_differs" if values["name"] == "num_votes":
            sentence = _("The file announces %(stated)s ballots and holds %(found)s.")
        case "count_differs":
            sentence = _("The file announces %(stated)s projects and holds %(found)s.")
        case "repeated_voter":
            sentence = ngettext(
                "%(ballots)d ballot repeats the number of another voter; all are counted.",
                "%(ballots)d ballots repeat the number of another voter; all are counted.",
                values["ballots"],
            )
        case "limit_broken" if values["name"] == "max_length":
            sentence = ngettext(
                "%(ballots)d ballot marks more than %(limit)s projects, the most the file allows; "
                "it is counted.",
                "%(ballots)d ballots mark more than %(limit)s projects, the most the file allows; "
                "they are counted.",
                values["ballots"],
            )
        case "limit_broken":
            sentence = ngettext(
                "%(ballots)d ballot marks fewer than %(limit)s projects, the least the file asks; "
                "it is counted.",
                "%(ballots)d ballots mark fewer than %(limit)s projects, the least the file asks; "
                "they are counted.",
                values["ballots"],
            )
        case "experimental":
            return _("The file says that this vote was an experiment.")
        case "fully_funded":
            return _("The file says that every project was funded, whatever the count.")
        case "comment":
            return _("The file says: %(text)s") % {"text": values["text"]}
        case _:
            return key
    return sentence % values
