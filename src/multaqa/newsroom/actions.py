"""Publishing, correcting and withdrawing: each leaves one entry in the public ledger."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Revision

from multaqa.directory.actors import Actor
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.newsroom.completeness import complete
from multaqa.newsroom.models import Article, Correction, Withdrawal, within_action

register(
    {
        "newsroom.article_published": _("Article published"),
        "newsroom.article_corrected": _("Article corrected"),
        "newsroom.article_withdrawn": _("Article withdrawn"),
    }
)


def publish_article(*, actor: Actor, article: Article) -> Article:
    """Make the article's latest version public.

    Raises Forbidden unless the actor is an editor. Raises Refused when something is neither written nor said
    to be unknown, when its hour has not come, or when it is public already (then it is corrected).
    """
    require(actor, "newsroom.publish_article", article)
    with transaction.atomic():
        stored, revision = _latest(article)
        draft: Article = revision.as_object()
        if stored.live:
            raise Refused(
                _("This article is published. Publish the change as a correction and say what it corrects.")
            )
        if draft.go_live_at and draft.go_live_at > clock.now():
            raise Refused(_("This article waits for its hour. Remove the date to publish it now."))
        reported = complete(draft)
        published = _publish(actor, stored, revision)
        record(
            actor,
            "newsroom.article_published",
            published,
            facts={
                "content_sha256": published.content_hash,
                "language": published.language,
                "slug": published.slug,
            },
            step=Step.PUBLISHED,
            causes=reported,
        )
    return published


def correct_article(*, actor: Actor, article: Article, text: Translated) -> Article:
    """Publish the latest version of a public article together with a dated sentence that says what was wrong.

    Raises Forbidden unless the actor is an editor, Refused when the article is not public, when nothing
    changed, or when its address changed.
    """
    require(actor, "newsroom.correct_article", article)
    if not text:
        raise Refused(_("Say in one sentence what was wrong and what is right."), field="text")
    with transaction.atomic():
        stored, revision = _latest(article)
        if not stored.live:
            raise Refused(_("This article is not public. Publish it instead."))
        draft: Article = revision.as_object()
        old, new = stored.content_hash, draft.content_hash
        if old == new:
            raise Refused(_("The article has not changed. Save the corrected text first."))
        if draft.slug != stored.slug:
            raise Refused(_("A published article keeps its address. Put the old address back."), field="slug")
        reported = complete(draft)
        published = _publish(actor, stored, revision)
        Correction.objects.create(
            article=published, text=text, old_hash=old, new_hash=new, published_at=clock.now()
        )
        record(
            actor,
            "newsroom.article_corrected",
            published,
            facts={
                "content_sha256": new,
                "correction": text,
                "language": published.language,
                "previous_sha256": old,
                "slug": published.slug,
            },
            causes=reported,
        )
    return published


def withdraw_article(*, actor: Actor, article: Article, reason: Translated) -> Article:
    """Stop showing a public article; its address answers with the reason.

    Raises Forbidden unless the actor is an editor, Refused without a reason or when it is not public.
    """
    require(actor, "newsroom.withdraw_article", article)
    if not reason:
        raise Refused(_("Say in one sentence why this article is withdrawn."), field="reason")
    with transaction.atomic():
        stored: Article = Article.objects.select_for_update().get(pk=article.pk)
        if not stored.live:
            raise Refused(_("This article is not public."))
        UnpublishPageAction(stored, user=actor.account).execute(skip_permission_checks=True)
        Withdrawal.objects.create(article=stored, reason=reason, withdrawn_at=clock.now())
        record(
            actor,
            "newsroom.article_withdrawn",
            stored,
            facts={
                "content_sha256": stored.content_hash,
                "language": stored.language,
                "reason": reason,
                "slug": stored.slug,
            },
        )
    return stored


def _latest(article: Article) -> tuple[Article, Revision]:
    """The stored article, locked, and its newest version."""
    stored = Article.objects.select_for_update().get(pk=article.pk)
    return stored, stored.get_latest_revision() or stored.save_revision(clean=False)


def _publish(actor: Actor, stored: Article, revision: Revision) -> Article:
    # the hour of a scheduled article has come by our clock, which need not be Wagtail's
    if revision.content.get("go_live_at"):
        revision.content["go_live_at"] = None
        revision.save(update_fields=["content"])
    with within_action():
        revision.publish(user=actor.account, skip_permission_checks=True)
    now = clock.now()
    dates: dict[str, Any] = {
        "first_published_at": stored.first_published_at or now,
        "last_published_at": now,
        "latest_revision_created_at": now,
    }
    Article.objects.filter(pk=stored.pk).update(**dates)
    published: Article = Article.objects.select_related("locale", "dateline_place").get(pk=stored.pk)
    return published
