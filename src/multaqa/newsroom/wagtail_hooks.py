"""Where Wagtail's editor meets the newsroom's actions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from multaqa.newsroom import office
from multaqa.newsroom.models import Article, Newsroom

register_permission_policy(Page, office.EditorsPolicy())
hooks.register("before_publish_page", office.publish_through_the_ledger)
hooks.register("register_page_header_buttons", office.translations)
hooks.register("register_page_action_menu_item", office.CorrectMenuItem)
hooks.register("register_page_action_menu_item", office.WithdrawMenuItem)

_REPLACED = {"action-unpublish", "action-delete"}
_ONE_AT_A_TIME = {"publish", "unpublish", "delete", "move"}


@hooks.register("register_admin_urls")
def routes() -> list[Any]:
    return [path("newsroom/", include((office.ROUTES, "newsroom_office"), namespace="newsroom_office"))]


@hooks.register("construct_page_action_menu")
def actions_of_a_public_article(menu_items: list[Any], request: Any, context: Any) -> None:
    """A public article is corrected or withdrawn; Wagtail's silent ways are not offered."""
    page = context.get("page")
    if isinstance(page, Article) and page.live:
        menu_items[:] = [item for item in menu_items if item.name not in {*_REPLACED, "action-publish"}]


@hooks.register("before_unpublish_page")
def withdraw_with_a_reason(request: Any, page: Page) -> HttpResponse:
    return redirect("newsroom_office:withdraw", page.pk)


@hooks.register("before_delete_page")
def keep_what_was_published(request: Any, page: Page) -> HttpResponse | None:
    if isinstance(page.specific, Article) and page.first_published_at is None:
        return None
    messages.error(request, _("What was published is not deleted. Withdraw it with a reason."))
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_edit_page")
def newsrooms_stay(request: Any, page: Page) -> HttpResponse | None:
    return redirect("wagtailadmin_explore", page.pk) if isinstance(page.specific, Newsroom) else None


@hooks.register("before_move_page")
def articles_stay(request: Any, page: Page, destination: Page) -> HttpResponse:
    messages.error(request, _("An article stays in the newsroom of its language."))
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_copy_page")
def copies_are_drafts(request: Any, page: Page) -> HttpResponse | None:
    if not request.POST.get("publish_copies"):
        return None
    messages.error(request, _("A copy begins as a draft."))
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_bulk_action")
def one_at_a_time(request: Any, action_type: str, objects: list[Any], view: Any) -> HttpResponse | None:
    if action_type not in _ONE_AT_A_TIME or not any(isinstance(item, Page) for item in objects):
        return None
    messages.error(request, _("Articles are published, withdrawn and deleted one at a time."))
    return redirect("wagtailadmin_home")
