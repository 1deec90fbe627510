from django.utils.translation import override

from multaqa.kit.translated import Translated


def test_translated_falls_back_to_arabic_then_french():
    text = Translated.of(ar="ملتقى", fr="Multaqa")

    with override("en"):
        assert str(text) == "ملتقى"
    with override("fr"):
        assert str(text) == "Multaqa"
