from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit import clock
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import allows, require
from multaqa.ledger.queries import threads
from multaqa.observatory import queries
from multaqa.observatory.actions import confirm_observation, record_observation
from multaqa.observatory.forms.observations import ConfirmForm, ObserveForm
from multaqa.observatory.models import Observation
from multaqa.territories.models import Territory
from multaqa.territories.queries import communes, home_pack

PER_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def observe(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.record_observation")
    initial = {
        "seen_on": clock.today(),
        "territory": Territory.objects.filter(code=request.GET.get("in", "")).first(),
    }
    form = asked(request, ObserveForm, actor=request.actor, initial=initial)
    observation = form.carry_out(record_observation, actor=request.actor)
    if observation:
        messages.success(request, _("The observation is in the ledger. Somebody else will confirm it."))
        return redirect(observation)
    return page(request, "observatory/observe.html", form=form)


@require_safe
def observations(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "")[:24] for name in ("territory", "kind", "state")}
    found = Paginator(queries.observations(**wanted), PER_PAGE).get_page(request.GET.get("page"))
    pack = home_pack()
    context = {
        "page": found,
        "wanted": wanted,
        "threads": threads(found.object_list),
        "places": communes(pack.root) if pack else (),
        "kinds": Observation.Kind.choices,
        "states": Observation.State.choices,
        "may_observe": allows(request.actor, "observatory.record_observation"),
    }
    return render(request, "observatory/observations.html", context)


@require_safe
def observation(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.observations(), number=number)
    return render(
        request, "observatory/observation.html", _observation_context(request, found, ConfirmForm())
    )


@require_http_methods(["POST"])
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.observations(), number=number)
    require(request.actor, "observatory.confirm_observation", found)
    form = asked(request, ConfirmForm)
    if form.carry_out(confirm_observation, actor=request.actor, observation=found):
        messages.success(request, _("The observation is confirmed."))
        return redirect(found)
    return page(request, "observatory/observation.html", **_observation_context(request, found, form))


def _observation_context(request: HttpRequest, found: Observation, form: ConfirmForm) -> dict[str, object]:
    may = allows(request.actor, "observatory.confirm_observation", found)
    waiting = found.state == Observation.State.REPORTED
    return {"observation": found, "form": form, "may_confirm": may and waiting, "waiting": waiting}
