from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from multaqa.funds import lots, queries
from multaqa.funds.actions import commit_seed, reveal_seed
from multaqa.funds.forms import CommitmentForm, SeedForm
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import allows, require


@require_http_methods(["GET", "POST"])
def lot(request: HttpRequest, reference: str) -> HttpResponse:
    """The state of the lot, for everybody; with the form of a commitment for those who take part."""
    call = get_object_or_404(queries.calls(), reference=reference)
    may_commit = allows(request.actor, "funds.commit_seed", call)
    if request.method == "POST":
        if not request.user.is_authenticated:
            request.POST = QueryDict()  # what is typed is kept for after signing in: not a secret
        require(request.actor, "funds.commit_seed", call)
    form = asked(request, CommitmentForm)
    if form.carry_out(commit_seed, actor=request.actor, call=call):
        messages.success(
            request, _("The commitment is in the public record. Keep your seed until the reveal.")
        )
        return redirect("funds:lot", reference)
    taking_part = lots.parties(call)
    own = lots.own(request.actor, [row.seed for row in taking_part])
    parts = {"is_open": lots.commits_today(call), "reveals": lots.reveals_today(call), "own": own}
    parts |= {"by_lot": lots.is_by_lot(call), "last_day": lots.last_day(call), "may_commit": may_commit}
    return page(request, "funds/lot.html", form=form, call=call, parties=taking_part, **parts)


@require_http_methods(["GET", "POST"])
def reveal(request: HttpRequest, reference: str) -> HttpResponse:
    call = get_object_or_404(queries.calls(), reference=reference)
    require(request.actor, "funds.reveal_seed", call)
    form = asked(request, SeedForm)
    if form.carry_out(reveal_seed, actor=request.actor, call=call):
        messages.success(request, _("Your seed is public: it takes part in the lot."))
        return redirect("funds:lot", reference)
    own = lots.own(request.actor, lots.seeds(call))
    return page(request, "funds/reveal.html", form=form, call=call, own=own, last_day=lots.last_day(call))
