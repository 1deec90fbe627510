from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "web/home.html")


def me(request: HttpRequest) -> HttpResponse:
    return render(request, "web/me.html")


def health(request: HttpRequest) -> HttpResponse:
    """Answers 200 when the database answers."""
    connection.ensure_connection()
    return HttpResponse("ok\n", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
