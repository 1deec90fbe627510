"""Arabic for search: spellings, families kept together and apart, and what no text may break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine.arabic import analyse, check, explain, normalise, stem, terms, words
from multaqa.engine.arabic._words import LED_BACK
from tests.engine.arabic_families import GLOSSARY, HELD_OUT, NEWS, SIBLINGS, UNSEEN, families

MARKS = "ًٌٍَُِّْٰـ"
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءىةأإآئؤ"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("الحِمَايَةُ", "الحمايه"),
        ("الجمـــعية", "الجمعيه"),
        ("أإآٱا", "ااااا"),
        ("مستشفى مؤتمر هيئة", "مستشفي موتمر هييه"),
        ("مشروعًا ومشروعاً", "مشروع ومشروع"),
        ("لقائه ولقاؤها", "لقاءه ولقاءها"),
        ("٢٠٢٤ ۱۲٪", "2024 12%"),
        ("ﻻﺟﺘﻤﺎﻉ", "لاجتماع"),
        ("أڭادير گلميم", "اكادير كلميم"),
        ("Évaluation RÉGION", "evaluation region"),
        ("سوق\u200cالأحد\u200f", "سوقالاحد"),
        ("Dakhla 12", "dakhla 12"),
    ],
)
def test_normalise_gives_one_spelling(text, plain):
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("lists", "recall"),
    [(GLOSSARY, 0.98), (NEWS, 0.98), (HELD_OUT, 0.95), (UNSEEN, 0.85), (SIBLINGS, 1.0)],
    ids=["glossary", "news", "held out", "unseen", "siblings"],
)
def test_the_forms_of_a_word_come_together_and_no_others(lists, recall):
    report = check(families(lists))

    assert report.recall >= recall
    assert report.false_share <= 0.001


def test_all_families_together_meet_the_bar():
    every = families(GLOSSARY + NEWS + HELD_OUT + UNSEEN)

    report = check(every)

    assert len(every) == 176
    assert report.recall >= 0.96
    assert report.false_joins == 0


def test_held_out_words_are_not_in_the_lexicon():
    strangers = [row[0] for row in families(HELD_OUT + UNSEEN)]

    assert len(strangers) == 81
    assert [word for word in strangers if normalise(word) in LED_BACK] == []


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("وبالجمعيات", "جمعي"),
        ("للجنة", "لجن"),
        ("للجان", "لجن"),
        ("وزارة", "وزار"),
        ("ووزارته", "وزار"),
        ("بشراكة", "شراك"),
        ("بالتزاماتها", "التزام"),
        ("الفهم", "فهم"),
        ("المهنة", "مهن"),
        ("تفاهم", "تفاهم"),
        ("قانونها", "قانون"),
        ("جهتين", "جه"),
        ("عمالات", "عمال"),
        ("عمال", "عامل"),
        ("بحق", "حق"),
        ("اجتماعي", "اجتماعي"),
        ("اجتماع", "اجتماع"),
        ("للمستثمرين", "مستثمر"),
        ("2024", "2024"),
        ("covid", "covid"),
        ("", ""),
    ],
)
def test_stem_leaves_what_a_reader_takes_for_the_word(word, found):
    assert stem(word) == found


def test_terms_drop_function_words_and_keep_the_order():
    text = "هذا اللقاءُ في الداخلة حول «الحماية الاجتماعية»، و 160 جمعية (ONG) من الجهات."

    assert terms(text) == ["لقاء", "داخل", "حماي", "اجتماعي", "160", "جمعي", "ong", "جه"]


def test_words_keep_their_marks():
    assert words("الحِمايَة، الجمـعية 12") == ["الحِمايَة", "الجمـعية", "12"]


def test_a_search_finds_what_the_default_search_missed():
    page = set(terms("ساهمت الجمعيات والمجتمع المدني في أحداث الحماية الاجتماعية"))

    for asked in ("حماية", "الحمايه", "الحِمَايَة", "جمعية", "مجتمع", "احداث", "وبالجمعيات"):
        assert set(terms(asked)) <= page
    assert not set(terms("اجتماع")) & page


def test_explain_names_the_rules_in_their_order():
    steps = [(step.key, step.values) for step in explain("وبصناديقها")]

    assert steps == [
        ("prefix", {"taken": "وب"}),
        ("ending", {"taken": "ها"}),
        ("plural", {"from": "صناديق", "to": "صندوق", "by": "lexicon"}),
    ]
    assert [(step.key, step.values) for step in explain("الحقائب")] == [
        ("normalised", {"from": "الحقائب", "to": "الحقايب"}),
        ("prefix", {"taken": "ال"}),
        ("plural", {"from": "حقايب", "to": "حقيب", "by": "فعائل"}),
    ]
    assert explain("سوق") == ()


def test_check_counts_pairs_and_names_the_failures():
    report = check([["مجلس", "المجالس"], ["مكتب", "المكاتب"], ["مكتبة"]])

    assert (report.same, report.joined, report.across, report.false_joins) == (2, 2, 8, 2)
    assert report.mixed == (("مكتب", "مكتبة"), ("المكاتب", "مكتبة"))
    assert (report.recall, report.false_share, report.apart) == (1.0, 0.25, ())
    assert check([["سمسار", "سماسرة"]]).apart == (("سمسار", "سماسرة"),)


arabic = st.text(LETTERS, min_size=1, max_size=12)


@given(text=st.text(max_size=60))
def test_no_text_breaks_terms_and_normalising_twice_changes_nothing(text):
    once = normalise(text)

    assert normalise(once) == once
    assert all(terms(text))


@given(word=arabic, marks=st.lists(st.sampled_from(MARKS), min_size=12, max_size=12))
def test_marks_and_elongation_change_no_stem(word, marks):
    # a marked accusative ending is taken off, an unmarked one may be a letter of the word
    marked = "".join(letter + mark for letter, mark in zip(word, marks, strict=False) if mark != "ً")
    plain = "".join(letter for letter, mark in zip(word, marks, strict=False) if mark != "ً")

    assert stem(marked) == stem(plain)


@given(word=arabic)
def test_a_stem_has_at_least_two_letters(word):
    assert len(stem(word)) >= min(2, len(normalise(word)))
    assert analyse(word).stem == stem(word)


@given(word=arabic)
def test_hamzas_change_no_stem_at_the_beginning(word):
    assert stem("أ" + word) == stem("ا" + word) == stem("إ" + word)
