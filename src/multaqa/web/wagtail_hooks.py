"""What the staff office shows, and what of Wagtail it leaves out."""

from collections.abc import Callable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from multaqa.web import office

_MENU = {"reports", *(f"office-{room}" for room, *_rest in office.ROOMS), "me", "site"}


def _viewsets(group: Any) -> Callable[[], Any]:
    return lambda: group


_groups = office.groups()
for _group in _groups:
    hooks.register("register_admin_viewset", _viewsets(_group))


@hooks.register("construct_homepage_panels")
def rooms_first(request: Any, panels: list[Any]) -> None:
    panels.insert(0, office.RoomsPanel(_groups))


@hooks.register("insert_global_admin_css")
def colours() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("newsroom/office.css"))


@hooks.register("insert_global_admin_js")
def calendars() -> str:
    return format_html('<script src="{}" defer></script>', static("newsroom/office.js"))


@hooks.register("construct_main_menu")
def only_what_is_used(request: Any, menu_items: list[Any]) -> None:
    """Accounts, groups, sites, images and the page tree are not managed here."""
    menu_items[:] = [item for item in menu_items if item.name in _MENU]


@hooks.register("construct_reports_menu")
def one_report(request: Any, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name == "site-history"]


@hooks.register("register_admin_menu_item")
def my_tasks() -> MenuItem:
    return MenuItem(_("My tasks"), reverse_lazy("web:me"), name="me", icon_name="tasks", order=10)


@hooks.register("register_admin_menu_item")
def the_site() -> MenuItem:
    return MenuItem(_("The site"), reverse_lazy("web:home"), name="site", icon_name="site", order=20)


@hooks.register("construct_homepage_summary_items", order=1000)
def no_counts(request: Any, items: list[Any]) -> None:
    items.clear()
