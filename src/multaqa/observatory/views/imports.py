from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit.forms import asked, page
from multaqa.kit.idempotency import before
from multaqa.kit.policy import allows, require
from multaqa.kit.rates import HOUR, at_most
from multaqa.kit.tables import csv_file
from multaqa.observatory.actions.imports import check_import, commit_import, discard_import, revert_import
from multaqa.observatory.forms.imports import CommitForm, DiscardForm, ImportForm, RevertForm
from multaqa.observatory.importing import KINDS, Refusal, table_schema
from multaqa.observatory.importing.examples import FORMATS, example
from multaqa.observatory.models import DataImport
from multaqa.observatory.queries import imports as queries

PER_PAGE = 20
REFUSALS = 50  # on the page; its CSV has all that are kept
IMPORT_COLUMNS = ["number", "kind", "file", "sha256", "source", "licence", "state", "new", "changed", "same"]
IMPORT_COLUMNS += ["refused", "sent_by", "sent_at", "committed_at", "reverted_at", "revises"]
CHANGE_COLUMNS = ["indicator", "territory", "when", "sex", "milieu", "before", "before_state", "now"]
CHANGE_COLUMNS += ["now_state", "from_import"]


def _is_staff(request: HttpRequest) -> bool:
    return allows(request.actor, "observatory.check_import")


def _found(request: HttpRequest, number: int, permission: str = "") -> DataImport:
    if permission:
        require(request.actor, permission)
    found = queries.one_import(number, everything=_is_staff(request))
    if found is None:
        raise Http404
    return found


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")[:12]
    staff = _is_staff(request)
    found = Paginator(queries.imports(everything=staff, kind=kind), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": found, "kind": kind, "kinds": DataImport.Kind.choices, "is_staff": staff}
    return render(request, "observatory/imports/imports.html", context)


@require_safe
def imports_csv(request: HttpRequest) -> HttpResponseBase:
    rows = (
        [
            one.number, one.kind, one.file_name, one.file_hash, one.source, one.licence, one.state, one.new,
            one.changed, one.same, one.refused, one.sent_by, one.sent_at.isoformat(timespec="seconds"),
            one.committed_at and one.committed_at.isoformat(timespec="seconds"),
            one.reverted_at and one.reverted_at.isoformat(timespec="seconds"),
            one.revises and one.revises.number,
        ]
        for one in queries.imports()
    )  # fmt: skip
    return csv_file("imports", IMPORT_COLUMNS, rows)


def _read(request: HttpRequest) -> Any:
    require(request.actor, "observatory.check_import")
    form = asked(request, ImportForm)
    if not form.is_valid():
        return None
    given = form.cleaned_data
    return queries.prepare(given["content"], given["file_name"], given["kind"])


@before(_read)
@at_most(30, per=HOUR)
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.check_import")
    form = asked(request, ImportForm)
    checked = form.carry_out(check_import, actor=request.actor, prepared=request.prepared)
    if checked:
        return redirect("observatory:import", checked.number)
    return page(request, "observatory/imports/new.html", form=form, kinds=DataImport.Kind.choices)


@require_safe
def data_import(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number)
    forms = {"form": CommitForm(data_import=found), "discard": DiscardForm(), "revert": RevertForm()}
    return render(request, "observatory/imports/import.html", _context(request, found) | forms)


def _context(request: HttpRequest, found: DataImport) -> dict[str, Any]:
    changes = Paginator(queries.superseded(found), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "data_import": found,
        "page": changes,
        "revisions": queries.revisions(changes.object_list) if found.is_public else [],
        "shares": queries.standing_shares(found) if found.is_public else [],
        "refusals": [Refusal.of(plain) for plain in found.refusals[:REFUSALS]],
        "is_staff": _is_staff(request),
        "is_waiting": found.state == DataImport.State.CHECKED,
        "may_revert": found.state == DataImport.State.COMMITTED
        and allows(request.actor, "observatory.revert_import", found),
    }


def _compared(request: HttpRequest, number: int) -> Any:
    found = _found(request, number, "observatory.commit_import")
    return queries.difference_of(found) if found.state == DataImport.State.CHECKED else None


@before(_compared)
@require_http_methods(["POST"])
def import_commit(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number, "observatory.commit_import")
    form = asked(request, CommitForm, data_import=found)
    prepared = {"data_import": found, "prepared": request.prepared}
    if taken := form.carry_out(commit_import, actor=request.actor, **prepared):
        messages.success(request, _("The figures are taken in."))
        return redirect(taken)
    others = {"discard": DiscardForm(), "revert": RevertForm()}
    return page(request, "observatory/imports/import.html", form=form, **others, **_context(request, found))


@require_http_methods(["POST"])
def import_discard(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number, "observatory.discard_import")
    form = asked(request, DiscardForm)
    if form.carry_out(discard_import, actor=request.actor, data_import=found):
        messages.success(request, _("The file is discarded; no figure changed."))
        return redirect("observatory:imports")
    others = {"form": CommitForm(data_import=found), "revert": RevertForm()}
    return page(
        request, "observatory/imports/import.html", discard=form, **others, **_context(request, found)
    )


@require_http_methods(["POST"])
def import_revert(request: HttpRequest, number: int) -> HttpResponse:
    found = _found(request, number, "observatory.revert_import")
    form = asked(request, RevertForm)
    if form.carry_out(revert_import, actor=request.actor, data_import=found):
        messages.success(request, _("The import is taken back: the earlier figures stand again."))
        return redirect(found)
    others = {"form": CommitForm(data_import=found), "discard": DiscardForm()}
    return page(request, "observatory/imports/import.html", revert=form, **others, **_context(request, found))


@require_safe
def import_refusals(request: HttpRequest, number: int) -> HttpResponseBase:
    found = _found(request, number, "observatory.check_import")
    refusals = [Refusal.of(plain) for plain in found.refusals]
    rows = ([refusal.line, refusal.column, refusal.sentence] for refusal in refusals)
    return csv_file(f"import-{number}-refused", ["line", "column", "reason"], rows)


@require_safe
def import_changes(request: HttpRequest, number: int) -> HttpResponseBase:
    found = _found(request, number)
    rows = (
        [
            one.indicator.code, one.territory.code, one.when, one.sex, one.milieu, one.before.value,
            one.before.status, one.now.value, one.now.status, one.source and one.source.number,
        ]
        for one in queries.revisions(queries.superseded(found) if found.is_public else [])
    )  # fmt: skip
    return csv_file(f"import-{number}-changes", CHANGE_COLUMNS, rows)


@require_safe
def import_schema(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    return JsonResponse(table_schema(KINDS[kind]), json_dumps_params={"ensure_ascii": False, "indent": 2})


@require_safe
def import_example(request: HttpRequest, kind: str, ending: str) -> HttpResponse:
    if kind not in KINDS or ending not in FORMATS:
        raise Http404
    answer = HttpResponse(example(KINDS[kind], ending), content_type=FORMATS[ending])
    answer["Content-Disposition"] = f'attachment; filename="{kind}.{ending}"'
    return answer
