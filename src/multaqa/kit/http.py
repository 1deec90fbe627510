"""Turns what an action says into an answer: sign in, no, or not like this."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from multaqa.kit.forms import KEPT_FORMS
from multaqa.kit.policy import Forbidden, Refused

_KEPT_BYTES = 40_000


class AnswersMiddleware:
    """Forbidden sends a stranger to sign in, typed text kept, and tells anybody else no; Refused says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return render(request, "refused.html", {"sentence": str(exception)}, status=409)
        if not isinstance(exception, Forbidden):
            return None
        user: Any = request.user
        if user.is_authenticated:
            return render(request, "403.html", status=403)
        _keep_form(request)
        answer: HttpResponse = redirect_to_login(request.get_full_path())
        if request.headers.get("HX-Request"):
            # a fragment of a page must not be replaced by the sign-in page: the whole page goes there
            answer = HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
        answer.asks_again = True  # type: ignore[attr-defined]  # kit.idempotency reads it
        return answer


def _keep_form(request: HttpRequest) -> None:
    """Keep what was typed until the person comes back signed in."""
    typed = {
        name: values if len(values) > 1 else values[0]
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "idempotency_key")
    }
    if typed and sum(len(str(value)) for value in typed.values()) <= _KEPT_BYTES:
        request.session[KEPT_FORMS] = {**request.session.get(KEPT_FORMS, {}), request.path: typed}
