"""The decision thread: five states, each in shape, line and words, in the reader's language."""

from datetime import date

import pytest
from django.template import Context, Template
from django.utils.translation import override

from multaqa.ledger.queries import Bead, Thread
from multaqa.ledger.steps import Step
from multaqa.web import thread

FIVE_STATES = Thread(
    (
        Bead(Step.OBSERVED, "done", on=date(2026, 1, 12), url="/ar/observatory/a/"),
        Bead(Step.CONSULTED, "done", on=date(2026, 3, 2), url="/ar/consultations/b/"),
        Bead(Step.RECOMMENDED, "missing"),
        Bead(Step.PRIORITISED, "done", on=date(2026, 5, 6), url="/ar/fund/c/"),
        Bead(Step.CALLED, "done", on=date(2026, 7, 1), url="/ar/fund/d/"),
        Bead(Step.AWARDED, "current", on=date(2026, 11, 18), url="/ar/fund/e/"),
        Bead(Step.AGREED, "overdue", due_on=date(2026, 11, 20), days_late=41, url="/ar/fund/f/"),
        Bead(Step.EVALUATED, "next", due_on=date(2027, 11, 20)),
        Bead(Step.PUBLISHED, "next"),
    )
)


def rendered(item: Thread | None, language: str = "ar") -> str:
    with override(language):
        html = Template("{% load shell %}{% thread item %}").render(Context({"item": item}))
    return html.replace("\n", "")


def bead(place: int, language: str = "ar") -> str:
    html = rendered(FIVE_STATES, language)
    return "<li" + html.split("<li")[place].split("</li>")[0]


def test_done_bead_is_ticked_dated_and_linked():
    assert bead(1) == (
        '<li class="done on"><span class="bead"><svg class="i" aria-hidden="true" focusable="false">'
        '<use href="/static/web/icons.svg#ok"/></svg></span><a class="st" href="/ar/observatory/a/">رصد</a>'
        '<span class="w"><span class="vh">منجزة: </span>'
        '<time datetime="2026-01-12">12 يناير 2026</time></span>'
    )


def test_missing_bead_shows_its_gap_without_a_link_and_dots_both_lines():
    assert bead(3) == (
        '<li class="miss to-miss"><span class="bead"><svg class="i" aria-hidden="true" focusable="false">'
        '<use href="/static/web/icons.svg#gap"/></svg></span><span class="st">توصية</span>'
        '<span class="w"><span class="vh">غير موجودة: </span>حلقة مفقودة</span>'
    )
    assert 'class="done to-miss"' in bead(2)


def test_current_bead_is_announced_as_the_step():
    assert bead(6) == (
        '<li class="now to-late" aria-current="step"><span class="bead"></span>'
        '<a class="st" href="/ar/fund/e/">منحة</a><span class="w"><span class="vh">الخطوة الحالية: </span>'
        '<time datetime="2026-11-18">18 نونبر 2026</time></span>'
    )


def test_overdue_bead_counts_its_days_and_leads_to_the_obligation():
    assert bead(7) == (
        '<li class="late"><span class="bead"><svg class="i" aria-hidden="true" focusable="false">'
        '<use href="/static/web/icons.svg#clock"/></svg></span><a class="st" href="/ar/fund/f/">اتفاقية</a>'
        '<span class="w"><span class="vh">متأخرة: </span>متأخر <bdi class="n">41</bdi> يوما</span>'
    )


def test_next_bead_says_when_or_that_it_is_not_yet():
    assert bead(8) == (
        '<li class="next"><span class="bead"></span><span class="st">تقييم</span>'
        '<span class="w"><span class="vh">لم تحن بعد: </span>'
        'قبل <time datetime="2027-11-20">20 نونبر 2027</time></span>'
    )
    assert bead(9).endswith('<span class="vh">لم تحن بعد: </span>لم يحن بعد</span>')


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("ar", "رصد تشاور توصية أولوية نداء منحة اتفاقية تقييم نشر"),
        ("fr", "Observation Concertation Recomman\u00addation Priorité Appel Subvention Convention"),
    ],
)
def test_thread_keeps_nine_steps_in_their_order(language, labels):
    with override(language):
        assert " ".join(knot.label for knot in thread.knots(FIVE_STATES)).startswith(labels)
        assert len(thread.knots(FIVE_STATES)) == 9


def test_sentence_tells_beginning_place_and_delay():
    with override("en"):
        told = thread.sentence(FIVE_STATES)

    assert told == (
        'Began with “observation”, <time datetime="2026-01-12">12 January 2026</time>. Now at “award”. '
        '“agreement” is <bdi class="n">41</bdi> days late.'
    )


def test_sentence_names_what_comes_next_when_nothing_is_late():
    beads = (
        Bead(Step.OBSERVED, "current", on=date(2026, 1, 12)),
        Bead(Step.CONSULTED, "next", due_on=date(2026, 2, 1)),
    )

    with override("en"):
        told = thread.sentence(Thread(beads))

    assert told == (
        'Began with “observation”, <time datetime="2026-01-12">12 January 2026</time>. '
        'Next is “consultation”, before <time datetime="2026-02-01">1 February 2026</time>.'
    )


def test_thread_of_nothing_shows_nine_steps_still_to_come():
    html = rendered(None, "en")

    assert html.count('class="next"') == 9
    assert "Nothing has been published on this thread yet." in html


def test_miniature_draws_nine_marks_with_their_text():
    with override("en"):
        drawing = thread.miniature(FIVE_STATES)

    assert (
        'aria-label="Decision thread. Done: observation, consultation, priority, call; Now: award; '
        'Late: agreement; Missing: recommendation"'
    ) in drawing
    assert drawing.count("<circle") == 8
    assert drawing.count('<rect class="m-late" x="99" y="3" width="12" height="12" rx="3"/>') == 1
    assert [part.split('"')[0] for part in drawing.split('<path class="')[1:]] == [
        "m-on", "m-l", "m-l", "m-on", "m-on", "m-l", "m-l", "m-l",
    ]  # fmt: skip


def test_mini_thread_reads_the_threads_of_the_view():
    source = '{% load shell %}{% mini_thread "x.y:1" "two of nine" %}{% mini_thread "x.y:2" %}'

    with override("en"):
        html = Template(source).render(Context({"threads": {"x.y:1": FIVE_STATES}}))

    assert html.startswith('<span class="mini"><svg class="flip" role="img"')
    assert html.endswith("</svg>two of nine</span>")
    assert html.count("<svg") == 1
