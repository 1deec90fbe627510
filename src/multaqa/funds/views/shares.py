"""What if: an envelope shared among the communes by formula. The address carries the formula; nothing is
stored, so nothing is in the ledger.
"""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from multaqa.engine.envelopes import EnvelopeError
from multaqa.funds import sharing, sharing_words
from multaqa.funds.sharing_form import SharesForm
from multaqa.funds.wording import engine_sentence
from multaqa.kit.policy import Refused, require
from multaqa.kit.tables import csv_file
from multaqa.territories.models import RegionPack
from multaqa.territories.queries import home_pack

PAGE = 20


@require_safe
def shares(request: HttpRequest) -> HttpResponse:
    """The form; the shares of the formula that the address asks for, as a page or as a table."""
    require(request.actor, "funds.simulate")
    pack = home_pack()
    if pack is None:
        raise Refused(_("Load a region pack first."))
    is_asked = request.GET.keys() & SharesForm.base_fields.keys()
    form = SharesForm(request.GET if is_asked else None, pack=pack)
    found = form.carry_out(lambda **_data: _shared(form, pack))
    if found is None:
        return render(request, "funds/shares.html", {"form": form}, status=422 if form.is_bound else 200)
    if "csv" in request.GET:
        return csv_file("shares", *sharing_words.table(found))
    return _shown(request, form, found)


def _shared(form: SharesForm, pack: RegionPack) -> sharing.Shares:
    """Raises Refused, on the field at fault, when the formula leaves no answer."""
    asked = form.asked
    known = sharing.figures(pack.root, asked.currency, asked.last_year)
    if not known.communes:
        raise Refused(_("No commune is known here yet: load a region first."))
    if asked.need and known.release is None:
        raise Refused(_("No index of need is published yet: give need the weight 0."), field="need")
    try:
        return sharing.share_out(asked, known)
    except EnvelopeError as wrong:
        sentence = engine_sentence(sharing.in_words(wrong, known, asked.currency))
        raise Refused("%(why)s", field=sharing_words.fault(wrong, asked), why=sentence) from None


def _shown(request: HttpRequest, form: SharesForm, found: sharing.Shares) -> HttpResponse:
    lines = sharing_words.lines(found)
    size = len(lines) if "whole" in request.GET else PAGE
    parts = {
        "form": form,
        "found": found,
        "source": form.source,
        "formula": sharing_words.formula(found),
        "totals": sharing_words.totals(found),
        "proportion": sharing_words.proportion(found),
        "census": sharing_words.census(found),
        "page_obj": Paginator(lines, size).get_page(request.GET.get("page")),
        "csv": _address(request, "csv"),
        "whole": _address(request, "whole"),
    }
    return render(request, "funds/shares.html", parts)


def _address(request: HttpRequest, added: str) -> str:
    """The same formula, shown otherwise."""
    asked = request.GET.copy()
    asked.pop("page", None)
    asked[added] = "1"
    return f"?{asked.urlencode()}"
