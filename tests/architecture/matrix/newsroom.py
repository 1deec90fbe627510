"""The newspaper is for everyone; it is written in the staff office."""

from tests.architecture.routes import Route
from tests.newsroom.factories import an_article

ROUTES = {
    "newsroom:browse": Route(),
    "newsroom:rss": Route(),
    "newsroom:atom": Route(),
    "newsroom:article": Route(own=lambda: [an_article().slug]),
}
