"""The receipt of what was keyed in from paper or by telephone: shown once, to be printed or copied."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from multaqa.kit.policy import Forbidden
from multaqa.kit.translated import Translated

_KEPT = "observatory_slip"


def hand_out(request: HttpRequest, code: str, thing: object) -> HttpResponse:
    """Send the reader to the page that shows the code once."""
    request.session[_KEPT] = {
        "code": code,
        "title": dict(getattr(thing, "title", {})),
        "url": getattr(thing, "get_absolute_url", str)(),
    }
    return redirect("observatory:slip")


@require_safe
def slip(request: HttpRequest) -> HttpResponse:
    if request.actor.account is None:
        raise Forbidden("observatory.slip")
    kept = request.session.pop(_KEPT, None)
    context = {"slip": kept, "title": Translated(kept["title"]) if kept else ""}
    return render(request, "observatory/slip.html", context)
