import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import override

from multaqa.kit.translated import Translated, TranslatedField, TranslatedFormField
from multaqa.territories.models import Territory


@pytest.mark.parametrize(
    ("language", "shown"),
    [("ar", "ملتقى"), ("fr", "Multaqa"), ("en", "ملتقى")],
    ids=["ar", "fr", "no english"],
)
def test_translated_shows_the_readers_language_else_arabic(language, shown):
    text = Translated.of(ar="ملتقى", fr="Multaqa")

    with override(language):
        assert str(text) == shown


def test_translated_falls_back_to_french_when_arabic_is_missing():
    with override("en"):
        assert str(Translated.of(fr="rencontre")) == "rencontre"


@pytest.mark.django_db
def test_translated_field_stores_letters_that_the_database_can_search():
    Territory.objects.create(code="1", level="commune", title=Translated.of(ar="الداخلة"))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM territories_territory WHERE CAST(title AS text) LIKE %s", ["%الداخلة%"]
        )
        assert cursor.fetchall() == [("1",)]


@pytest.mark.django_db
def test_translated_field_comes_back_as_translated_text():
    Territory.objects.create(code="1", level="commune", title=Translated.of(ar="الداخلة", fr="Dakhla"))

    title = Territory.objects.get().title

    assert isinstance(title, Translated)
    assert title == {"ar": "الداخلة", "fr": "Dakhla"}


def test_translated_field_refuses_other_languages():
    with pytest.raises(ValidationError):
        TranslatedField().validate({"es": "encuentro"}, None)


def test_translated_form_field_wants_at_least_one_language():
    with override("en"), pytest.raises(ValidationError, match="at least one"):
        TranslatedFormField().clean(["", "", ""])

    assert TranslatedFormField().clean(["ملتقى", "", ""]) == {"ar": "ملتقى"}
