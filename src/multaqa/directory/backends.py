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
        if perm != "wagtailadmin.access_admin" or not user_obj.is_active or user_obj.is_anonymous:
            return False
        # asked many times a page; the account object lives as long as the request
        if not hasattr(user_obj, "opens_office"):
            user_obj.opens_office = any(office.function in _STAFF for office in actor_of(user_obj).offices)
        return bool(user_obj.opens_office)
