import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from django.core.management import call_command
from django.utils.translation import override

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.kit.translated import Translated
from multaqa.ledger.models import Entry, Link
from multaqa.newsroom.actions import correct_article, publish_article, withdraw_article
from multaqa.newsroom.models import Article
from multaqa.newsroom.queries import articles
from multaqa.newsroom.tasks import publish_due
from tests.factories import Role, actor, organisation, verbs_in_ledger
from tests.newsroom.factories import a_draft, an_article, changed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WRONG = Translated.of("الرقم الصحيح 9", "Le chiffre exact est 9", "The right figure is 9")


@pytest.fixture
def editor():
    return actor(Role.EDITOR)


def test_draft_is_never_public_and_leaves_no_entry():
    draft = a_draft(live=True)

    assert draft.live is False
    assert list(articles("ar")) == []
    assert verbs_in_ledger() == []


def test_publish_article_makes_it_public_with_one_entry(editor):
    with clock.at(NOON):
        article = publish_article(actor=editor, article=a_draft(slug="water"))

    entry = Entry.objects.get()
    assert article.live
    assert (article.first_published_at, article.last_published_at) == (NOON, NOON)
    assert (entry.verb, entry.step, entry.subject) == (
        "newsroom.article_published",
        "published",
        f"newsroom.article:{article.pk}",
    )
    assert entry.facts == {"content_sha256": article.content_hash, "language": "ar", "slug": "water"}
    assert entry.path == "/news/water/"


def test_publish_article_hashes_what_readers_read(editor):
    article = publish_article(actor=editor, article=a_draft(title="الماء"))

    canonical = {**article.canonical, "title": "الماء"}
    assert article.content_hash == hashlib.sha256(rfc8785.dumps(canonical)).hexdigest()
    assert canonical["body"][0] == {"type": "paragraph", "value": "<p>نص المقال.</p>"}
    assert set(canonical) >= {"title", "standfirst", "body", "byline", "dateline", "language"}


def test_publish_article_follows_from_what_it_reports(editor):
    reported = organisation()

    article = publish_article(
        actor=editor, article=a_draft(about=[f"directory.organisation:{reported.pk}"], unknown=[])
    )

    links = list(Link.objects.values_list("subject", "cause"))
    assert links == [(f"newsroom.article:{article.pk}", f"directory.organisation:{reported.pk}")]


def test_publish_article_publishes_the_latest_version(editor):
    draft = a_draft(title="أول")
    draft.save_revision()
    changed(draft, title="ثان")

    article = publish_article(actor=editor, article=draft)

    assert article.title == "ثان"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dateline_place": None}, "Give the place, or say that it is not known."),
        ({"dateline_day": ""}, "Give the day, or say that it is not known."),
        ({"byline": ""}, "Give who wrote it, or say that it is not known."),
        ({"unknown": []}, "Give the decision it reports, or say that it is not known."),
        ({"unknown": ["about", "byline"]}, "You gave who wrote it and said that it is not known."),
        ({"dateline_day": "2026-02-31"}, "The day of the dateline does not exist in the calendar."),
        ({"standfirst": ""}, "Write the standfirst."),
        ({"comments_policy": "closed"}, "Say why comments are closed."),
        (
            {"about": ["funds.call:999999"], "unknown": []},
            "Nothing in the ledger is called funds.call:999999.",
        ),
        ({"about": ["nowhere.thing:1"], "unknown": []}, "Nothing in the ledger is called nowhere.thing:1."),
    ],
)
def test_publish_article_refuses_what_was_left_open(editor, fields, message):
    draft = a_draft(**{"unknown": ["about"], **fields})

    with pytest.raises(Refused) as refusal:
        publish_article(actor=editor, article=draft)

    with override("en"):
        assert str(refusal.value) == message
    assert Article.objects.get().live is False
    assert verbs_in_ledger() == []


def test_publish_article_accepts_what_is_said_to_be_unknown(editor):
    draft = a_draft(dateline_place=None, dateline_day="2018", byline="", unknown=["place", "byline", "about"])

    article = publish_article(actor=editor, article=draft)

    assert article.live
    assert (article.day.isoformat(), article.day_precision) == ("2018-01-01", "year")


def test_publish_article_refuses_to_change_silently_what_is_public(editor):
    article = changed(an_article(title="قبل"), title="بعد")

    with override("en"), pytest.raises(Refused, match="as a correction"):
        publish_article(actor=editor, article=article)

    assert Article.objects.get().title == "قبل"
    assert verbs_in_ledger() == ["newsroom.article_published"]


@pytest.mark.parametrize(
    "role", [Role.RESIDENT, Role.OFFICER_A, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATOR]
)
def test_only_editors_publish_correct_and_withdraw(role):
    draft, article = a_draft(), an_article()

    with pytest.raises(Forbidden):
        publish_article(actor=actor(role), article=draft)
    with pytest.raises(Forbidden):
        correct_article(actor=actor(role), article=article, text=WRONG)
    with pytest.raises(Forbidden):
        withdraw_article(actor=actor(role), article=article, reason=WRONG)

    assert verbs_in_ledger() == ["newsroom.article_published"]


def test_correct_article_is_public_dated_and_keeps_both_hashes(editor):
    article = an_article(title="قبل")
    before = article.content_hash
    changed(article, title="بعد")

    with clock.at(NOON):
        corrected = correct_article(actor=editor, article=article, text=WRONG)

    correction = corrected.corrections.get()
    assert corrected.title == "بعد"
    assert (correction.text, correction.published_at) == (WRONG, NOON)
    assert (correction.old_hash, correction.new_hash) == (before, corrected.content_hash)
    assert Entry.objects.first().facts == {
        "content_sha256": corrected.content_hash,
        "correction": WRONG,
        "language": "ar",
        "previous_sha256": before,
        "slug": corrected.slug,
    }
    assert verbs_in_ledger() == ["newsroom.article_published", "newsroom.article_corrected"]


def test_correct_article_keeps_the_first_date_of_publication(editor):
    with clock.at(NOON):
        article = changed(an_article(), title="بعد")
    with clock.at(NOON + timedelta(days=1)):
        corrected = correct_article(actor=editor, article=article, text=WRONG)

    assert corrected.first_published_at == NOON
    assert corrected.last_published_at == NOON + timedelta(days=1)


def test_correct_article_refuses_without_a_sentence_a_change_or_the_old_address(editor):
    article = an_article(slug="water")

    with pytest.raises(Refused) as without_text:
        correct_article(actor=editor, article=article, text=Translated())
    with pytest.raises(Refused) as unchanged:
        correct_article(actor=editor, article=article, text=WRONG)
    with pytest.raises(Refused) as moved:
        correct_article(actor=editor, article=changed(article, slug="rain", title="بعد"), text=WRONG)

    assert (without_text.value.field, unchanged.value.field, moved.value.field) == ("text", None, "slug")
    assert verbs_in_ledger() == ["newsroom.article_published"]


def test_correct_article_refuses_a_draft(editor):
    with pytest.raises(Refused):
        correct_article(actor=editor, article=a_draft(), text=WRONG)

    assert verbs_in_ledger() == []


def test_withdraw_article_hides_it_and_keeps_the_reason(editor):
    with clock.at(NOON):
        article = withdraw_article(actor=editor, article=an_article(), reason=WRONG)

    assert list(articles("ar")) == []
    assert (article.withdrawals.get().reason, article.withdrawals.get().withdrawn_at) == (WRONG, NOON)
    assert Entry.objects.first().facts["reason"] == WRONG
    assert verbs_in_ledger() == ["newsroom.article_published", "newsroom.article_withdrawn"]


def test_withdraw_article_refuses_without_a_reason_or_twice(editor):
    article = an_article()

    with pytest.raises(Refused) as without_reason:
        withdraw_article(actor=editor, article=article, reason=Translated())
    withdraw_article(actor=editor, article=article, reason=WRONG)
    with pytest.raises(Refused):
        withdraw_article(actor=editor, article=article, reason=WRONG)

    assert without_reason.value.field == "reason"
    assert verbs_in_ledger() == ["newsroom.article_published", "newsroom.article_withdrawn"]


def test_withdrawn_article_may_be_published_again(editor):
    article = withdraw_article(actor=editor, article=an_article(), reason=WRONG)

    publish_article(actor=editor, article=article)

    assert [found.pk for found in articles("ar")] == [article.pk]


def scheduled(at: datetime) -> Article:
    draft = a_draft(go_live_at=at)
    draft.save_revision().publish()
    return draft


def test_publish_due_publishes_what_was_scheduled_once():
    hour = clock.now() + timedelta(hours=2)
    article = scheduled(hour)
    assert verbs_in_ledger() == []

    with clock.at(hour - timedelta(minutes=1)):
        early = publish_due(clock.now())
    with clock.at(hour + timedelta(minutes=1)):
        due = publish_due(clock.now())
        again = publish_due(clock.now())

    article.refresh_from_db()
    assert (early, due, again) == (0, 1, 0)
    assert article.live
    assert article.first_published_at == hour + timedelta(minutes=1)
    assert verbs_in_ledger() == ["newsroom.article_published"]
    assert Entry.objects.get().capacity == "platform"


def test_publish_article_refuses_before_the_hour(editor):
    article = scheduled(clock.now() + timedelta(hours=2))

    with pytest.raises(Refused):
        publish_article(actor=editor, article=article)
    with pytest.raises(Refused):
        publish_article(actor=MACHINE, article=article)

    assert verbs_in_ledger() == []


def test_wagtail_alone_cannot_publish_or_unpublish():
    draft, article = a_draft(), an_article()

    with pytest.raises(RuntimeError, match="publish_article"):
        draft.save_revision().publish()
    with pytest.raises(RuntimeError, match="withdraw_article"):
        article.unpublish()

    assert [found.pk for found in articles("ar")] == [article.pk]
    assert verbs_in_ledger() == ["newsroom.article_published"]


def test_wagtails_own_scheduler_cannot_publish_behind_the_ledger():
    article = scheduled(clock.now() + timedelta(hours=2))
    revision = article.get_latest_revision()
    revision.approved_go_live_at = NOON - timedelta(days=900)
    revision.content["go_live_at"] = "2020-01-01T00:00:00Z"
    revision.save()

    with pytest.raises(RuntimeError, match="publish_article"):
        call_command("publish_scheduled")

    article.refresh_from_db()
    assert not article.live
