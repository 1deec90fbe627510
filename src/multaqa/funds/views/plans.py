from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.funds import queries
from multaqa.funds.actions import create_envelope, set_priority
from multaqa.funds.forms import EnvelopeForm, PriorityForm
from multaqa.funds.models import Priority
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.translated import Translated
from multaqa.ledger.queries import threads
from multaqa.territories.queries import home_places

LATEST = 3


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    listed = list(queries.open_calls()[:10])
    first = list(queries.priorities()[:5])
    return page(
        request,
        "funds/overview.html",
        envelopes=queries.envelopes(),
        figures=queries.figures(),
        priorities=first,
        calls=listed,
        results=queries.results()[:LATEST],
        threads=threads([*listed, *first]),
        may_create=allows(request.actor, "funds.create_envelope"),
        may_simulate=allows(request.actor, "funds.simulate"),
    )


@require_http_methods(["GET", "POST"])
def new_envelope(request: HttpRequest) -> HttpResponse:
    require(request.actor, "funds.create_envelope")
    form = asked(request, EnvelopeForm)
    envelope = form.carry_out(create_envelope, actor=request.actor)
    if envelope:
        messages.success(request, _("The envelope is created and published."))
        return redirect(envelope)
    parts = {"heading": _("Create an envelope"), "submit": _("Create the envelope")}
    return page(
        request, "funds/form.html", form=form, back=reverse("funds:overview"), back_label=_("Fund"), **parts
    )


@require_safe
def priorities(request: HttpRequest) -> HttpResponse:
    listed = list(queries.priorities())
    may_set = allows(request.actor, "funds.set_priority")
    return page(request, "funds/priorities.html", priorities=listed, threads=threads(listed), may_set=may_set)


@require_safe
def priority(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Priority.objects.select_related("territory", "cell"), number=number)
    answers = list(queries.calls().filter(priorities=found))
    recommendations = found.recommendations.select_related("addressee")
    parts = {"priority": found, "calls": answers, "recommendations": recommendations}
    return page(request, "funds/priority.html", threads=threads(answers), **parts)


@require_http_methods(["GET", "POST"])
def new_priority(request: HttpRequest) -> HttpResponse:
    require(request.actor, "funds.set_priority")
    begun = {
        "territory": home_places().filter(code=request.GET.get("territory", "")).first(),
        "title": Translated({get_language() or "ar": request.GET.get("title", "")[:200]}),
    }
    form = asked(
        request, PriorityForm, actor=request.actor, origin=request.GET.get("from", ""), initial=begun
    )
    found = form.carry_out(set_priority, actor=request.actor)
    if found:
        messages.success(request, _("The priority is set and published."))
        return redirect(found)
    parts = {"heading": _("Set a priority"), "submit": _("Set the priority"), "back_label": _("Priorities")}
    return page(request, "funds/form.html", form=form, back=reverse("funds:priorities"), **parts)
