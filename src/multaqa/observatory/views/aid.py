from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit import clock
from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.idempotency import writes_nothing
from multaqa.kit.policy import allows, require
from multaqa.kit.rates import HOUR, MINUTE, at_most
from multaqa.kit.tables import csv_file
from multaqa.observatory import aid_words
from multaqa.observatory.actions import (
    key_in_need,
    key_in_offer,
    register_need,
    register_offer,
    withdraw_need,
    withdraw_offer,
)
from multaqa.observatory.forms.aid import (
    CONTACT,
    ButtonForm,
    NeedForm,
    OfferForm,
    PaperNeedForm,
    PaperOfferForm,
    ReceiptForm,
)
from multaqa.observatory.forms.reports import home_communes
from multaqa.observatory.models import Aid, Category, Need, Offer
from multaqa.observatory.queries import aid as queries
from multaqa.observatory.queries.matches import matches_of
from multaqa.observatory.standing import acts_for
from multaqa.observatory.views.slips import hand_out
from multaqa.territories.models import Territory
from multaqa.territories.queries import home_pack

PER_PAGE = 20
COLUMNS = ["number", "category", "quantity", "left", "territory", "opens_on", "closes_on", "state"]


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "")[:24] for name in ("category", "territory")}
    only_open = request.GET.get("all") != "1"
    state = "open" if only_open else ""
    offers = Paginator(queries.offers(**wanted, state=state), PER_PAGE).get_page(request.GET.get("page"))
    needs = Paginator(queries.needs(**wanted, state=state), PER_PAGE).get_page(request.GET.get("page"))
    pack = home_pack()
    context = {
        "offers": offers if request.GET.get("page", "1") == str(offers.number) else (),
        "needs": needs if request.GET.get("page", "1") == str(needs.number) else (),
        "longer": max(offers, needs, key=lambda found: found.paginator.num_pages),
        "wanted": wanted,
        "only_open": only_open,
        "tally": queries.tally(),
        "counts": queries.needs_by_commune(pack.root, clock.today()) if pack else [],
        "least": queries.LEAST_COUNT,
        "places": home_communes().select_related("parent"),
        "categories": Category.choices,
        "may": _may(request, "register_need", "key_in_need", "confirm_match"),
        "may_prioritise": request.actor.holds("coordinator"),
    }
    return render(request, "observatory/aid/board.html", context)


@require_safe
def needs_csv(request: HttpRequest) -> HttpResponseBase:
    return csv_file("needs", COLUMNS, _rows(queries.needs()))


@require_safe
def offers_csv(request: HttpRequest) -> HttpResponseBase:
    return csv_file("offers", [*COLUMNS, "reach_km"], _rows(queries.offers()))


@sensitive_post_parameters(*CONTACT)
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(20, per=HOUR)
def need_new(request: HttpRequest) -> HttpResponse:
    return _register(request, "register_need", NeedForm, register_need, "observatory/aid/need_new.html")


@sensitive_post_parameters(*CONTACT)
@require_http_methods(["GET", "HEAD", "POST"])
@at_most(20, per=HOUR)
def offer_new(request: HttpRequest) -> HttpResponse:
    return _register(request, "register_offer", OfferForm, register_offer, "observatory/aid/offer_new.html")


@sensitive_post_parameters(*CONTACT)
@require_http_methods(["GET", "HEAD", "POST"])
def need_paper(request: HttpRequest) -> HttpResponse:
    return _register(request, "key_in_need", PaperNeedForm, key_in_need, "observatory/aid/need_paper.html")


@sensitive_post_parameters(*CONTACT)
@require_http_methods(["GET", "HEAD", "POST"])
def offer_paper(request: HttpRequest) -> HttpResponse:
    return _register(
        request, "key_in_offer", PaperOfferForm, key_in_offer, "observatory/aid/offer_paper.html"
    )


@require_safe
def need(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.needs(), number=number)
    return render(request, "observatory/aid/need.html", _context(request, found, ButtonForm()))


@require_safe
def offer(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.offers(), number=number)
    return render(request, "observatory/aid/offer.html", _context(request, found, ButtonForm()))


@require_http_methods(["POST"])
def need_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.needs(), number=number)
    require(request.actor, "observatory.withdraw_need", found)
    form = asked(request, ButtonForm)
    if form.carry_out(withdraw_need, actor=request.actor, need=found):
        messages.success(request, _("It is withdrawn, and your contact is erased."))
        return redirect(found)
    return page(request, "observatory/aid/need.html", **_context(request, found, form))


@require_http_methods(["POST"])
def offer_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.offers(), number=number)
    require(request.actor, "observatory.withdraw_offer", found)
    form = asked(request, ButtonForm)
    if form.carry_out(withdraw_offer, actor=request.actor, offer=found):
        messages.success(request, _("It is withdrawn, and your contact is erased."))
        return redirect(found)
    return page(request, "observatory/aid/offer.html", **_context(request, found, form))


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.register_need")
    context = {
        "needs": queries.own(queries.needs(), request.actor)[:100],
        "offers": queries.own(queries.offers(), request.actor)[:100],
    }
    return render(request, "observatory/aid/mine.html", context)


@writes_nothing
@at_most(10, per=MINUTE)
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    form = asked(request, ReceiptForm)
    valid = form.is_bound and form.is_valid()
    found = queries.by_receipt(form.cleaned_data["code"]) if valid else None
    if valid and found is None:
        form.add_error("code", _("Nothing was registered under this code."))
    context = {
        "form": form,
        "found": found,
        "is_aid": isinstance(found, Aid),
        "matches": matches_of(found) if isinstance(found, Aid) else (),
    }
    status = 422 if form.is_bound and found is None else 200
    return render(request, "observatory/aid/receipt.html", context, status=status)


def _register(
    request: HttpRequest, verb: str, form_class: type[ActionForm], action: Any, template: str
) -> HttpResponse:
    """Register a need or an offer; what a stranger typed about a person is not kept in the session."""
    if request.method == "POST" and request.actor.account is None:
        request.POST = request.POST.copy()
        for name in CONTACT:
            request.POST.pop(name, None)
    require(request.actor, f"observatory.{verb}")
    place = Territory.objects.filter(code=request.GET.get("in", "")).first()
    form = asked(request, form_class, actor=request.actor, initial={"territory": place})
    registered = form.carry_out(action, actor=request.actor)
    return (
        hand_out(request, registered.receipt, registered)
        if registered
        else page(request, template, form=form)
    )


def _context(request: HttpRequest, found: Aid, form: ActionForm) -> dict[str, Any]:
    name = str(found._meta.model_name)
    is_mine = acts_for(request.actor, found)
    sees_place = name == "offer" or is_mine or allows(request.actor, "observatory.propose_matches")
    return {
        name: found,
        "aid": found,
        "form": form,
        "is_mine": is_mine,
        "sees_place": sees_place,
        "matches": matches_of(found) if is_mine else (),
        "contact": found.contact if is_mine else None,
        "lack": _lack(found, sees_place) if isinstance(found, Need) else "",
        "may_withdraw": found.state == "open"
        and allows(request.actor, f"observatory.withdraw_{name}", found),
    }


def _lack(need: Need, sees_place: bool) -> str:
    return aid_words.lack(need.lack if sees_place else {"key": need.lack.get("key", "")})


def _may(request: HttpRequest, *names: str) -> dict[str, bool]:
    return {name: allows(request.actor, f"observatory.{name}") for name in names}


def _rows(found: Any) -> Any:
    for aid in found.iterator(chunk_size=500):
        row = [aid.number, aid.category, aid.quantity, aid.left, aid.public_place.code]
        row += [aid.opens_on.isoformat(), aid.closes_on.isoformat(), aid.state]
        yield [*row, aid.reach_km] if isinstance(aid, Offer) else row
