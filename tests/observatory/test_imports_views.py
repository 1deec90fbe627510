"""The pages of a file of figures: sent, looked at, taken in, taken back; public once it is in."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from multaqa.observatory.actions import commit_import
from multaqa.observatory.importing import check_file
from multaqa.observatory.models import DataImport, Value
from multaqa.observatory.queries.imports import known_codes
from tests.factories import Role, account_in, actor
from tests.observatory.imports_factories import VALUES, a_checked_import, a_committed_import, a_csv, places

pytestmark = pytest.mark.django_db
MOST_SQL, MOST_BYTES = 15, 60_000
BAD = {**VALUES[0], "territory": "X.1.3", "value": "x"}


def at(name, *args):
    with override("en"):
        return reverse(f"observatory:{name}", args=args)


def text(response):
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


@pytest.fixture
def office(client):
    client.force_login(
        account_in(Role.COUNCIL_OFFICER), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def send(client, content, key="k" * 32, **fields):
    places()
    file = SimpleUploadedFile("water.csv", content)
    given = {"idempotency_key": key, "file": file, "kind": "", "source": "S", "licence": "L"}
    return client.post(at("import_new"), given | fields)


def post(client, url, key, **fields):
    return client.post(url, {"idempotency_key": key * 32, **fields})


def test_file_is_sent_looked_at_and_taken_in(office):
    answer = send(office, a_csv([*VALUES, BAD]))
    page = text(office.get(answer["Location"]))

    assert "“x” is not a number." in page
    assert "Take in the good rows" in page
    assert not Value.objects.exists()

    refused = post(office, at("import_commit", 1), "c")
    assert refused.status_code == 422
    assert not Value.objects.exists()

    answer = post(office, at("import_commit", 1), "d", accept_good="on")
    assert answer["Location"] == at("import", 1)
    assert Value.objects.count() == 3


def test_same_form_twice_makes_one_import(office):
    first, second = send(office, a_csv(VALUES)), send(office, a_csv(VALUES))

    assert first["Location"] == second["Location"]
    assert DataImport.objects.count() == 1


def test_form_without_a_file_says_so(office):
    answer = office.post(at("import_new"), {"idempotency_key": "k" * 32, "source": "S", "licence": "L"})

    assert answer.status_code == 422


def test_checked_file_is_no_page_for_others(client):
    checked = a_checked_import()

    assert client.get(at("import", checked.number)).status_code == 404
    assert "water.csv" not in text(client.get(at("imports")))
    commit_import(actor=actor(Role.COUNCIL_OFFICER), data_import=checked)
    assert client.get(at("import", checked.number)).status_code == 200
    assert "water.csv" in text(client.get(at("imports")))


def test_page_shows_what_changed_but_no_figure_that_rests_on_too_few(client):
    a_committed_import(a_csv([{**VALUES[0], "value": 12.5}, {**VALUES[1], "n": 8, "value": 37.5}]))
    second = a_committed_import(a_csv([{**VALUES[0], "value": 21.5}, {**VALUES[1], "n": 500, "value": 41.5}]))

    page = text(client.get(at("import", second.number)))

    assert "12.5" in page
    assert "41.5" in page
    assert "37.5" not in page
    assert "37.5" not in text(client.get(at("import_changes", second.number)))


def test_refusals_can_be_taken_away(office):
    checked = a_checked_import(a_csv([*VALUES, BAD]))

    rows = list(csv.DictReader(io.StringIO(text(office.get(at("import_refusals", checked.number)))[1:])))

    assert rows == [{"line": "5", "column": "value", "reason": "“x” is not a number."}]


def test_import_is_taken_back_with_a_reason(office):
    found = a_committed_import()

    assert post(office, at("import_revert", found.number), "r").status_code == 422
    answer = post(office, at("import_revert", found.number), "s", reason="wrong unit")

    assert answer["Location"] == at("import", found.number)
    assert not Value.objects.exists()


def test_file_is_discarded(office):
    checked = a_checked_import()

    post(office, at("import_discard", checked.number), "x")

    assert DataImport.objects.get().state == "discarded"


@pytest.mark.parametrize("kind", ["indicators", "values", "readings"])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_example_would_be_taken_in(client, kind, ending):
    places()
    content = client.get(at("import_example", kind, ending)).content

    checked = check_file(content, known=known_codes(), name=f"{kind}.{ending}")

    assert (checked.kind, checked.refusals) == (kind, ())


def test_schema_is_published(client):
    assert client.get(at("import_schema", "values")).json()["primaryKey"][0] == "indicator"
    assert client.get(at("import_schema", "other")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_one_and_three(client, django_assert_max_num_queries, count):
    for number in range(count):
        found = a_committed_import(a_csv([{**row, "year": 2020 + number} for row in VALUES]))

    with django_assert_max_num_queries(MOST_SQL):
        listed = client.get(at("imports"))
    with django_assert_max_num_queries(MOST_SQL):
        shown = client.get(at("import", found.number))

    assert max(len(listed.content), len(shown.content)) < MOST_BYTES
