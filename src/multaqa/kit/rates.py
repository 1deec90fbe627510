"""How often one person may send the same form.

    @at_most(10, per=MINUTE)
    def sign(request, number): ...

Only what changes something counts: GET and HEAD pass. Who is signed in is counted by account, a stranger by
address; whole villages share one address, so a stranger's limit should be generous.
The counts live in Django's default cache: with a cache per process, the limit holds per process.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from multaqa.kit import clock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_SAFE = {"GET", "HEAD", "OPTIONS"}


def address(request: HttpRequest) -> str:
    """Where the request comes from, past the proxies this installation says it has."""
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(passed) >= proxies and passed[-proxies]:
        return passed[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def asker(request: HttpRequest) -> str:
    """The account that asks, or the address of a stranger."""
    account = getattr(getattr(request, "user", None), "pk", None)
    return f"account {account}" if account else f"address {address(request)}"


def at_most(
    times: int, *, per: timedelta = MINUTE, key: Callable[[HttpRequest], str] = asker
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let `key` send to the decorated view `times` within each `per`; then answer 429 with one sentence."""
    seconds = int(per.total_seconds())

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        name = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
            if request.method in _SAFE:
                return view(request, *args, **options)
            moment = int(clock.now().timestamp())
            window, left = moment // seconds, seconds - moment % seconds
            counter = hashlib.sha256(f"{name} {seconds} {window} {key(request)}".encode()).hexdigest()
            cache.add(f"rates:{counter}", 0, timeout=2 * seconds)
            if cache.incr(f"rates:{counter}") <= times:
                return view(request, *args, **options)
            sentence = _("This was sent too often. Wait a little, then send it again.")
            answer = render(request, "refused.html", {"sentence": sentence}, status=429)
            answer["Retry-After"] = str(left)
            return answer

        return counted

    return wrap


class PostRateMiddleware:
    """Nobody sends more than `settings.POSTS_PER_MINUTE` forms a minute, whatever the forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = at_most(settings.POSTS_PER_MINUTE)(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)
