"""The staff office: who sees which lists, what may be changed there, and in which language it speaks."""

import pytest
from django.urls import reverse

from multaqa.ledger.models import Entry
from multaqa.newsroom.models import Article, Newsroom
from multaqa.web.office import ROOMS, groups
from tests.factories import Role, account_in, organisation, region, verbs_in_ledger
from tests.newsroom.factories import BODY, a_draft, an_article, changed

pytestmark = pytest.mark.django_db

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
STAFF = [
    Role.FACILITATOR,
    Role.CELL_MEMBER,
    Role.COORDINATOR,
    Role.COUNCIL_OFFICER,
    Role.EDITOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
]
FORM = {
    "title": "خبر جديد",
    "slug": "new",
    "standfirst": "مقدمة",
    "body-count": "1",
    "body-0-deleted": "",
    "body-0-order": "0",
    "body-0-type": "heading",
    "body-0-id": "",
    "body-0-value": "عنوان",
    "byline": "هيئة التحرير",
    "dateline_place": "",
    "dateline_day": "2026-11-23",
    "unknown": ["place", "about"],
    "section": "fund",
    "comments_policy": "open",
    "comments_reason": "",
    "go_live_at": "",
    "expire_at": "",
    "comments-TOTAL_FORMS": "0",
    "comments-INITIAL_FORMS": "0",
    "comments-MIN_NUM_FORMS": "0",
    "comments-MAX_NUM_FORMS": "",
}


@pytest.fixture
def sign_in(client):
    def enter(role: Role):
        region()
        client.force_login(account_in(role), backend=MODEL_BACKEND)
        return client

    return enter


def text(response) -> str:
    return response.content.decode()


def lists() -> dict[str, list[str]]:
    """The address of each list, by room."""
    return {
        room: [f"/office/{room}/{described['model']._meta.model_name}/" for described in module(room).DESKS]
        for room, *_rest in ROOMS
    }


def module(room: str):
    from importlib import import_module

    return import_module(f"multaqa.{room}.office")


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.RESIDENT, Role.OFFICER_A])
def test_office_is_closed_to_those_without_a_staff_function(client, role):
    found = account_in(role)
    if found:
        client.force_login(found, backend=MODEL_BACKEND)

    answer = client.get("/office/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/ar/accounts/login/")


@pytest.mark.parametrize("role", STAFF)
def test_each_function_reads_its_rooms_and_no_other(sign_in, role):
    client = sign_in(role)
    function = role.name.lower()

    for room, _label, _icon, readers in ROOMS:
        for address in lists()[room]:
            assert (client.get(address).status_code == 200) == (function in readers), address


def test_every_room_has_a_group_in_the_menu(sign_in):
    page = text(sign_in(Role.ADMINISTRATOR).get("/office/"))

    assert [group.menu_name for group in groups()] == [f"office-{room}" for room, *_rest in ROOMS]
    for room, *_rest in ROOMS:
        assert f"office-{room}" in page


def test_menu_leaves_out_what_is_not_used(sign_in):
    page = text(sign_in(Role.EDITOR).get("/office/"))

    assert "office-newsroom" in page
    assert "office-funds" not in page
    for name in (
        "/office/images/",
        "/office/documents/",
        "/office/snippets/",
        "/office/users/",
        "/office/sites/",
    ):
        assert f'"url": "{name}"' not in page


def test_office_speaks_arabic_whatever_the_browser_says(sign_in):
    page = text(sign_in(Role.EDITOR).get("/office/", headers={"accept-language": "en-GB,en;q=0.9"}))

    assert 'lang="ar"' in page
    assert 'dir="rtl"' in page


def test_office_speaks_the_language_somebody_chose(sign_in):
    from wagtail.users.models import UserProfile

    client = sign_in(Role.EDITOR)
    UserProfile.objects.create(user=account_in(Role.EDITOR), preferred_language="fr")

    page = text(client.get("/office/"))

    assert 'lang="fr"' in page
    assert 'dir="ltr"' in page


def test_record_is_shown_with_the_ways_to_its_page_and_ledger(sign_in):
    found = organisation()

    page = text(sign_in(Role.AUDITOR).get(f"/office/directory/organisation/inspect/{found.pk}/"))

    assert found.code in page
    assert f"subject=directory.organisation:{found.pk}" in page


@pytest.mark.parametrize("word", ["new/", "edit/1/", "delete/1/", "copy/1/"])
def test_no_list_offers_to_change_a_record(sign_in, word):
    organisation()
    client = sign_in(Role.ADMINISTRATOR)

    assert client.get("/office/directory/organisation/").status_code == 200
    assert client.get(f"/office/directory/organisation/{word}").status_code == 404


def test_list_is_searched_in_every_language_filtered_and_downloaded(sign_in):
    organisation("association-a")
    organisation("cell")
    client = sign_in(Role.AUDITOR)

    searched = text(client.get("/office/directory/organisation/?q=منظمة cell"))
    filtered = text(client.get("/office/directory/organisation/?kind=association"))
    downloaded = client.get("/office/directory/organisation/?export=csv")

    assert ("association-a" in searched, "cell" in searched) == (False, True)
    assert "association-a" in filtered
    assert "association-a" in b"".join(downloaded.streaming_content).decode()


def test_editor_publishes_from_the_editor_with_one_entry(sign_in):
    parent = Newsroom.objects.get(locale__language_code="ar")
    client = sign_in(Role.EDITOR)

    answer = client.post(
        f"/office/pages/add/newsroom/article/{parent.pk}/", {**FORM, "action-publish": "action-publish"}
    )

    article = Article.objects.get()
    assert answer.headers["Location"] == f"/office/pages/{article.pk}/edit/"
    assert article.live
    assert verbs_in_ledger() == ["newsroom.article_published"]
    assert Entry.objects.get().capacity == "editor@newspaper"
    assert client.get("/ar/news/new/").status_code == 200


def test_editor_who_left_something_open_keeps_the_draft_and_reads_why(sign_in):
    parent = Newsroom.objects.get(locale__language_code="ar")
    client = sign_in(Role.EDITOR)

    answer = client.post(
        f"/office/pages/add/newsroom/article/{parent.pk}/",
        {**FORM, "unknown": ["about"], "action-publish": "action-publish"},
        follow=True,
    )

    assert "المكان" in text(answer)
    assert Article.objects.get().live is False
    assert verbs_in_ledger() == []


def test_editor_schedules_and_the_ledger_stays_silent_until_the_hour(sign_in):
    parent = Newsroom.objects.get(locale__language_code="ar")
    client = sign_in(Role.EDITOR)

    client.post(
        f"/office/pages/add/newsroom/article/{parent.pk}/",
        {**FORM, "go_live_at": "2099-01-01 10:00", "action-publish": "action-publish"},
    )

    article = Article.objects.get()
    assert (article.live, article.get_latest_revision().approved_go_live_at.year) == (False, 2099)
    assert verbs_in_ledger() == []


def test_editor_corrects_a_published_article_with_a_sentence(sign_in):
    article = changed(an_article(title="قبل"), title="بعد")
    client = sign_in(Role.EDITOR)

    empty = client.post(f"/office/newsroom/{article.pk}/correct/", {})
    client.post(f"/office/newsroom/{article.pk}/correct/", {"text_ar": "الرقم 9"})

    assert empty.status_code == 422
    assert Article.objects.get().title == "بعد"
    assert Article.objects.get().corrections.get().text == {"ar": "الرقم 9"}
    assert verbs_in_ledger() == ["newsroom.article_published", "newsroom.article_corrected"]


def test_editor_withdraws_with_a_reason_and_never_silently(sign_in):
    article = an_article()
    client = sign_in(Role.EDITOR)

    silent = client.post(f"/office/pages/{article.pk}/unpublish/")
    assert silent.headers["Location"] == f"/office/newsroom/{article.pk}/withdraw/"
    assert Article.objects.get().live
    client.post(silent.headers["Location"], {"reason_ar": "خطأ"})

    assert Article.objects.get().live is False
    assert verbs_in_ledger() == ["newsroom.article_published", "newsroom.article_withdrawn"]


def test_what_was_published_is_not_deleted(sign_in):
    article, draft = an_article(), a_draft()
    client = sign_in(Role.EDITOR)

    client.post(f"/office/pages/{article.pk}/delete/")
    client.post(f"/office/pages/{draft.pk}/delete/")

    assert list(Article.objects.all()) == [article]


def test_newsrooms_are_neither_edited_nor_deleted(sign_in):
    newsroom = Newsroom.objects.get(locale__language_code="fr")
    client = sign_in(Role.EDITOR)

    assert client.get(f"/office/pages/{newsroom.pk}/edit/").status_code == 302
    client.post(f"/office/pages/{newsroom.pk}/delete/")

    assert Newsroom.objects.count() == 3


def test_bulk_publication_is_refused(sign_in):
    draft = a_draft()
    client = sign_in(Role.EDITOR)

    client.post(f"/office/bulk/wagtailcore/page/publish/?id={draft.pk}", {"id": draft.pk})

    assert Article.objects.get().live is False
    assert verbs_in_ledger() == []


def test_editor_opens_a_translation_once(sign_in):
    article = an_article(body=BODY)
    client = sign_in(Role.EDITOR)

    first = client.post(f"/office/newsroom/{article.pk}/translate/fr/")
    second = client.post(f"/office/newsroom/{article.pk}/translate/fr/")

    assert first.headers["Location"] == second.headers["Location"]
    assert sorted(found.language for found in Article.objects.all()) == ["ar", "fr"]


def test_editor_previews_a_draft_nobody_else_sees(sign_in):
    draft = a_draft(title="مسودة سرية")
    draft.save_revision()
    client = sign_in(Role.EDITOR)

    preview = client.get(reverse("wagtailadmin_pages:view_draft", args=[draft.pk]))

    assert "مسودة سرية" in text(preview)
    assert client.get(f"/ar/news/{draft.slug}/").status_code == 404


@pytest.mark.parametrize("role", [role for role in STAFF if role is not Role.EDITOR])
def test_only_editors_write(sign_in, role):
    article = an_article()
    parent = Newsroom.objects.get(locale__language_code="ar")
    client = sign_in(role)

    for address in (
        f"/office/pages/{article.pk}/edit/",
        f"/office/pages/add/newsroom/article/{parent.pk}/",
        f"/office/newsroom/{article.pk}/correct/",
        f"/office/newsroom/{article.pk}/withdraw/",
    ):
        assert client.get(address).status_code in (302, 403)
    assert client.post(f"/office/newsroom/{article.pk}/translate/fr/").status_code in (302, 403)
    assert Article.objects.count() == 1


def test_account_page_of_the_office_opens(sign_in):
    assert sign_in(Role.EDITOR).get("/office/account/").status_code == 200
