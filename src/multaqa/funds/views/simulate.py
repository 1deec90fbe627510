"""What if: the same ballots counted by other rules. Nothing here is stored, so nothing is in the ledger."""

from time import thread_time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from multaqa.engine.errors import EngineError
from multaqa.funds import comparisons, simulation_words
from multaqa.funds.forms import SimulationForm
from multaqa.funds.models import Allocation
from multaqa.funds.simulation import Asked, Comparison, compare
from multaqa.kit.forms import asked, page
from multaqa.kit.idempotency import writes_nothing
from multaqa.kit.policy import Refused, require
from multaqa.kit.rates import at_most
from multaqa.kit.tables import csv_file

PATIENCE = 8.0  # seconds of work after which no further rule is begun


@writes_nothing
@at_most(30)
@require_http_methods(["GET", "POST"])
def simulate(request: HttpRequest) -> HttpResponse:
    """The form; the comparison it asks for; that comparison looked at again, as the page sends it back."""
    require(request.actor, "funds.simulate")
    if "kept" in request.POST:
        return _again(request)
    form = asked(request, SimulationForm)
    found = form.carry_out(_compared)
    if found is None:
        return page(request, "funds/simulate.html", form=form)
    return _shown(request, found)


def _again(request: HttpRequest) -> HttpResponse:
    found = comparisons.kept(request.POST["kept"])
    if found is None:
        raise Refused(_("This comparison is too old to be looked at again: choose the file once more."))
    if "csv" in request.POST:
        columns, rows = comparisons.table(found)
        return csv_file("comparison", columns, rows)
    return _shown(request, found)


def _compared(*, file: UploadedFile | None, call: Allocation | None, **choices: Any) -> Comparison:
    """Raises Refused, on the field at fault, when these ballots cannot be compared so."""
    seed, hundredths = choices.pop("seed"), choices.pop("budget")
    if choices["ties"] == "lot":
        choices["ties"] = f"lot:{seed}"
    wanted = Asked(**{**choices, "rules": tuple(choices["rules"]), "budget_hundredths": hundredths})
    if call is None:
        assert file is not None
        source, data = str(file.name)[:100], file.read()
    else:
        source, data = call.call.reference, call.ballot_file.encode()
    begun = thread_time()
    try:
        return compare(source, data, wanted, enough=lambda: thread_time() - begun > PATIENCE)
    except EngineError as wrong:
        field, sentence = simulation_words.fault(wrong)
        raise Refused(sentence, field=field) from None


def _shown(request: HttpRequest, found: Comparison) -> HttpResponse:
    stance = request.POST.get("filter", request.POST.get("show", ""))
    number = 1 if "filter" in request.POST else request.POST.get("page")
    why = request.POST.get("why", "")
    rows = comparisons.rows(found, stance)
    size = len(rows) or 1 if "whole" in request.POST else comparisons.PAGE
    parts = {
        "form": SimulationForm(initial=_as_asked(found)),
        "found": found,
        "budget": comparisons.amount(found.budget, found),
        "file_budget": comparisons.amount(found.file_budget, found),
        "names": [comparisons.name(column) for column in found.columns],
        "rule_texts": [(comparisons.name(column), column.rule) for column in found.columns],
        "stances": comparisons.stances(found),
        "stance": stance,
        "summary": comparisons.summary(found),
        "page_obj": Paginator(rows, size).get_page(number),
        "why": next((project for project in found.projects if project.id == why), None),
        "reasons": comparisons.reasons(found, why) if why else [],
        "splits": comparisons.splits(found),
        "left_out": comparisons.left_out(found),
        "notes": simulation_words.notes(found),
        "kept": comparisons.keep(found),
    }
    return render(request, "funds/simulated.html", parts)


def _as_asked(found: Comparison) -> dict[str, Any]:
    """The choices of a comparison, to be changed and counted again."""
    wanted = found.asked
    ties, _colon, seed = wanted.ties.partition(":")
    budget = None
    if wanted.budget_hundredths is not None:
        whole, part = divmod(wanted.budget_hundredths, 100)
        budget = f"{whole}.{part:02d}" if part else str(whole)
    return {
        "rules": wanted.rules,
        "utility": wanted.utility,
        "ties": ties,
        "seed": seed,
        "budget": budget,
        "threshold": wanted.threshold,
        "call": Allocation.objects.filter(call__reference=found.source).values_list("pk", flat=True).first(),
    }
