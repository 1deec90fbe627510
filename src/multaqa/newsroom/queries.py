"""What readers find: the front page, the lists, an article by its address, what waits for its hour."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from wagtail.models import Revision

from multaqa.newsroom.models import Article, Newsroom

FALLBACK = "ar"
_FRONT_STORIES = 3
_FRONT_LATEST = 6


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The newspaper's part of the front page."""

    lead: Article | None
    stories: tuple[Article, ...]
    latest: tuple[Article, ...]

    @property
    def shown(self) -> tuple[Article, ...]:
        return (*([self.lead] if self.lead else []), *self.stories, *self.latest)


def active_language() -> str:
    return (get_language() or FALLBACK)[:2]


def articles(language: str = "", section: str = "") -> QuerySet[Article]:
    """Public articles in one language, newest first."""
    found: QuerySet[Article] = Article.objects.live().filter(
        locale__language_code=language or active_language()
    )
    if section:
        found = found.filter(section=section)
    return found.select_related("locale", "dateline_place").order_by("-first_published_at", "-pk")


def front_page() -> FrontPage:
    """Lead, three stories and the latest, in the reader's language or else Arabic: at most 2 SQL statements.

    The lead is the newest article marked as lead, else the newest; the archive never leads unmarked.
    """
    wanted = 1 + _FRONT_STORIES + _FRONT_LATEST
    found = _newest_and_lead(active_language(), wanted)
    leading = found
    if active_language() != FALLBACK and len(found) < wanted:
        told = {article.translation_key for article in found}
        borrowed = _newest_and_lead(FALLBACK, wanted)
        leading = found or borrowed
        found = found + [article for article in borrowed if article.translation_key not in told]
    news = [article for article in found if article.section != Article.Section.ARCHIVE]
    lead = next((article for article in leading if article.is_lead), None) or next(iter(news or found), None)
    others = [article for article in found if lead is None or article.pk != lead.pk][: wanted - 1]
    return FrontPage(lead, tuple(others[:_FRONT_STORIES]), tuple(others[_FRONT_STORIES:]))


def _newest_and_lead(language: str, count: int) -> list[Article]:
    """The newest public articles, and the newest one marked as lead however old it is: one SQL statement."""
    public = articles(language)
    newest, lead = public.values("pk")[:count], public.filter(is_lead=True).values("pk")[:1]
    return list(public.filter(Q(pk__in=newest) | Q(pk__in=lead)))


def article_at(slug: str) -> Article | None:
    """The article at an address, public or withdrawn: in the reader's language, else in any."""
    found = Article.objects.filter(slug=slug, first_published_at__isnull=False)
    by_language = {article.language: article for article in found.select_related("locale", "dateline_place")}
    return by_language.get(active_language()) or next(iter(by_language.values()), None)


def newsroom(language: str = "") -> Newsroom | None:
    found: Newsroom | None = Newsroom.objects.filter(
        locale__language_code=language or active_language()
    ).first()
    return found


def due(now: datetime) -> list[Revision]:
    """The versions whose hour has come, earliest first."""
    waiting = Revision.objects.filter(
        approved_go_live_at__lte=now, base_content_type__app_label="wagtailcore"
    )
    return list(waiting.order_by("approved_go_live_at", "pk"))
