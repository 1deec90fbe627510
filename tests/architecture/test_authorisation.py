"""Every route × method × role × own or foreign object has its answer written down, and gives it."""

from importlib import import_module
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from tests.architecture.routes import ANYONE, Route
from tests.factories import Role, account_in

LANGUAGES = ("ar", "fr", "en")
# other people's code, reached through the office, whose own test is tests/web/test_office.py
ELSEWHERE = ("wagtail", "office")


def written_down() -> dict[str, Route]:
    rooms = sorted(path.stem for path in (Path(__file__).parent / "matrix").glob("[a-z]*.py"))
    return {
        name: route
        for room in rooms
        for name, route in import_module(f"tests.architecture.matrix.{room}").ROUTES.items()
    }


ROUTES = written_down()


def existing(resolver=None, namespaces=()):
    """The names of every route of the platform."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            names = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            if not str(pattern.pattern).startswith(ELSEWHERE):
                yield from existing(pattern, names)
        elif isinstance(pattern, URLPattern) and pattern.name and not pattern.name.startswith(ELSEWHERE):
            yield ":".join((*namespaces, pattern.name))


def test_every_route_is_written_down():
    routes = set(existing())

    assert "ledger:browse" in routes
    assert routes - ROUTES.keys() == set()


def test_nothing_is_written_down_that_does_not_exist():
    assert ROUTES.keys() - set(existing()) == set()


def answer(method, url, role, data):
    """The status, without leaving a trace."""
    client = Client(HTTP_HOST="localhost")
    account = account_in(role)
    with transaction.atomic():
        if account:
            client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        if method == "GET":
            response = client.get(url)
        else:
            response = client.post(url, {"idempotency_key": "k" * 32, **data})
        transaction.set_rollback(True)
    return response.status_code


def expected(route, method, role, *, is_own):
    if (route.get if method == "GET" else route.post) is None:
        return 405
    if route.allowed(method, role, is_own=is_own):
        return route.got if method == "GET" else route.posted
    return 302 if role is Role.ANONYMOUS else 403


def asking(route, method):
    """Every role, where roles differ; the least and the most powerful, where all are treated alike."""
    rule = route.get if method == "GET" else route.post
    alike = rule is None or rule == ANYONE
    return (Role.ANONYMOUS, Role.RESIDENT, Role.ADMINISTRATOR) if alike else Role


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_route_answers_each_role_as_written_down(name):
    route = ROUTES[name]
    objects = {True: route.own()} | ({False: route.foreign()} if route.foreign else {})

    wrong = []
    with override("ar"):
        for is_own, arguments in objects.items():
            url = reverse(name, args=arguments)
            for method in ("GET", "POST"):
                for role in asking(route, method):
                    wanted = expected(route, method, role, is_own=is_own)
                    got = answer(method, url, role, route.data)
                    if got != wanted:
                        wrong.append(
                            f"{method} {'own' if is_own else 'foreign'} as {role}: {got}, not {wanted}"
                        )

    assert wrong == []


def reader_of(route):
    """Somebody who may read the page."""
    return next((role for role in Role if route.allowed("GET", role, is_own=True)), None)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if route.get is not None))
def test_route_answers_in_three_languages(name):
    route = ROUTES[name]
    arguments = route.own()
    client = Client(HTTP_HOST="localhost")
    if account := account_in(reader_of(route)):
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")

    for language in LANGUAGES:
        with override(language):
            url = reverse(name, args=arguments)
        response = client.get(url)
        assert response.status_code == route.got
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            direction = "rtl" if language == "ar" else "ltr"
            assert f'<html lang="{language}" dir="{direction}"'.encode() in response.content.replace(
                b"'", b'"'
            )
