"""Who takes part, under which name, and whether a consultation still takes their answer."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from multaqa.consultations import queries
from multaqa.consultations.models import Consultation, Participation
from multaqa.directory.actors import Actor
from multaqa.directory.models import Assurance
from multaqa.kit.policy import Refused


@dataclass(frozen=True, slots=True)
class Participant:
    """The capacity in which people speak: whatever office they hold, the record does not say."""

    capacity: str = "participant"


def join(actor: Actor, consultation: Consultation) -> Participation:
    """The actor's participation, made at their first answer."""
    assert actor.account is not None
    name = queries.pseudonym(actor.account, consultation)
    return Participation.objects.get_or_create(consultation=consultation, pseudonym=name)[0]


def join_on_paper(receipt: str, consultation: Consultation) -> Participation:
    """The participation of a paper form. Raises Refused for a form keyed in before."""
    name = queries.paper_pseudonym(receipt, consultation)
    participation, made = Participation.objects.get_or_create(
        consultation=consultation, pseudonym=name, defaults={"receipt": receipt}
    )
    if not made:
        raise Refused(_("The form with this code was already keyed in."), field="receipt")
    return participation


def check_open(actor: Actor, consultation: Consultation, kind: str) -> None:
    """Raise Refused unless the consultation takes such answers today, and from an account as sure as this."""
    check_dates(consultation)
    check_kind(consultation, kind)
    if actor.assurance < consultation.min_assurance:
        raise Refused(
            _("To take part here, your account must have: %(level)s."),
            level=Assurance(consultation.min_assurance).label,
        )


def check_dates(consultation: Consultation) -> None:
    """Raise Refused before the first day and after the last."""
    if consultation.is_announced:
        raise Refused(_("This consultation has not begun yet: come back on its first day."))
    if not consultation.takes_votes:
        raise Refused(_("This consultation is closed: read its result instead."))


def check_kind(consultation: Consultation, kind: str) -> None:
    """Raise Refused for an answer of the other kind."""
    if consultation.kind == kind:
        return
    if consultation.is_points:
        raise Refused(_("This consultation asks for points: spread them over its options."))
    raise Refused(_("This consultation asks no points: vote on its statements."))
