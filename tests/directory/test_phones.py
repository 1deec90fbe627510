import pytest

from multaqa.directory.phones import normal_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "612345678",
        "+212612345678",
        "+212 (0)6 12 34 56 78",
        "00212612345678",
        "212612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "\u200e06-12-34-56-78\u200f",
    ],
)
def test_normal_phone_gives_one_form_to_one_moroccan_number(typed):
    assert normal_phone(typed) == "+212612345678"


def test_normal_phone_keeps_a_foreign_number():
    assert normal_phone("00 33 6 12 34 56 78") == "+33612345678"


@pytest.mark.parametrize(
    "typed", ["", "amina@example.org", "06123", "0912345678", "+2120000", "06 12 34 56 78 9", "12"]
)
def test_normal_phone_refuses_what_is_no_number(typed):
    with pytest.raises(ValueError, match=r"^"):
        normal_phone(typed)
