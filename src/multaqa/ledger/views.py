import json

import segno
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.engine import merkle
from multaqa.kit.forms import asked, page
from multaqa.ledger import log, queries
from multaqa.ledger.forms import ReceiptForm
from multaqa.ledger.models import Checkpoint, Entry
from multaqa.ledger.sentences import sentence
from multaqa.ledger.verbs import LABELS, rooms


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """Every entry, newest first; one room or one object when asked."""
    room = request.GET.get("room", "")
    found = queries.entries(room=room if room in rooms() else "", subject=request.GET.get("subject", ""))
    entries = Paginator(found.defer("payload"), 20).get_page(request.GET.get("page"))
    return page(
        request,
        "ledger/browse.html",
        entries=entries,
        rooms=rooms(),
        room=room,
        subject=request.GET.get("subject", ""),
        checkpoint=Checkpoint.objects.first(),
        verifier_key=log.verifier_key(),
    )


@require_safe
def entry(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Entry, pk=number)
    payload = json.dumps(json.loads(found.payload), ensure_ascii=False, indent=2)
    label = LABELS.get(found.verb, found.verb)
    return page(request, "ledger/entry.html", entry=found, payload=payload, label=label)


@require_safe
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Entry, pk=number, index__isnull=False)
    answer = HttpResponse(log.receipt(found.index), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="multaqa-{found.index}.tlog-proof"'
    return answer


@require_safe
def receipt_code(request: HttpRequest, number: int) -> HttpResponse:
    """The receipt as a QR code: it proves the entry without a network."""
    found = get_object_or_404(Entry, pk=number, index__isnull=False)
    code = segno.make_qr(log.receipt(found.index), error="l")
    answer = HttpResponse(content_type="image/svg+xml")
    code.save(answer, kind="svg", scale=4, xmldecl=False, title=f"tlog-proof {found.index}")
    return answer


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Is this receipt genuine? Nothing of what is sent is kept."""
    form = asked(request, ReceiptForm)
    proven, fault = None, ""
    if form.is_bound and form.is_valid():
        try:
            proven = log.check_receipt(form.cleaned_data["receipt"])
        except merkle.Invalid as invalid:
            fault = sentence(invalid.message)
    shown = page(request, "ledger/verify.html", form=form, proven=proven, fault=fault)
    shown.status_code = 422 if form.errors else 200
    return shown


@require_safe
def log_file(request: HttpRequest, name: str) -> HttpResponse:
    """One file of the published log. Tiles never change; the checkpoint is asked for again each time."""
    moving = name in ("checkpoint", "key")
    try:
        if not moving:
            merkle.parse_path(name)
    except merkle.Invalid as invalid:
        raise Http404(str(invalid)) from invalid
    content = log.reader(log.public_folder())(name)
    if content is None:
        raise Http404(name)
    answer = HttpResponse(
        content, content_type="text/plain; charset=utf-8" if moving else "application/octet-stream"
    )
    answer["Cache-Control"] = "no-cache" if moving else "public, max-age=31536000, immutable"
    return answer
