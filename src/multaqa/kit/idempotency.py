"""Every public POST carries a key; the same key is carried out once, however often it arrives.

SQLite has one writer at a time, so what takes long stays outside the transaction of a POST. Two marks on a
view say so:

    @before(tallied)            # what tallied(request, code) returns is request.prepared
    def count(request, code): ...

    @writes_nothing             # answers a question: asked twice, it is answered twice
    def what_if(request): ...
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from multaqa.kit import clock
from multaqa.kit.chance import token_bytes
from multaqa.kit.models import PostKey
from multaqa.kit.policy import Refused

# Wagtail's office and the sign-in pages have protections of their own
_EXEMPT = re.compile(r"/(office|documents|[a-z]{2}/accounts)/")
KEPT_FOR = timedelta(days=7)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
View = TypeVar("View", bound=Callable[..., HttpResponse])


def writes_nothing(view: View) -> View:
    """Mark a view whose POST changes nothing: it needs neither key nor transaction, and its answer is not
    kept.
    """
    view.writes_nothing = True  # type: ignore[attr-defined]
    return view


def before(work: Callable[..., Any]) -> Callable[[View], View]:
    """Mark a view with the long work it needs, done before the transaction of its POST begins.

    `work` takes the view's arguments and must write nothing; its result is `request.prepared`: None on any
    other request, or when the work was refused. The view still checks everything itself, since time passes in
    between and the work comes before the test against forged forms.
    """

    def mark(view: View) -> View:
        view.before = work  # type: ignore[attr-defined]
        return view

    return mark


def new_key() -> str:
    """A key for a form about to be shown."""
    return token_bytes(16).hex()


def forget_old() -> int:
    """Delete the keys nobody will send again, and the answers kept with them; how many there were."""
    deleted, _by_model = PostKey.objects.filter(answered_at__lt=clock.now() - KEPT_FOR).delete()
    return deleted


class IdempotencyMiddleware:
    """Runs each POST inside one transaction together with its key.

    An answer below 400 is kept and given again to whoever repeats the key; a refusal or an invalid form (422)
    leaves neither work nor key, and may be sent again. A request killed half-way leaves nothing either.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.prepared = None
        if request.method != "POST" or _EXEMPT.match(request.path):
            return self.get_response(request)
        found = _view(request)
        if getattr(found and found.func, "writes_nothing", False):
            return self.get_response(request)
        key = request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key", "")
        if not _KEY.fullmatch(key):
            return _refusal(request, _("This form has no submission key. Reload the page and send it again."))
        # a keyed pseudonym: a row here must not join a vote to an account by its time
        asker = salted_hmac("multaqa.kit.idempotency", str(request.user.pk), algorithm="sha256").hexdigest()
        request.prepared = _prepared(request, found, key)
        try:
            with transaction.atomic():
                kept = PostKey.objects.create(key=key, asker=asker, path=request.path)
                response = self.get_response(request)
                if response.status_code >= 400 or getattr(response, "asks_again", False):
                    transaction.set_rollback(True)
                else:
                    kept.status = response.status_code
                    kept.location = response.headers.get("Location", "")
                    kept.body = response.content.decode()
                    kept.content_type = response.headers.get("Content-Type", "")
                    kept.save()
                return response
        except IntegrityError:
            earlier = PostKey.objects.filter(key=key).first()
            if earlier is None:
                raise
        if (earlier.asker, earlier.path) != (asker, request.path):
            return _refusal(
                request, _("This submission key was used elsewhere. Reload the page and send it again.")
            )
        answer = HttpResponse(earlier.body, status=earlier.status, content_type=earlier.content_type or None)
        if earlier.location:
            answer["Location"] = earlier.location
        return answer


def _view(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _prepared(request: HttpRequest, found: ResolverMatch | None, key: str) -> Any:
    """What the view's long work gives; None for a repeated key, which is answered without it."""
    work = getattr(found and found.func, "before", None)
    if found is None or work is None or PostKey.objects.filter(key=key).exists():
        return None
    try:
        return work(request, *found.args, **found.kwargs)
    except (Refused, PermissionDenied, Http404):
        return None  # the view meets the same obstacle and says so


def _refusal(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "refused.html", {"sentence": sentence}, status=400)
