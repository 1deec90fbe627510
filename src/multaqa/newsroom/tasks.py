"""What the clock does in the newsroom."""

from datetime import datetime

import structlog

from multaqa.directory.actors import MACHINE
from multaqa.kit.policy import Refused
from multaqa.newsroom.actions import publish_article
from multaqa.newsroom.models import Article
from multaqa.newsroom.queries import due

log = structlog.get_logger()


def publish_due(now: datetime) -> int:
    """Publish every scheduled article whose hour has come; how many were. Part of `multaqa tick`."""
    published = 0
    for revision in due(now):
        article = revision.content_object
        if not isinstance(article, Article):
            continue
        try:
            publish_article(actor=MACHINE, article=article)
            published += 1
        except Refused as refusal:
            log.warning("scheduled_article_refused", article=article.pk, reason=str(refusal))
    return published
