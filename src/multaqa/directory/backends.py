"""Offices held open the staff office; nobody is made a superuser for it."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from multaqa.directory.actors import Function, actor_of

_STAFF = {
    Function.COORDINATOR,
    Function.CELL_MEMBER,
    Function.COUNCIL_OFFICER,
    Function.EDITOR,
    Function.AUDITOR,
    Function.FACILITATOR,
    Function.ADMINISTRATOR,
}


class OfficeBackend(BaseBackend):
    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active or user_obj.is_anonymous:
            return False
        functions = {office.function for office in actor_of(user_obj).offices}
        if perm == "wagtailadmin.access_admin":
            return bool(functions & _STAFF)
        return False
