from datetime import UTC, date, datetime

from multaqa.kit import chance, clock


def test_clock_stands_where_it_is_put():
    with clock.at(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)):
        assert clock.now() == datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
        assert clock.today() == date(2026, 2, 1)  # half past midnight in Casablanca


def test_chance_repeats_itself_only_when_seeded():
    with chance.seeded(7):
        first = chance.token_bytes(16)
    with chance.seeded(7):
        again = chance.token_bytes(16)

    assert first == again
    assert chance.token_bytes(16) != chance.token_bytes(16)


def test_token_text_leaves_out_letters_that_look_alike():
    assert not set(chance.token_text(500)) & set("01OIL")
