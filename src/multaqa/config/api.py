"""The public interface for programs: what the pages show, as JSON, without an account."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from multaqa.kit.api import answer_mistakes
from multaqa.observatory.api import router as observatory

ADDRESS = "/api/"


def _described(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """In English for programs; in the reader's language where a page shows the description."""

    @require_safe
    @wraps(view, assigned=())
    def shown(request: HttpRequest, **options: Any) -> HttpResponse:
        with override("en") if request.path.startswith(ADDRESS) else nullcontext():
            return view(request, **options)

    return shown


# no page of Ninja's own: it loads scripts from elsewhere; /data/ lists the addresses
api = NinjaAPI(title="Multaqa", version="1", docs_url=None, urls_namespace="api", docs_decorator=_described)
answer_mistakes(api)
api.add_router("/observatory", observatory)
