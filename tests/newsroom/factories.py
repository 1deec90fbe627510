"""Articles, as drafts and as published by the real action."""

from typing import Any

from multaqa.newsroom.actions import publish_article
from multaqa.newsroom.models import Article, Newsroom
from tests.factories import Role, actor, region

BODY = [
    {"type": "paragraph", "value": "<p>نص المقال.</p>"},
    {"type": "quotation", "value": {"text": "نلتزم بالنشر", "speaker": "رئيسة المجلس", "occasion": ""}},
    {"type": "figure", "value": {"value": "5,1%", "label": "أسر مرتبطة بالماء", "source": "إحصاء 2024"}},
]


def a_draft(language: str = "ar", **overrides: Any) -> Article:
    """A complete draft in one language."""
    parent = Newsroom.objects.get(locale__language_code=language)
    number = Article.objects.count() + 1
    fields: dict[str, Any] = {
        "title": f"مقال {number}",
        "slug": f"article-{number}",
        "standfirst": f"مقدمة المقال {number}",
        "body": BODY,
        "byline": "هيئة التحرير",
        "dateline_place": region(),
        "dateline_day": "2026-11-23",
        "unknown": ["about"],
        "comments_policy": "open",
        "locale": parent.locale,
        **overrides,
    }
    if overrides.get("about"):
        fields["unknown"] = overrides.get("unknown", [])
    return parent.add_child(instance=Article(**fields))


def an_article(language: str = "ar", **overrides: Any) -> Article:
    """A published article."""
    return publish_article(actor=actor(Role.EDITOR), article=a_draft(language, **overrides))


def changed(article: Article, **fields: Any) -> Article:
    """The article with a newer version that nobody published."""
    newer = article.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(newer, name, value)
    newer.save_revision(clean=False)
    return article
