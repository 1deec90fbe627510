"""Putting a question to the people."""

import re
from collections.abc import Iterable
from datetime import date

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from multaqa.consultations.models import STEPS, Consultation, Statement
from multaqa.consultations.queries import PAPER_STATEMENTS
from multaqa.consultations.rules import CONVENING
from multaqa.directory.actors import Actor
from multaqa.directory.models import Assurance, Organisation
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.territories.models import Territory

VERBS = {"consultations.consultation_opened": _("Consultation opened")}
register(VERBS)

_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


def open_consultation(
    *,
    actor: Actor,
    title: Translated,
    question: Translated,
    territory: Territory,
    opens_on: date,
    closes_on: date,
    statements: Iterable[Translated] = (),
    kind: str = Consultation.Kind.STATEMENTS,
    options: Iterable[tuple[str, Translated]] = (),
    text: Translated | None = None,
    min_assurance: int = Assurance.PHONE,
    organiser: Organisation | None = None,
    slug: str = "",
    causes: Iterable[models.Model] = (),
) -> Consultation:
    """Put a question to the people of a territory, with what they answer it by.

    kind: `statements`, with the statements it starts from, or `points`, with its options: each a key (Latin
    letters, digits, - and _; what it stands for elsewhere) and its text. organiser: in whose name; the
    actor's own organisation when none is named. causes: the observation or release it follows from. Raises
    Forbidden, or Refused for days in the wrong order, no statement, or options nobody could tell apart.
    """
    require(actor, "consultations.open_consultation", organiser)
    kind = Consultation.Kind(kind)
    if closes_on < max(opens_on, clock.today()):
        raise Refused(_("The last day must come after the first, and not before today."), field="closes_on")
    seeds = _options(options) if kind == Consultation.Kind.POINTS else _statements(statements)
    organiser = organiser or actor.organisations(*CONVENING)[0]
    with transaction.atomic():
        consultation = Consultation.objects.create(
            slug=_free_slug(slug or slugify(title.get("en") or title.get("fr") or "")),
            kind=kind,
            title=title,
            question=question,
            text=text or Translated(),
            organiser=organiser,
            territory=territory,
            opens_on=opens_on,
            closes_on=closes_on,
            min_assurance=min_assurance,
            is_demo=organiser.is_demo or bool(actor.account and actor.account.is_demo),
        )
        Statement.objects.bulk_create(
            Statement(
                consultation=consultation,
                number=number,
                key=key,
                text=seed,
                source=Statement.Source.SEED,
                state=Statement.State.SHOWN,
            )
            for number, (key, seed) in enumerate(seeds, start=1)
        )
        move(consultation, Consultation.State.OPEN, STEPS)
        record(
            actor,
            "consultations.consultation_opened",
            consultation,
            facts={
                "consultation": consultation.slug,
                "question": question,
                "organiser": organiser.code,
                "territory": territory.code,
                "opens_on": opens_on,
                "closes_on": closes_on,
                "min_assurance": int(min_assurance),
                "statements": len(seeds),
                **({"options": [key for key, _text in seeds]} if consultation.is_points else {}),
            },
            causes=causes,
            due=Due(Step.CONSULTED, closes_on, met_by="consultations.consultation_closed"),
        )
    return consultation


def _statements(statements: Iterable[Translated]) -> list[tuple[str, Translated]]:
    seeds = [("", Translated(statement)) for statement in statements if statement]
    if not seeds:
        raise Refused(_("Write at least one statement to begin with."), field="statements")
    return seeds


def _options(options: Iterable[tuple[str, Translated]]) -> list[tuple[str, Translated]]:
    found = [(key, Translated(text)) for key, text in options if text]
    if not 2 <= len(found) <= PAPER_STATEMENTS:
        raise Refused(
            _("Write between 2 and %(most)d options to spread points over."),
            field="statements",
            most=PAPER_STATEMENTS,
        )
    keys = {key for key, _text in found}
    if len(keys) < len(found) or not all(map(_KEY.fullmatch, keys)):
        raise Refused(
            _("Each option needs a key of its own: Latin letters, digits, - and _, at most 40."), field="keys"
        )
    return found


def _free_slug(wanted: str) -> str:
    stem = wanted[:70] or "consultation"
    taken = set(Consultation.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(slug for slug in numbered if slug not in taken)
