from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from multaqa.ledger.queries import threads
from multaqa.newsroom import queries
from multaqa.newsroom.models import Article

PAGE = 20
FEED = 30
FEEDS = {"rss": Rss201rev2Feed, "atom": Atom1Feed}


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The articles of one language, of one section when asked."""
    asked = request.GET.get("section", "")
    section = asked if asked in Article.Section.values else ""
    page = Paginator(queries.articles(section=section), PAGE).get_page(request.GET.get("page"))
    articles = list(page)
    context = {
        "page_obj": page,
        "articles": articles,
        "threads": threads(articles),
        "sections": Article.Section.choices,
        "section": section,
        "section_name": Article.Section(section).label if section else "",
    }
    return render(request, "newsroom/browse.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article; its translation when the address was asked for in another language."""
    found = queries.article_at(slug)
    if found is None:
        raise Http404
    language = queries.active_language()
    if found.language != language:
        addresses = found.alternates()
        return redirect(addresses.get(language) or addresses[found.language])
    if not found.live:
        context = {"article": found, "withdrawal": found.withdrawals.first()}
        return render(request, "newsroom/withdrawn.html", context, status=410)
    context = found.get_context(request)
    request.alternates = context["alternates"]  # type: ignore[attr-defined]  # the shell links the languages by it
    return render(request, "newsroom/article.html", context)


@require_safe
@cache_control(public=True, max_age=300)
def feed(request: HttpRequest, kind: str) -> HttpResponse:
    """The newest articles for feed readers."""
    language = queries.active_language()
    address = f"{settings.BASE_URL}{request.path}"
    made = FEEDS[kind](
        title=_("Multaqa: the public newspaper of the region"),
        link=settings.BASE_URL + reverse("newsroom:browse"),
        description=_("What is decided in the region, who decided it, and what changed"),
        language=language,
        feed_url=address,
    )
    for item in queries.articles()[:FEED]:
        link = settings.BASE_URL + item.get_absolute_url()
        made.add_item(
            title=item.title,
            link=link,
            description=item.standfirst,
            unique_id=link,
            author_name=item.byline or None,
            pubdate=item.first_published_at,
            updateddate=item.last_published_at,
            categories=[str(item.get_section_display())],
        )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)
