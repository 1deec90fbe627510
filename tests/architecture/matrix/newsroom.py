"""The newspaper is for everyone; it is written in the staff office."""

from multaqa.newsroom.models import Article
from tests.architecture.routes import Route
from tests.newsroom.factories import an_article


def in_three_languages() -> list[str]:
    """The address shared by an article and its translations."""
    slug = f"article-{Article.objects.count()}"
    arabic = an_article(slug=slug)
    for language in ("fr", "en"):
        an_article(language, slug=slug, translation_key=arabic.translation_key)
    return [slug]


ROUTES = {
    "newsroom:browse": Route(),
    "newsroom:rss": Route(),
    "newsroom:atom": Route(),
    "newsroom:article": Route(own=in_three_languages),
}
