"""What an article must say, or say that it does not know, before it is published."""

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused
from multaqa.newsroom.models import Article


def complete(article: Article) -> list[models.Model]:
    """The objects that the article reports. Raises Refused for what was left open by oversight."""
    unknown = set(article.unknown)
    missing = {
        Article.Unknown.PLACE: article.dateline_place_id is None,
        Article.Unknown.DAY: not article.dateline_day,
        Article.Unknown.BYLINE: not article.byline,
        Article.Unknown.ABOUT: not article.about,
    }
    if not article.standfirst:
        raise Refused(_("Write the standfirst."), field="standfirst")
    for what, absent in missing.items():
        if absent and what not in unknown:
            raise Refused(_("Give %(what)s, or say that it is not known."), field="unknown", what=what.label)
        if not absent and what in unknown:
            raise Refused(
                _("You gave %(what)s and said that it is not known."), field="unknown", what=what.label
            )
    if article.dateline_day and article.day is None:
        raise Refused(_("The day of the dateline does not exist in the calendar."), field="dateline_day")
    if article.comments_policy == Article.Comments.CLOSED and not article.comments_reason:
        raise Refused(_("Say why comments are closed."), field="comments_reason")
    if article.expire_at:
        raise Refused(_("Articles do not expire. Withdraw one by hand, with a reason."), field="expire_at")
    return [_reported(text) for text in article.about]


def _reported(text: str) -> models.Model:
    """The object behind a ledger reference such as funds.call:3."""
    noun, _colon, number = text.partition(":")
    try:
        return apps.get_model(noun)._default_manager.get(pk=int(number))
    except (LookupError, ValueError, models.ObjectDoesNotExist):
        raise Refused(
            _("Nothing in the ledger is called %(reference)s."), field="about", reference=text
        ) from None
