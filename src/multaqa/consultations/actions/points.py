"""Points spread over options, online and on paper. The ledger keeps only a commitment to each spread."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from multaqa.consultations.models import SPREAD, Consultation, Participation, Points, Statement, Vote
from multaqa.consultations.participants import (
    Participant,
    check_dates,
    check_kind,
    check_open,
    join,
    join_on_paper,
)
from multaqa.consultations.queries import pseudonym
from multaqa.directory.actors import Actor
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record, reference
from multaqa.ledger.models import PrivateData
from multaqa.ledger.verbs import register

VERBS = {
    "consultations.points_spread": _("Points spread"),
    "consultations.points_withdrawn": _("Points withdrawn"),
    "consultations.paper_points_entered": _("Points on paper entered"),
}
register(VERBS)


def spread_points(*, actor: Actor, consultation: Consultation, points: Mapping[str, int]) -> Participation:
    """Spread 100 points over the options. Spreading again replaces the spread and is recorded again.

    points: key of the option → whole number of at least 0; an option left out gets none. The record holds no
    spread, only a commitment to it. Raises Forbidden for a stranger, Refused when the consultation takes no
    points, the account is not sure enough, an option is unknown or the points are not 100.
    """
    require(actor, "consultations.spread_points", consultation)
    with transaction.atomic():
        options = _lock_options(consultation)
        consultation = Consultation.objects.get(pk=consultation.pk)
        check_open(actor, consultation, Consultation.Kind.POINTS)
        spread = _checked(points, options)
        participation = join(actor, consultation)
        participation.points.all().delete()
        _give(participation, spread, options, Vote.Channel.ONLINE)
        record(
            Participant(),
            "consultations.points_spread",
            consultation,
            facts={"consultation": consultation.slug, "options": len(options)},
            private={"participation": participation.pseudonym, "points": spread},
        )
    return participation


def withdraw_points(*, actor: Actor, consultation: Consultation) -> Consultation:
    """Take one's points back before closing: they do not count, and what the record committed to is erased.

    The commitments stay. Raises Forbidden for a stranger, Refused when the consultation is over or there is
    nothing to take back.
    """
    require(actor, "consultations.withdraw_points", consultation)
    assert actor.account is not None
    with transaction.atomic():
        _lock_options(consultation)
        consultation = Consultation.objects.get(pk=consultation.pk)
        check_dates(consultation)
        name = pseudonym(actor.account, consultation)
        taken, _by_model = Points.objects.filter(
            participation__consultation=consultation, participation__pseudonym=name
        ).delete()
        if not taken:
            raise Refused(_("You have spread no points here: there is nothing to withdraw."))
        PrivateData.objects.filter(
            entry__subject=reference(consultation),
            entry__verb="consultations.points_spread",
            data__participation=name,
        ).delete()
        record(
            Participant(),
            "consultations.points_withdrawn",
            consultation,
            facts={"consultation": consultation.slug},
            private={"participation": name},
        )
    return consultation


def enter_paper_points(
    *, actor: Actor, consultation: Consultation, receipt: str, points: Mapping[str, int]
) -> Participation:
    """Key in one paper form. It counts like any other spread and stays separable.

    receipt: the code on the form and its stub. points: as in `spread_points`. Raises Forbidden, or Refused
    for a form keyed in before, an unknown option, or points that are not 100.
    """
    require(actor, "consultations.enter_paper_points", consultation)
    receipt = receipt.strip().upper()
    with transaction.atomic():
        options = _lock_options(consultation)
        consultation = Consultation.objects.get(pk=consultation.pk)
        check_dates(consultation)
        check_kind(consultation, Consultation.Kind.POINTS)
        spread = _checked(points, options)
        participation = join_on_paper(receipt, consultation)
        _give(participation, spread, options, Vote.Channel.PAPER)
        record(
            actor,
            "consultations.paper_points_entered",
            consultation,
            facts={"consultation": consultation.slug, "options": len(options)},
            private={"receipt": receipt, "participation": participation.pseudonym, "points": spread},
        )
    return participation


def _lock_options(consultation: Consultation) -> dict[str, Statement]:
    # closing locks every option: a spread is either counted or refused, never lost in between
    locked = Statement.objects.select_for_update().filter(consultation=consultation).order_by("pk")
    return {option.key: option for option in locked}


def _checked(points: Mapping[str, int], options: Iterable[str]) -> dict[str, int]:
    spread = {key: points.get(key, 0) for key in options}
    if set(points) - set(spread):
        raise Refused(_("These points go to an option that is not in the consultation."))
    if not all(isinstance(number, int) and number >= 0 for number in spread.values()):
        raise Refused(_("Points are whole numbers of at least 0."))
    given = sum(spread.values())
    left, over = SPREAD - given, given - SPREAD
    if left > 0:
        sentence = ngettext(
            "You have given %(given)d of %(all)d points: %(n)d is left.",
            "You have given %(given)d of %(all)d points: %(n)d are left.",
            left,
        )
        raise Refused(sentence, given=given, all=SPREAD, n=left)
    if over > 0:
        sentence = ngettext(
            "You have given %(given)d points and have %(all)d: take %(n)d point back.",
            "You have given %(given)d points and have %(all)d: take %(n)d points back.",
            over,
        )
        raise Refused(sentence, given=given, all=SPREAD, n=over)
    return spread


def _give(
    participation: Participation, spread: Mapping[str, int], options: Mapping[str, Statement], channel: str
) -> None:
    moment = clock.now()
    Points.objects.bulk_create(
        Points(
            participation=participation,
            statement=options[key],
            points=number,
            channel=channel,
            given_at=moment,
        )
        for key, number in spread.items()
    )
