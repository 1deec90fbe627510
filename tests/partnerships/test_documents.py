import shutil
import subprocess
from datetime import date

import pytest

from multaqa.kit.translated import Translated
from multaqa.partnerships.documents import render_agreement, render_certificate
from multaqa.partnerships.models import Agreement
from tests.partnerships.factories import a_draft, a_promise, a_text_to_sign, an_agreement

pytestmark = pytest.mark.django_db
NASTY = '#import "x": * $ a_1 $ ] } \\ #eval("1") // @ref <label> `raw` *bold* = #panic()'


def words_of(pdf, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (tmp_path / "one.pdf").write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-raw", tmp_path / "one.pdf", "-"], capture_output=True, check=True)
    return run.stdout.decode()


def test_the_same_content_gives_the_same_bytes():
    draft = a_draft()

    assert render_agreement(draft) == render_agreement(Agreement.objects.get(pk=draft.pk))


def test_signing_does_not_change_the_text():
    agreement = an_agreement()

    assert render_agreement(agreement) == bytes(agreement.document.content)


def test_another_commitment_gives_other_bytes():
    one, other = a_draft(), a_draft(commitments=[a_promise(due_on=date(2026, 7, 1))])

    assert render_agreement(one) != render_agreement(other)


def test_a_preview_is_not_the_text():
    draft = a_draft()

    assert render_agreement(draft, preview=True) != render_agreement(draft)


def test_what_people_type_is_printed_and_never_carried_out(tmp_path):
    draft = a_draft(
        title=Translated.of(NASTY, NASTY), purpose=Translated.of(NASTY), commitments=[a_promise(text=NASTY)]
    )

    text = words_of(render_agreement(draft), tmp_path)

    for piece in ("#import", "#eval", "#panic()", "`raw`", "*bold*", "<label>"):
        assert piece in text.replace("\n", " "), piece


def test_a_text_in_one_language_says_which_binds(tmp_path):
    draft = a_draft(purpose=Translated.of("نص عربي وحده"))

    assert "le texte arabe fait foi" in words_of(render_agreement(draft), tmp_path)


def test_the_text_names_parties_amount_and_address(tmp_path):
    text = words_of(render_agreement(a_draft()), tmp_path)

    assert "1\u00a0000\u00a0000" in text or "1 000 000" in text
    assert "Organisation association-a" in text
    assert "Délibération n° 2025/42" in text
    assert "http://localhost:8000/ar/agreements/2025-01/" in text


def test_an_agreement_without_money_says_so(tmp_path):
    assert "sans engagement financier" in words_of(render_agreement(a_draft(amount=None)), tmp_path)


def test_the_certificate_gives_time_and_hash_of_each_signature(tmp_path):
    agreement = an_agreement()

    text = words_of(render_certificate(agreement), tmp_path)

    assert text.count(f"SHA-256 {agreement.document_sha256}") == 3
    assert (text.count("10:30:00"), text.count("UTC+01:00")) == (4, 4)


def test_the_certificate_of_an_unsigned_text_says_who_is_missing(tmp_path):
    assert words_of(render_certificate(a_text_to_sign()), tmp_path).count("Pas encore signé") == 2


def test_a_text_is_small_enough_for_a_weak_connection():
    assert len(render_agreement(a_draft())) < 120_000
