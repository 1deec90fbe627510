from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit import clock
from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.tables import csv_file
from multaqa.ledger.models import reference
from multaqa.ledger.queries import threads
from multaqa.observatory.actions.alerts import (
    acknowledge_alert,
    escalate_alert,
    resolve_alert,
    retire_rule,
    set_rule,
)
from multaqa.observatory.curves import around, curve
from multaqa.observatory.forms.alerts import AlertFilterForm, ButtonForm, ResolveForm, RuleForm
from multaqa.observatory.models import Alert, AlertCheck, AlertRule
from multaqa.observatory.queries import alerts as queries
from multaqa.observatory.queries.watching import PROBLEMS, Row, rows_of

PER_PAGE = 20
ALERT_COLUMNS = ["number", "rule", "indicator", "territory", "day", "value", "expected", "bound", "state"]
ALERT_COLUMNS += ["outcome", "told", "told_next", "raised_on", "answer_due_on", "acknowledged_on"]
ALERT_COLUMNS += ["escalated_on", "resolved_on", "note", "is_demo"]
RULE_COLUMNS = ["number", "indicator", "territory", "method", "bound", "told", "told_next", "answer_days"]
RULE_COLUMNS += ["silence_days", "starts_on", "is_active", "alerts", "confirmed", "false_alarms"]
RULE_COLUMNS += ["readings_judged", "readings_rang_for_nothing", "checked_at", "is_demo"]


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    form = AlertFilterForm(request.GET or {})
    found = Paginator(queries.alerts(**form.asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": list(form),
        "page": found,
        "threads": threads(found.object_list),
        "counts": queries.alert_counts(),
        "readings": queries.rang_for_nothing(),
        "may_set": allows(request.actor, "observatory.set_rule"),
    }
    return render(request, "observatory/alerts/board.html", context)


@require_safe
def alerts_csv(request: HttpRequest) -> HttpResponseBase:
    found = queries.alerts(**AlertFilterForm(request.GET or {}).asked)
    return csv_file("alerts", ALERT_COLUMNS, _alert_rows(found))


@require_safe
def alert(request: HttpRequest, number: int) -> HttpResponse:
    return _alert_page(request, _an_alert(number))


@require_http_methods(["POST"])
def alert_acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    found = _an_alert(number)
    require(request.actor, "observatory.acknowledge_alert", found)
    form = asked(request, ButtonForm)
    if form.carry_out(acknowledge_alert, actor=request.actor, alert=found):
        messages.success(request, _("It is public that your office looks into this alert."))
        return redirect(found)
    return _alert_page(request, found, acknowledging=form)


@require_http_methods(["POST"])
def alert_escalate(request: HttpRequest, number: int) -> HttpResponse:
    found = _an_alert(number)
    require(request.actor, "observatory.escalate_alert", found)
    form = asked(request, ButtonForm)
    if form.carry_out(escalate_alert, actor=request.actor, alert=found):
        messages.success(request, _("The alert was passed on to the second office."))
        return redirect(found)
    return _alert_page(request, found, escalating=form)


@require_http_methods(["POST"])
def alert_resolve(request: HttpRequest, number: int) -> HttpResponse:
    found = _an_alert(number)
    require(request.actor, "observatory.resolve_alert", found)
    form = asked(request, ResolveForm)
    if form.carry_out(resolve_alert, actor=request.actor, alert=found):
        messages.success(request, _("The alert is resolved, and how it ended is public."))
        return redirect(found)
    return _alert_page(request, found, resolving=form)


@require_safe
def alert_rules(request: HttpRequest) -> HttpResponse:
    found = Paginator(queries.alert_rules(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "lines": [queries.rule_line(rule) for rule in found],
        "problems": PROBLEMS,
        "may_set": allows(request.actor, "observatory.set_rule"),
    }
    return render(request, "observatory/alerts/rules.html", context)


@require_safe
def alert_rules_csv(request: HttpRequest) -> HttpResponseBase:
    return csv_file("alert-rules", RULE_COLUMNS, _rule_rows(queries.alert_rules()))


@require_safe
def alert_rule(request: HttpRequest, number: int) -> HttpResponse:
    return _rule_page(request, get_object_or_404(queries.alert_rules(), number=number))


@require_safe
def alert_rule_readings(request: HttpRequest, number: int) -> HttpResponseBase:
    check = AlertCheck.objects.filter(rule=get_object_or_404(AlertRule, number=number)).first()
    rows = rows_of(check.trace) if check else ()
    columns = ["day", "value", "expected", "bound", "finding"]
    return csv_file(
        f"alert-rule-{number}-readings",
        columns,
        ([row.day.isoformat(), row.value, row.expected, row.bound, row.finding] for row in rows),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def alert_rule_new(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.set_rule")
    form = asked(request, RuleForm, initial={"starts_on": clock.today()})
    rule = form.carry_out(set_rule, actor=request.actor)
    if rule:
        messages.success(request, _("The rule is set. The series is checked within minutes."))
        return redirect(rule)
    has_readings = form.fields["indicator"].queryset.exists()
    return page(request, "observatory/alerts/rule_new.html", form=form, has_readings=has_readings)


@require_http_methods(["POST"])
def alert_rule_retire(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.alert_rules(), number=number)
    require(request.actor, "observatory.retire_rule", found)
    form = asked(request, ButtonForm)
    if form.carry_out(retire_rule, actor=request.actor, rule=found):
        messages.success(request, _("The rule is retired. Its open alerts are still to be answered."))
        return redirect(found)
    return _rule_page(request, found, retiring=form)


def _an_alert(number: int) -> Alert:
    return get_object_or_404(queries.alerts(), number=number)


def _alert_page(request: HttpRequest, found: Alert, **sent: ActionForm) -> HttpResponse:
    actor, rule = request.actor, found.rule
    rows = around(_trace(rule), found.day)
    open_still = found.state != Alert.State.RESOLVED
    unpassed = open_still and not found.escalated_at
    forms = {"acknowledging": ButtonForm(), "escalating": ButtonForm(), "resolving": ResolveForm()}
    return page(
        request,
        "observatory/alerts/alert.html",
        alert=found,
        rule=rule,
        history=_history(found),
        held=queries.held([rule.told, rule.told_next]),
        curve=curve(rows, _told(rule), found.day),
        rows=rows[::-1],
        cause=reference(found),
        may_acknowledge=found.is_waiting and allows(actor, "observatory.acknowledge_alert", found),
        may_escalate=unpassed and allows(actor, "observatory.escalate_alert", found),
        may_resolve=open_still and allows(actor, "observatory.resolve_alert", found),
        may_recommend=allows(actor, "recommendations.adopt_recommendation"),
        may_prioritise=allows(actor, "funds.set_priority"),
        **(forms | sent),
    )


def _rule_page(request: HttpRequest, found: AlertRule, retiring: ActionForm | None = None) -> HttpResponse:
    rows = around(_trace(found))
    may_retire = found.is_active and allows(request.actor, "observatory.retire_rule", found)
    return page(
        request,
        "observatory/alerts/rule.html",
        rule=found,
        line=queries.rule_line(found),
        problems=PROBLEMS,
        held=queries.held([found.told, found.told_next]),
        curve=curve(rows, _told(found)),
        rows=rows[::-1],
        alerts=queries.alerts().filter(rule=found)[:PER_PAGE],
        may_retire=may_retire,
        retiring=retiring or ButtonForm(),
    )


def _trace(rule: AlertRule) -> tuple[Row, ...]:
    trace = AlertCheck.objects.filter(rule=rule).values_list("trace", flat=True).first()
    return rows_of(trace or ())


def _told(rule: AlertRule) -> dict[Any, str]:
    return {day: outcome or "open" for day, outcome in rule.alerts.values_list("day", "outcome")}


def _history(found: Alert) -> list[tuple[Any, Any, Any]]:
    """What happened to an alert: when, what, which office, in the order of time."""
    rule = found.rule
    steps = [
        (found.raised_at, _("The reading was found unusual; this office was told:"), rule.told),
        (found.acknowledged_at, _("The office said that it looks into it."), None),
        (found.escalated_at, _("It was passed on to the second office:"), rule.told_next),
        (found.resolved_at, _("It was resolved."), None),
    ]
    return sorted((step for step in steps if step[0]), key=lambda step: step[0])


def _alert_rows(found: Iterable[Alert]) -> Iterator[list[Any]]:
    for item in found:
        moments = (item.acknowledged_at, item.escalated_at, item.resolved_at)
        yield [
            item.number,
            item.rule.number,
            item.rule.indicator.code,
            item.rule.territory.code,
            item.day.isoformat(),
            item.value,
            item.expected,
            item.bound,
            item.state,
            item.outcome,
            item.rule.told.key,
            item.rule.told_next.key,
            item.raised_at.date().isoformat(),
            item.answer_due_on.isoformat(),
            *(moment.date().isoformat() if moment else "" for moment in moments),
            item.note,
            "yes" if item.is_demo else "no",
        ]


def _rule_rows(found: Iterable[AlertRule]) -> Iterator[list[Any]]:
    for rule in found:
        line = queries.rule_line(rule)
        yield [
            rule.number,
            rule.indicator.code,
            rule.territory.code,
            rule.method,
            rule.bound,
            rule.told.key,
            rule.told_next.key,
            rule.answer_days,
            rule.silence_days,
            rule.starts_on.isoformat(),
            "yes" if rule.is_active else "no",
            getattr(rule, "raised", 0),
            line.answered.whole - line.answered.part,
            line.answered.part,
            line.check.judged if line.check else "",
            line.check.rang if line.check else "",
            line.check.checked_at.isoformat(timespec="seconds") if line.check else "",
            "yes" if rule.is_demo else "no",
        ]
