"""Every page that links reach from the front page, as a stranger finds it."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from justhtml import JustHTML

SQL, BYTES = 15, 60_000
_SHOWN_OF_A_KIND = 3  # pages of entries, and of lists of entries, are all of one make
_REPEATED = re.compile(
    r"/ledger/\d+/$|/ledger/\?page=|/ledger/\?subject=|\.csv|\.pdf|\.tlog-proof$|\.parquet|\.geojson|\.json"
    r"|/observatory/[\dA-Z.]+/$|/observatory/[\dA-Z.]+/\?page=|/observatory/communes/\?"
    r"|/observatory/releases/\d+/[\d.]+/$|/observatory/releases/\d+/\?|/observatory/register/\?"
    r"|/observatory/(?:alerts|aid|observations|reports)/\?|/observatory/embed/"
)


@dataclass(frozen=True)
class Visit:
    path: str
    linked_from: str
    status: int
    statements: int
    size: int
    faults: tuple[str, ...] = ()  # against the grammar of HTML


def visit(client, path: str, linked_from: str) -> tuple[Visit, str]:
    """Open one page as if nothing had been opened before; gives its HTML, or nothing for another file."""
    cache.clear()
    connection.queries_log.clear()  # it forgets, with a warning, what is older than nine thousand statements
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        body = answer.getvalue()
    if answer.status_code == 302:  # to sign in, or to the language in which an article exists
        return Visit(path, linked_from, client.get(path, follow=True).status_code, 0, 0), ""
    is_page = answer["Content-Type"].startswith("text/html")
    if not is_page:
        return Visit(path, linked_from, answer.status_code, len(queries), 0), ""
    html = body.decode()
    faults = tuple(str(fault) for fault in JustHTML(html, collect_errors=True).errors)
    return Visit(path, linked_from, answer.status_code, len(queries), len(body), faults), html


def links(html: str, path: str) -> list[str]:
    """The addresses of this site in the page's own language, or in none."""
    language = path[:4]
    found = [unescape(link).partition("#")[0] for link in re.findall(r'href="([^"]+)"', html)]
    whole = [path.partition("?")[0] + link if link.startswith("?") else link for link in found]
    own = [link for link in whole if link.startswith("/") and not link.startswith(("/static/", "/office/"))]
    return [link for link in own if link.startswith(language) or not re.match(r"/(ar|fr|en)/", link)]


def walk(client, start: str) -> list[Visit]:
    """Follow every link breadth first, each address once."""
    visits, waiting, known, shown = [], [(start, "")], {start}, {}
    while waiting:
        path, linked_from = waiting.pop(0)
        if kind := _REPEATED.search(path):
            name = re.sub(r"\d+", "", kind[0])
            shown[name] = shown.get(name, 0) + 1
            if shown[name] > _SHOWN_OF_A_KIND:
                continue
        found, html = visit(client, path, linked_from)
        visits.append(found)
        for link in links(html, path):
            if link not in known:
                known.add(link)
                waiting.append((link, path))
    return visits


@pytest.mark.slow
@pytest.mark.usefixtures("log_of_the_story")
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_link_leads_a_stranger_to_a_page_within_its_budget(story, client, language):
    visits = walk(client, f"/{language}/")

    assert len(visits) > 100
    assert [each for each in visits if each.status != 200] == []
    assert [each for each in visits if each.statements > SQL] == []
    assert [each for each in visits if each.size > BYTES] == []
    assert [(each.path, each.faults) for each in visits if each.faults] == []
