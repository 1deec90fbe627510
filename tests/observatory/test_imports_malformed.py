"""A thousand damaged files: no traceback, no half-import, and a line and a column for every refusal."""

import time

import pytest
from django.urls import reverse
from django.utils.translation import override

from multaqa.observatory.importing import check_file
from multaqa.observatory.models import DataImport, Reading, Value
from tests.factories import Role, account_in
from tests.observatory.imports_factories import KNOWN, places
from tests.observatory.malformed import OF_BYTES, OF_CELLS, OF_TEXT, malformed

MOST_SECONDS = 15  # of a processor, for a thousand files


@pytest.mark.slow
def test_a_thousand_damaged_files_are_refused_with_line_and_column_or_read_rightly():
    began = time.process_time()

    refused = 0
    for file in malformed(1000):
        checked = check_file(file.content, known=KNOWN, name=file.name)
        refused += bool(checked.refusals)
        where = f"{file.name} ({file.damage})"
        assert checked.accepted or checked.refusals, where
        assert (
            checked.refused >= len({refusal.line for refusal in checked.refusals}) > 0 or not checked.refused
        )
        for refusal in checked.refusals:
            assert refusal.line >= 1, where
            assert refusal.column, where
            assert refusal.sentence.strip(), where
        if checked.rows is not None:
            assert sound(checked), where

    assert refused > 700
    assert time.process_time() - began < MOST_SECONDS


def sound(checked) -> bool:
    """Are the accepted rows such that each cell means what its table allows?"""
    rows = checked.rows
    if checked.kind == "indicators":
        return bool((rows["low"] < rows["high"]).all() and rows["code"].str.len().between(1, 40).all())
    codes = rows["indicator"].isin(list(KNOWN.indicators)) & rows["territory"].isin(list(KNOWN.territories))
    key = (
        ["indicator", "territory", "year", "sex", "milieu"]
        if checked.kind == "values"
        else ["indicator", "territory", "day"]
    )
    share = rows.loc[(rows["indicator"] == "water") & rows["value"].notna(), "value"]
    return bool(codes.all() and not rows.duplicated(key).any() and share.between(0, 100).all())


def test_damages_are_many():
    assert len({*OF_CELLS, *OF_TEXT, *OF_BYTES}) >= 25


@pytest.mark.django_db
def test_damaged_files_sent_through_the_page_write_no_figure(client):
    places()
    client.force_login(
        account_in(Role.COUNCIL_OFFICER), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    with override("en"):
        url = reverse("observatory:import_new")

    from django.core.files.uploadedfile import SimpleUploadedFile

    for number, file in enumerate(malformed(8, seed=7)):
        answer = client.post(
            url,
            {
                "idempotency_key": f"malformed-key-{number:08d}",
                "file": SimpleUploadedFile(file.name, file.content),
                "kind": "",
                "source": "s",
                "licence": "l",
            },
        )
        assert answer.status_code == 302, file
        assert client.get(answer["Location"]).status_code == 200, file

    assert DataImport.objects.count() == 8
    assert not Value.objects.exists()
    assert not Reading.objects.exists()
