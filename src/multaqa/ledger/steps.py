"""The nine steps of the decision thread, in their fixed order."""

from django.db import models
from django.utils.translation import pgettext_lazy as _p


class Step(models.TextChoices):
    OBSERVED = "observed", _p("step", "observation")
    CONSULTED = "consulted", _p("step", "consultation")
    RECOMMENDED = "recommended", _p("step", "recommendation")
    PRIORITISED = "prioritised", _p("step", "priority")
    CALLED = "called", _p("step", "call")
    AWARDED = "awarded", _p("step", "award")
    AGREED = "agreed", _p("step", "agreement")
    EVALUATED = "evaluated", _p("step", "evaluation")
    PUBLISHED = "published", _p("step", "publication")
