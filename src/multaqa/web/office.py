"""The staff office: for each room a group of lists that may be read, searched, filtered and downloaded.

Nothing is changed here: every change is an action of a room, and its button leads to that action's page.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from importlib import import_module
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permissions import register_permission_policy

from multaqa.directory.actors import Function, actor_of
from multaqa.kit import formats
from multaqa.kit.money import Money
from multaqa.ledger.models import reference
from multaqa.web.office_words import FIELDS, NOUNS

F = Function
_WATCH = {F.AUDITOR, F.ADMINISTRATOR}
_PUBLIC_WORK = {F.COORDINATOR, F.COUNCIL_OFFICER, F.FACILITATOR, F.EDITOR} | _WATCH
# room, its name, its icon, who may read its lists
ROOMS: tuple[tuple[str, Any, str, set[str]], ...] = (
    ("newsroom", _("Newsroom"), "doc-full", {F.EDITOR} | _WATCH),
    ("observatory", _("Observatory"), "view", _PUBLIC_WORK),
    ("consultations", pgettext_lazy("section", "Consultations"), "comment", _PUBLIC_WORK),
    ("recommendations", _("Recommendations"), "list-ul", _PUBLIC_WORK | {F.CELL_MEMBER}),
    ("funds", _("Fund"), "calendar-check", {F.CELL_MEMBER, F.COORDINATOR} | _WATCH),
    ("partnerships", _("Agreements"), "link", {F.CELL_MEMBER, F.COORDINATOR, F.COUNCIL_OFFICER} | _WATCH),
    ("directory", _("Directory"), "group", {F.COORDINATOR} | _WATCH),
    ("territories", _("Territories"), "globe", _PUBLIC_WORK | {F.CELL_MEMBER}),
    ("ledger", _("Public ledger"), "key", _PUBLIC_WORK | {F.CELL_MEMBER}),
)


def functions_of(user: Any) -> frozenset[str]:
    """The functions that an account holds today, read once a request."""
    if not user.is_active or user.is_anonymous:
        return frozenset()
    if not hasattr(user, "_office_functions"):
        user._office_functions = frozenset(office.function for office in actor_of(user).offices)
    found: frozenset[str] = user._office_functions
    return found


class OfficePolicy(BasePermissionPolicy):
    """Reading for those who hold one of these functions; changing for nobody."""

    def __init__(self, model: type[models.Model], readers: Iterable[str]) -> None:
        super().__init__(model)
        self.readers = frozenset(readers)

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and bool(functions_of(user) & self.readers)

    def user_has_any_permission(self, user: Any, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Iterable[str], instance: Any) -> bool:
        return self.user_has_any_permission(user, actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> Any:
        found = self.model._default_manager
        return found.all() if self.user_has_any_permission(user, actions) else found.none()

    def users_with_any_permission(self, actions: Iterable[str]) -> Any:
        return get_user_model()._default_manager.none()


class MoneyColumn(Column):
    """An amount with its unit, as the site writes it."""

    def get_value(self, instance: Any) -> str:
        return shown(instance.money)


class DayColumn(Column):
    """A day, with its hour where there is one, in the month names of the region."""

    def get_value(self, instance: Any) -> str:
        return shown(super().get_value(instance))


class DeskList(generic.IndexView):
    def get_base_queryset(self) -> Any:
        found = super().get_base_queryset()
        names = [column if isinstance(column, str) else "" for column in self.desk_columns]
        ties = {
            field.name for field in self.model._meta.concrete_fields if field.many_to_one or field.one_to_one
        }
        return found.select_related(*sorted(ties & set(names)))

    desk_columns: tuple[str, ...] = ()


class DeskInspect(generic.InspectView):
    """One record, with the ways to where it may be changed and to what the ledger says of it."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        found = []
        if hasattr(self.object, "get_absolute_url"):
            found.append(
                HeaderButton(
                    _("Open its page"), url=self.object.get_absolute_url(), icon_name="link-external"
                )
            )
        trail = f"{reverse('ledger:browse')}?subject={reference(self.object)}"
        found.append(HeaderButton(_("Its ledger entries"), url=trail, icon_name="history"))
        return found

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        return value if isinstance(value, Component) else shown(value)


class Desk(ModelViewSet):
    """The list and the record of one model, for reading."""

    index_view_class = DeskList
    inspect_view_class = DeskInspect
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    add_to_admin_menu = False
    search_backend_name = None
    sort_order_field = None

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_index_view_kwargs(desk_columns=tuple(self.columns_of_desk), **kwargs)

    columns_of_desk: Iterable[str] = ()

    def register_admin_url_finder(self) -> None:
        """There is no page of the office in which the record may be changed."""

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path(f"inspect/<{self.pk_path_converter}:pk>/", self.inspect_view, name="inspect"),
        ]


def shown(value: Any) -> Any:
    """A value as the reader's language writes it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return f"{formats.day(value)} {formats.clock_time(value)}"
    if isinstance(value, date):
        return formats.day(value)
    return formats.money(value) if isinstance(value, Money) else value


def column(model: type[models.Model], name: str) -> Column | str:
    """The column of one field or property; Wagtail makes those of ordinary fields itself."""
    if name == "money":
        return MoneyColumn(name, label=FIELDS[name])
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return Column(name, label=FIELDS[name])
    if isinstance(field, models.DateField):
        return DayColumn(name, label=field.verbose_name, sort_key=name)
    return name


def desk(room: str, described: Mapping[str, Any], readers: Iterable[str]) -> Desk:
    """The lists of one model, from the description in its room's `office` module."""
    model = described["model"]
    _name_for_readers(model)
    register_permission_policy(model, OfficePolicy(model, readers), exact_class=True)
    title, *others = described["list_display"]
    columns = [title, *(column(model, name) for name in others)]
    exported = [name for name in described["list_display"] if name != "money"]
    return Desk(
        f"{room}_{model._meta.model_name}",
        **{
            "list_filter": (),
            "search_fields": (),
            **described,
            "list_display": columns,
            "columns_of_desk": tuple(described["list_display"]),
            "list_export": exported,
            "icon": "list-ul",
            "url_prefix": f"{room}/{model._meta.model_name}",
        },
    )


def groups() -> list[ViewSetGroup]:
    """One group of lists for each room, in the order of the menu."""
    found = []
    for order, (room, label, icon, readers) in enumerate(ROOMS, 1):
        module = import_module(f"multaqa.{room}.office")
        desks: list[ViewSet] = [*getattr(module, "VIEWSETS", [])]
        desks += [desk(room, described, readers) for described in module.DESKS]
        shape = {"items": desks, "menu_label": label, "menu_icon": icon, "menu_order": order * 100}
        found.append(type(room.title(), (ViewSetGroup,), {**shape, "menu_name": f"office-{room}"})())
    return found


class RoomsPanel(Component):
    """The office's first page: the lists that the reader may open, room by room."""

    name = "rooms"
    template_name = "web/office_home.html"
    order = 10

    def __init__(self, groups: Iterable[ViewSetGroup]) -> None:
        self.groups = groups

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        request = parent_context["request"]
        rooms = []
        for group in self.groups:
            items = [desk.get_menu_item() for desk in group.items]
            lists = [(item.label, item.url) for item in items if item.is_shown(request)]
            if lists:
                rooms.append({"label": group.menu_label, "lists": lists})
        return {"rooms": rooms}


def _name_for_readers(model: type[models.Model]) -> None:
    """Give a model and its fields the office's names where the room gave none; migrations do not see it."""
    options = model._meta
    names = NOUNS.get(options.label_lower)
    if names and "verbose_name" not in options.original_attrs:
        options.verbose_name, options.verbose_name_plural = names
    for field in options.fields + options.many_to_many:
        if field._verbose_name is None and field.name in FIELDS:
            field.verbose_name = FIELDS[field.name]
