from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from multaqa.directory import queries
from multaqa.directory.actions import (
    amend_organisation,
    appoint,
    declare_tie,
    end_office,
    raise_assurance,
    register_organisation,
    register_person,
    withdraw_tie,
)
from multaqa.directory.forms import (
    AmendForm,
    AppointForm,
    EndForm,
    IdentityForm,
    LanguageForm,
    PersonForm,
    RegisterForm,
    SearchForm,
    TieForm,
)
from multaqa.directory.models import Office, Organisation, Tie
from multaqa.directory.preferences import choose_language, remember_language
from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.policy import Forbidden, allows, require
from multaqa.kit.rates import at_most

_READ_AND_SEND = ["GET", "HEAD", "POST"]
_A_PAGE = 20


@require_safe
def organisations(request: Any) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    found = queries.organisations(form.cleaned_data.get("kind"), form.cleaned_data.get("q", ""))
    shown = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    may = {"register": allows(request.actor, "directory.register_organisation")}
    return page(request, "directory/organisations.html", page_obj=shown, search={"form": form}, may=may)


@require_safe
def organisation(request: Any, code: str) -> HttpResponse:
    found = get_object_or_404(Organisation.objects.select_related("parent", "territory"), code=code)
    ties = list(queries.declared_ties(found))
    return page(
        request,
        "directory/organisation.html",
        organisation=found,
        children=found.children.order_by("kind", "code")[:100],
        today=_with_rights(request.actor, queries.offices_today(found)),
        past=queries.offices_past(found)[:50],
        ties=[(tie, allows(request.actor, "directory.withdraw_tie", tie)) for tie in ties],
        may=_rights(request.actor, found),
    )


def _with_rights(actor: Any, offices: Any) -> list[tuple[Office, bool]]:
    return [(office, allows(actor, "directory.end_office", office)) for office in offices]


def _rights(actor: Any, found: Organisation) -> dict[str, bool]:
    return {
        "amend": allows(actor, "directory.amend_organisation", found),
        "appoint": allows(actor, "directory.appoint", found),
        "register_person": allows(actor, "directory.register_person"),
        "declare": actor.account is not None and queries.person_of(actor.account) is not None,
    }


@require_http_methods(_READ_AND_SEND)
def register(request: Any) -> HttpResponse:
    require(request.actor, "directory.register_organisation")
    form = asked(request, RegisterForm)
    made = form.carry_out(register_organisation, actor=request.actor)
    return redirect(made) if made else page(request, "directory/register.html", form=form)


@require_http_methods(_READ_AND_SEND)
def amend(request: Any, code: str) -> HttpResponse:
    found = get_object_or_404(Organisation.objects.select_related("parent", "territory"), code=code)
    require(request.actor, "directory.amend_organisation", found)
    initial = {name: getattr(found, name) for name in AmendForm.base_fields}
    form = asked(request, AmendForm, initial=initial)
    made = form.carry_out(amend_organisation, actor=request.actor, organisation=found)
    return redirect(made) if made else page(request, "directory/amend.html", form=form, organisation=found)


@require_http_methods(_READ_AND_SEND)
def person(request: Any) -> HttpResponse:
    require(request.actor, "directory.register_person")
    form = asked(request, PersonForm, actor=request.actor)
    if form.carry_out(register_person, actor=request.actor):
        messages.success(request, _("The person is registered and can now be given an office."))
        return redirect("directory:organisations")
    return page(request, "directory/person.html", form=form)


@require_http_methods(_READ_AND_SEND)
def take_office(request: Any, code: str) -> HttpResponse:
    found = get_object_or_404(Organisation, code=code)
    require(request.actor, "directory.appoint", found)
    form = asked(request, AppointForm, actor=request.actor, organisation=found)
    made = form.carry_out(appoint, actor=request.actor, organisation=found)
    return redirect(made) if made else page(request, "directory/appoint.html", form=form, organisation=found)


@require_http_methods(_READ_AND_SEND)
def leave_office(request: Any, pk: int) -> HttpResponse:
    office = get_object_or_404(Office.objects.select_related("organisation", "person"), pk=pk)
    require(request.actor, "directory.end_office", office)
    form = asked(request, EndForm)
    made = form.carry_out(end_office, actor=request.actor, office=office)
    return redirect(made) if made else page(request, "directory/end.html", form=form, office=office)


@require_http_methods(_READ_AND_SEND)
@at_most(20)
def declare(request: Any, code: str) -> HttpResponse:
    found = get_object_or_404(Organisation, code=code)
    who = queries.person_of(request.actor.account)
    if who is None:
        raise Forbidden("directory.declare_tie")
    require(request.actor, "directory.declare_tie", who)
    form = asked(request, TieForm)
    made = form.carry_out(declare_tie, actor=request.actor, organisation=found, person=who)
    return redirect(made) if made else page(request, "directory/declare.html", form=form, organisation=found)


@require_http_methods(_READ_AND_SEND)
def withdraw(request: Any, pk: int) -> HttpResponse:
    tie = get_object_or_404(Tie.objects.select_related("organisation", "person"), pk=pk)
    require(request.actor, "directory.withdraw_tie", tie)
    form = asked(request, ActionForm)
    made = form.carry_out(withdraw_tie, actor=request.actor, tie=tie)
    return redirect(made) if made else page(request, "directory/withdraw.html", form=form, tie=tie)


@require_http_methods(_READ_AND_SEND)
@at_most(30)
def identity(request: Any) -> HttpResponse:
    require(request.actor, "directory.raise_assurance")
    form = asked(request, IdentityForm)
    if form.carry_out(raise_assurance, actor=request.actor):
        messages.success(request, _("Noted: the identity card was seen. No copy and no number is kept."))
        return redirect("directory:identity")
    return page(request, "directory/identity.html", form=form)


@require_safe
def account(request: Any) -> HttpResponse:
    require(request.actor, "directory.see_account")
    mine = request.actor.account
    form = LanguageForm(initial={"language": mine.language})
    who = queries.person_of(mine)
    ties = who.ties.filter(withdrawn_on=None).select_related("organisation") if who else []
    return page(request, "directory/account.html", account=mine, person=who, ties=ties, language_form=form)


@require_POST
@at_most(20)
def language(request: Any) -> HttpResponse:
    require(request.actor, "directory.see_account")
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return page(request, "directory/account.html", account=request.actor.account, language_form=form)
    chosen = form.cleaned_data["language"]
    choose_language(request.actor.account, chosen)
    with override(chosen):
        answer = redirect(reverse("directory:account"))
    remember_language(answer, chosen)
    return answer
