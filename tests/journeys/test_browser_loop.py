"""The loop from observation to publication in a real browser: looked at, without scripts, by keyboard."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from multaqa.consultations.models import Consultation, Vote
from multaqa.directory.actors import actor_of
from multaqa.directory.models import Account, Organisation
from multaqa.funds import actions as funds
from multaqa.funds.models import Allocation, Application, Award, Ballot, Call, Envelope, Priority
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.newsroom.models import Article
from multaqa.observatory.models import IndexRelease, Observation
from multaqa.partnerships.models import Agreement
from multaqa.recommendations.models import Recommendation
from multaqa.territories.models import Territory
from tests.web.browser import assert_accessible, assert_no_overflow, assert_self_contained, open_page, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("log_of_the_story")]
HEADINGS = "web:home", "observatory:home", "consultations:index", "recommendations:tracker", "funds:overview"
MODELS = IndexRelease, Observation, Recommendation, Priority, Call, Award, Agreement


def account(name: str) -> Account:
    return Account.objects.get(email=f"{name}@demo.example")


def pages_of_the_loop(language: str) -> list[str]:
    """One page of every kind, from what was seen on the ground to what the newspaper printed."""
    commune = Territory.objects.filter(level=Territory.Level.COMMUNE, observations__isnull=False).first()
    with override(language):
        found = [reverse(name) for name in (*HEADINGS, "partnerships:register", "ledger:browse")]
        found += [model.objects.first().get_absolute_url() for model in MODELS]
        found += [commune.get_absolute_url(), open_question().get_absolute_url()]
        found.append(reverse("consultations:results", args=[Consultation.objects.earliest("pk").slug]))
        found.append(reverse("funds:results", args=[Allocation.objects.latest("pk").call.reference]))
        printed = Article.objects.live().filter(locale__language_code=language)
        found += [article.get_absolute_url() for article in printed[:1]]
    return found


def open_question() -> Consultation:
    return Consultation.objects.filter(state=Consultation.State.OPEN).latest("pk")


@pytest.mark.parametrize(("language", "width"), [("ar", 1280), ("fr", 1280), ("en", 1280), ("ar", 360)])
def test_loop_is_accessible_fits_and_keeps_to_itself(story_site, browser, language, width):
    page = open_page(browser, story_site, f"/{language}/", width=width)

    for path in pages_of_the_loop(language):
        page.goto(story_site + path)

        assert_accessible(page)
        assert_no_overflow(page)
        assert_self_contained(page)


@pytest.fixture
def voting(story):
    """A call whose vote is open today, with two initiatives on the ballot."""
    today = clock.today()
    coordinator, association = actor_of(account("coordinator")), actor_of(account("association"))

    def on(days: int):
        return clock.at(timezone.make_aware(datetime.combine(today + timedelta(days), time(9))))

    with on(-30):
        call = funds.open_call(
            actor=coordinator,
            envelope=Envelope.objects.latest("year"),
            priorities=Priority.objects.all()[:1],
            title=Translated.of("نداء يصوت عليه", "Appel soumis au vote", "A call put to the vote"),
            text=Translated.of("نص", "Texte", "Text"),
            amount=50_000_000,
            max_per_application=30_000_000,
            opens_on=today + timedelta(-30),
            closes_on=today + timedelta(-20),
            vote_opens_on=today + timedelta(-10),
            vote_closes_on=today + timedelta(10),
            award_due_on=today + timedelta(40),
        )
    for title in ("Puits solaire", "Abri scolaire"):
        with on(-25):
            asked = funds.submit_application(
                actor=association,
                call=call,
                organisation=Organisation.objects.get(code="cistern-association"),
                title=Translated.of("", title, ""),
                summary=Translated.of("", "Résumé", ""),
                territory=Territory.objects.filter(level=Territory.Level.COMMUNE).first(),
                requested=20_000_000,
            )
        with on(-15):
            funds.screen_application(actor=coordinator, application=asked, eligible=True)
    with on(-12):
        funds.close_call(actor=coordinator, call=call)
    with on(-10):
        return funds.open_vote(actor=coordinator, call=call)


def test_resident_votes_and_casts_a_ballot_without_scripts(story_site, browser, voting):
    question, votes = open_question(), Vote.objects.count()
    with override("fr"):
        consultation, call = question.get_absolute_url(), voting.get_absolute_url()
    page = open_page(browser, story_site, "/fr/privacy/", width=360, script=False)
    sign_in(page, story_site, account("resident48"))

    page.goto(story_site + consultation)
    page.get_by_role("button", name="D’accord", exact=True).click()
    assert Vote.objects.count() == votes + 1
    assert page.get_by_text("réponse à 1 affirmation").is_visible()

    page.goto(story_site + call)
    page.get_by_role("link", name="Voter").click()
    page.get_by_label("Puits solaire").check()
    page.locator("main form button").click()
    assert "Votre bulletin est compté." in page.locator(".toast.success").inner_text()
    ballot = Ballot.objects.get(call=voting)
    assert ballot.approvals == [Application.objects.get(call=voting, title__fr="Puits solaire").number]


def tab_to(page, selector: str) -> None:
    """Press Tab until the element has the focus; fails where the keyboard never gets there."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def test_officer_applies_with_the_keyboard_alone(story_site, browser):
    call = Call.objects.filter(state=Call.State.OPEN).latest("pk")
    with override("ar"):
        address = call.get_absolute_url()
    page = open_page(browser, story_site, "/fr/privacy/")
    sign_in(page, story_site, account("association"))
    page.goto(story_site + address)

    tab_to(page, "main .btn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/apply/")
    tab_to(page, "#id_title_0")
    page.keyboard.type("ورشة آمنة")
    tab_to(page, "main [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".errors")

    assert page.evaluate("document.activeElement.className") == "errors"
    assert page.input_value("#id_title_0") == "ورشة آمنة"

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the first error leads to its field
    assert page.evaluate("document.activeElement.name") == "organisation"
    page.keyboard.press("ArrowDown")
    tab_to(page, "#id_summary_0")
    page.keyboard.type("ملخص المبادرة")
    tab_to(page, "[name=territory]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=requested]")
    page.keyboard.type("١٢٠ ٠٠٠")
    tab_to(page, "main [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast.success")

    application = Application.objects.get(call=call, title__ar="ورشة آمنة")
    assert (application.requested, application.organisation.code) == (12_000_000, "cistern-association")
    assert page.url.partition("#")[0].endswith(f"/fund/applications/{application.pk}/")
