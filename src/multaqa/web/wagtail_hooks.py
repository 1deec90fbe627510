"""What the staff office shows, and what of Wagtail it leaves out."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from multaqa.web import office

_MENU = {"reports", *(f"office-{room}" for room, *_rest in office.ROOMS), "me", "site"}


def _viewsets(group: Any) -> Callable[[], Any]:
    return lambda: group


for _group in office.groups():
    hooks.register("register_admin_viewset", _viewsets(_group))


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


@hooks.register("construct_homepage_summary_items")
def no_counts(request: Any, items: list[Any]) -> None:
    items.clear()
