"""The newsroom's part of the staff office: writing is Wagtail's, publishing is the ledger's."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.admin.widgets.button import Button
from wagtail.models import GroupPagePermission, Locale, Page
from wagtail.permission_policies.pages import PagePermissionPolicy

from multaqa.directory.actors import Function, actor_of
from multaqa.kit import clock
from multaqa.kit.forms import ActionForm, asked
from multaqa.kit.policy import Refused, require
from multaqa.newsroom.actions import correct_article, publish_article, withdraw_article
from multaqa.newsroom.completeness import complete
from multaqa.newsroom.forms import CorrectForm, WithdrawForm
from multaqa.newsroom.models import Article, Correction, Newsroom, Withdrawal

DESKS = [
    {
        "model": Correction,
        "list_display": ["text", "article", "published_at"],
        "list_filter": ["published_at"],
        "search_fields": ["text", "article__title"],
        "inspect_view_fields": ["text", "article", "published_at", "old_hash", "new_hash"],
    },
    {
        "model": Withdrawal,
        "list_display": ["reason", "article", "withdrawn_at"],
        "list_filter": ["withdrawn_at"],
        "search_fields": ["reason", "article__title"],
        "inspect_view_fields": ["reason", "article", "withdrawn_at"],
    },
]
VIEWSETS = [
    PageListingViewSet(
        "articles",
        model=Article,
        icon="doc-full",
        menu_label=gettext_lazy("Articles"),
        url_prefix="newsroom/article",
        list_filter=["section", "live", "is_demo"],
    )
]
_GRANTED = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")


class EditorsPolicy(PagePermissionPolicy):
    """Whoever holds the function of editor today may write in the newsrooms; no group is kept in step."""

    def get_all_permissions_for_user(self, user: Any) -> list[GroupPagePermission]:
        if not user.is_active or user.is_anonymous or not actor_of(user).holds(Function.EDITOR):
            return []
        newsrooms = Page.objects.filter(pk__in=Newsroom.objects.values("pk"))
        pairs = [(page, codename) for page in newsrooms for codename in _GRANTED]
        # never stored: Wagtail reads the page and the codename of a grant, and wants it hashable
        return [
            GroupPagePermission(pk=-number, page=page, permission=Permission(codename=codename))
            for number, (page, codename) in enumerate(pairs, 1)
        ]


def publish_through_the_ledger(request: Any, page: Page) -> HttpResponse | None:
    """What the Publish button does: the newsroom's action, or a sentence that says why not."""
    article = page.specific
    if not isinstance(article, Article):
        return None
    edit = redirect("wagtailadmin_pages:edit", article.pk)
    stored = Article.objects.get(pk=article.pk)
    try:
        if stored.live and article.go_live_at and article.go_live_at > clock.now():
            raise Refused(_("A correction is published at once. Remove the date."))
        if stored.live:
            return redirect("newsroom_office:correct", article.pk)
        if article.go_live_at and article.go_live_at > clock.now():
            require(request.actor, "newsroom.publish_article", article)
            complete(article)
            return None
        published = publish_article(actor=request.actor, article=article)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return edit
    view = messages.button(published.url, _("See it on the site"))
    messages.success(request, _("Published, and written in the public ledger."), buttons=[view])
    return edit


@require_http_methods(["GET", "POST"])
def correct(request: Any, pk: int) -> HttpResponse:
    """Publish the saved change as a correction."""
    article = get_object_or_404(Article, pk=pk)
    require(request.actor, "newsroom.correct_article", article)
    form = asked(request, CorrectForm)
    if form.carry_out(correct_article, actor=request.actor, article=article):
        messages.success(request, _("The correction is published and written in the public ledger."))
        return redirect("wagtailadmin_pages:edit", pk)
    return _form_page(request, article, form, _("Publish as a correction"))


@require_http_methods(["GET", "POST"])
def withdraw(request: Any, pk: int) -> HttpResponse:
    """Take a public article back, with a reason."""
    article = get_object_or_404(Article, pk=pk)
    require(request.actor, "newsroom.withdraw_article", article)
    form = asked(request, WithdrawForm)
    if form.carry_out(withdraw_article, actor=request.actor, article=article):
        messages.success(request, _("The article is withdrawn. Its address shows the reason."))
        return redirect("wagtailadmin_pages:edit", pk)
    return _form_page(request, article, form, _("Withdraw the article"))


@require_http_methods(["GET", "POST"])
def translate(request: Any, pk: int, language: str) -> HttpResponse:
    """Open the draft of an article in another language, made from the original the first time."""
    article = get_object_or_404(Article, pk=pk)
    require(request.actor, "newsroom.publish_article", article)
    locale = get_object_or_404(Locale, language_code=language)
    draft = article.get_translation_or_none(locale)
    if draft is None and request.method == "POST":
        draft = article.copy_for_translation(locale)
    if draft is not None:
        return redirect("wagtailadmin_pages:edit", draft.pk)
    return _form_page(request, article, ActionForm(), _in_language(language))


def translations(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """The header's ways to the same article in the other languages."""
    if not isinstance(page.specific, Article) or not page.permissions_for_user(user).can_edit():
        return
    for language, _name in settings.LANGUAGES:
        if language != page.locale.language_code:
            address = reverse("newsroom_office:translate", args=[page.pk, language])
            yield Button(_in_language(language), url=address, icon_name="globe", priority=60)


def _in_language(language: str) -> str:
    names = {"ar": _("Write it in Arabic"), "fr": _("Write it in French"), "en": _("Write it in English")}
    return names[language]


def _form_page(request: HttpRequest, article: Article, form: ActionForm, title: str) -> HttpResponse:
    context = {"article": article, "form": form, "title": title}
    return render(request, "newsroom/office_form.html", context, status=422 if form.is_bound else 200)


ROUTES = [
    path("<int:pk>/correct/", correct, name="correct"),
    path("<int:pk>/withdraw/", withdraw, name="withdraw"),
    path("<int:pk>/translate/<str:language>/", translate, name="translate"),
]


class CorrectMenuItem(ActionMenuItem):
    """Beside «Save draft» of a published article."""

    name = "action-correct"
    label = gettext_lazy("Publish as a correction")
    icon_name = "edit"
    order = 20
    route = "correct"

    def is_shown(self, context: Any) -> bool:
        page = context.get("page")
        return isinstance(page, Article) and bool(page.live) and context["view"] == "edit"

    def get_url(self, context: Any) -> str:
        return reverse(f"newsroom_office:{self.route}", args=[context["page"].pk])


class WithdrawMenuItem(CorrectMenuItem):
    name = "action-withdraw"
    label = gettext_lazy("Withdraw the article")
    icon_name = "download"
    order = 30
    route = "withdraw"
