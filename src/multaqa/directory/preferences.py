"""The reader's own choice of language: on the account, and in a cookie for the next visit."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase

from multaqa.directory.models import Account

_YEAR = 365 * 24 * 3600


def choose_language(account: Account, language: str) -> None:
    account.language = language
    account.save(update_fields=["language"])


def remember_language(response: HttpResponse | HttpResponseBase, language: str) -> None:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR, samesite="Lax")
