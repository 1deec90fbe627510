from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.policy import Forbidden, allows, require
from multaqa.observatory import aid_words
from multaqa.observatory.actions import (
    accept_match,
    confirm_match,
    decline_match,
    dismiss_match,
    finish_match,
    propose_matches,
)
from multaqa.observatory.forms.aid import AcceptForm, ButtonForm, FinishForm
from multaqa.observatory.models import Channel, Match
from multaqa.observatory.queries import matches as queries
from multaqa.observatory.queries.aid import contacts_for
from multaqa.observatory.standing import SIDES, acts_for, side_of, sides_of

PER_PAGE = 20


@require_safe
def matches(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.propose_matches")
    return render(request, "observatory/aid/matches.html", _list(request, ButtonForm()))


@require_http_methods(["POST"])
def propose(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.propose_matches")
    form = asked(request, ButtonForm)
    found = form.carry_out(propose_matches, actor=request.actor)
    if found:
        told = {"new": found.proposed, "kept": found.kept}
        messages.success(request, _("New proposals: %(new)d. Unchanged: %(kept)d.") % told)
        return redirect("observatory:matches")
    return page(request, "observatory/aid/matches.html", **_list(request, form))


@require_safe
def match(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number)
    return render(request, "observatory/aid/match.html", _context(request, found))


@require_http_methods(["POST"])
def match_confirm(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number, "confirm_match")
    form = asked(request, ButtonForm)
    if form.carry_out(confirm_match, actor=request.actor, match=found):
        messages.success(request, _("The match is confirmed. Both sides are asked now."))
        return redirect(found)
    return page(request, "observatory/aid/match.html", **_context(request, found, confirm=form))


@require_http_methods(["POST"])
def match_dismiss(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number, "dismiss_match")
    form = asked(request, ButtonForm)
    if form.carry_out(dismiss_match, actor=request.actor, match=found):
        messages.success(request, _("The proposal is set aside."))
        return redirect("observatory:matches")
    return page(request, "observatory/aid/match.html", **_context(request, found, dismiss=form))


@require_http_methods(["POST"])
def match_accept(request: HttpRequest, number: int, side: str) -> HttpResponse:
    found = _found(request, number, "accept_match", side)
    form = asked(request, AcceptForm, keyed_in=side_of(found, side).channel != Channel.WEB)
    if form.carry_out(accept_match, actor=request.actor, match=found, side=side):
        messages.success(request, _("Accepted. Contacts open once both sides have accepted."))
        return redirect(found)
    return page(request, "observatory/aid/match.html", **_context(request, found, **{f"accept_{side}": form}))


@require_http_methods(["POST"])
def match_decline(request: HttpRequest, number: int, side: str) -> HttpResponse:
    found = _found(request, number, "decline_match", side)
    form = asked(request, ButtonForm)
    if form.carry_out(decline_match, actor=request.actor, match=found, side=side):
        messages.success(request, _("Declined. The other side learns only that."))
        return redirect(side_of(found, side))
    return page(
        request, "observatory/aid/match.html", **_context(request, found, **{f"decline_{side}": form})
    )


@require_http_methods(["POST"])
def match_finish(request: HttpRequest, number: int, side: str) -> HttpResponse:
    found = _found(request, number, "finish_match", side)
    form = asked(request, FinishForm)
    if form.carry_out(finish_match, actor=request.actor, match=found, side=side):
        messages.success(request, _("Your word is recorded. Thank you."))
        return redirect(found)
    return page(request, "observatory/aid/match.html", **_context(request, found, **{f"finish_{side}": form}))


def _found(request: HttpRequest, number: int, verb: str = "", side: str = "") -> Match:
    """The match of this number; a proposal that nobody confirmed exists for those who handle it only."""
    related = (
        "need__territory__parent",
        "need__contact",
        "offer__territory",
        "offer__contact",
        "offer__organisation",
    )
    found = get_object_or_404(Match.objects.select_related(*related), number=number)
    if side and side not in SIDES:
        raise Http404
    if verb:
        require(request.actor, f"observatory.{verb}", found)
    elif found.confirmed_at is None:
        require(request.actor, "observatory.propose_matches")
    if side and not acts_for(request.actor, side_of(found, side)):
        raise Forbidden(f"observatory.{verb}")
    return found


def _list(request: HttpRequest, form: ActionForm) -> dict[str, Any]:
    state = request.GET.get("state", "")
    wanted = state if state in Match.State.values else ""
    found = Paginator(queries.matches(state=wanted), PER_PAGE).get_page(request.GET.get("page"))
    return {"page": found, "wanted": wanted, "states": Match.State.choices, "form": form}


def _context(request: HttpRequest, found: Match, **sent: ActionForm) -> dict[str, Any]:
    """What the page of a match shows; `sent`: the form that was posted and refused, by its name."""
    mine = sides_of(request.actor, found)
    proposed = found.state == Match.State.PROPOSED
    staff = allows(request.actor, "observatory.propose_matches")
    return {
        "match": found,
        "reasons": aid_words.reasons(found.reasons) if mine or staff else [],
        "sees_both": bool(mine) or staff,
        "contacts": contacts_for(request.actor, found),
        "side": _next([_side(found, side, sent) for side in mine]),
        "is_staff": staff,
        "confirm": sent.get("confirm", ButtonForm()) if staff and proposed else None,
        "dismiss": sent.get("dismiss", ButtonForm()) if staff and proposed else None,
        **sent,
    }


def _next(sides: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Who speaks for both sides answers for one after the other."""
    waiting = [side for side in sides if side["accept"] or side["finish"]]
    return next(iter(waiting or sides), None)


def _side(found: Match, side: str, sent: dict[str, ActionForm]) -> dict[str, Any]:
    """What somebody who speaks for a side may do next."""
    accepted, says = getattr(found, f"{side}_accepted_at"), getattr(found, f"{side}_says")
    waits = found.state == Match.State.CONFIRMED
    over = found.need_accepted_at and found.offer_accepted_at and says is None
    keyed_in = side_of(found, side).channel != Channel.WEB
    accept = sent.get(f"accept_{side}") or AcceptForm(keyed_in=keyed_in)
    return {
        "name": side,
        "aid": side_of(found, side),
        "accepted_at": accepted,
        "says": says,
        "accept": accept if waits and not accepted else None,
        "decline": (sent.get(f"decline_{side}") or ButtonForm()) if waits else None,
        "finish": (sent.get(f"finish_{side}") or FinishForm()) if over else None,
    }
