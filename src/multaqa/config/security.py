"""What the platform tells browsers to refuse, and in which language it greets."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware


class ContentPolicyMiddleware:
    """Public pages allow no inline script or style; the office has the narrowest policy its editor bears."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        office = request.path.startswith("/office/")
        policy = settings.OFFICE_CONTENT_POLICY if office else settings.CONTENT_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        if request.path.startswith("/api/") and request.method == "GET":
            # public data, the same for everybody: any site's script may read it
            response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


class ArabicFirstLocaleMiddleware(LocaleMiddleware):
    """The address decides the language, then the reader's choice, else Arabic; never the browser."""

    def process_request(self, request: HttpRequest) -> None:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        super().process_request(request)
