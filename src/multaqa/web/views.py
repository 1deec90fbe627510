from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from multaqa.web.home import front_page
from multaqa.web.open_data import addresses, endpoints
from multaqa.web.own import own_page
from multaqa.web.shell import pack


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "web/home.html", {"front": front_page(pack())})


@require_safe
@login_required
def me(request: HttpRequest) -> HttpResponse:
    return render(request, "web/me.html", {"own": own_page(request.actor)})


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    context = {"addresses": addresses(), "endpoints": endpoints(request)}
    return render(request, "web/data.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "web/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answers 200 when the database answers."""
    connection.ensure_connection()
    return HttpResponse("ok\n", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, so that it shows even when the database does not answer."""
    return HttpResponseServerError(render_to_string("500.html"))
