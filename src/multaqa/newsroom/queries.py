"""What readers find: the front page, the lists, an article by its address, what waits for its hour."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from wagtail.models import Revision

from multaqa.newsroom.models import Article, Newsroom

FALLBACK = "ar"
_FRONT_STORIES = 3


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The newspaper's part of the front page."""

    lead: Article | None
    stories: tuple[Article, ...]


def active_language() -> str:
    return (get_language() or FALLBACK)[:2]


def articles(language: str = "", section: str = "") -> QuerySet[Article]:
    """Public articles in one language, newest first."""
    found: QuerySet[Article] = Article.objects.live().filter(
        locale__language_code=language or active_language()
    )
    return _in_order(found.filter(section=section) if section else found)


def _in_order(found: QuerySet[Article]) -> QuerySet[Article]:
    return found.select_related("locale", "dateline_place").order_by("-first_published_at", "-pk")


def front_page() -> FrontPage:
    """Lead and three stories in the reader's language, filled up with Arabic: one SQL statement.

    The lead is the newest article marked as lead, else the newest; the archive never leads unmarked.
    """
    language, wanted = active_language(), 1 + _FRONT_STORIES
    wanted_ones = _newest_and_lead(language) | _newest_and_lead(FALLBACK)
    both = list(_in_order(Article.objects.filter(wanted_ones)))
    own = [article for article in both if article.language == language]
    told = {article.translation_key for article in own}
    borrowed = [article for article in both if article.translation_key not in told]
    found = own + (borrowed if len(own) < wanted else [])
    leading = own or found
    news = [article for article in found if article.section != Article.Section.ARCHIVE]
    lead = next((article for article in leading if article.is_lead), None) or next(iter(news or found), None)
    others = [article for article in found if lead is None or article.pk != lead.pk]
    return FrontPage(lead, tuple(others[:_FRONT_STORIES]))


def _newest_and_lead(language: str) -> Q:
    """The newest public articles of a language, and the newest one marked as lead however old it is."""
    public = articles(language)
    newest, lead = public.values("pk")[: 1 + _FRONT_STORIES], public.filter(is_lead=True).values("pk")[:1]
    return Q(pk__in=newest) | Q(pk__in=lead)


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
