"""The nine steps of the decision thread, in their fixed order."""

from django.db import models
from django.utils.translation import pgettext_lazy as _p


class Step(models.TextChoices):
    OBSERVED = "observed", _p("step", "observe")
    CONSULTED = "consulted", _p("step", "consult")
    RECOMMENDED = "recommended", _p("step", "recommend")
    PRIORITISED = "prioritised", _p("step", "prioritise")
    CALLED = "called", _p("step", "call")
    AWARDED = "awarded", _p("step", "award")
    AGREED = "agreed", _p("step", "agree")
    EVALUATED = "evaluated", _p("step", "evaluate")
    PUBLISHED = "published", _p("step", "publish")
