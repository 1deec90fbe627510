import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from multaqa.directory.models import Account, Assurance
from multaqa.directory.sms import console
from tests import factories
from tests.directory.factories import an_account
from tests.factories import Role

pytestmark = pytest.mark.django_db
PHONE = "+212612345678"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def address(name, *arguments):
    with override("en"):
        return reverse(name, args=arguments)


LOGIN, SIGNUP, CODE = (f"/en/accounts/{path}" for path in ("login/", "signup/", "login/code/confirm/"))


def code_in(text):
    return re.search(r"\b(\d{6})\b", text)[1]


def signed_in(client):
    found = client.session.get("_auth_user_id")
    return Account.objects.get(pk=found) if found else None


def a_demo_account(**overrides):
    """As the demo is built: a password, and an address that counts as confirmed."""
    account = an_account(**overrides)
    account.set_password("a long demo password")
    account.save()
    return account


# by e-mail


def test_sign_up_by_email_is_confirmed_by_a_code(client, mailoutbox):
    client.post(SIGNUP, {"email": "Amina@Example.org"})
    assert signed_in(client) is None
    answer = client.post("/en/accounts/confirm-email/", {"code": code_in(mailoutbox[0].body)})

    account = signed_in(client)
    assert answer.status_code == 302
    assert (account.email, account.phone, account.assurance) == ("amina@example.org", None, Assurance.PHONE)
    assert account.language == "en"
    assert not account.has_usable_password()
    assert EmailAddress.objects.get(user=account).verified


def test_sign_in_by_email_code(client, mailoutbox):
    account = an_account()

    answer = client.post(LOGIN, {"login": "amina@example.org"}, follow=True)
    assert "amina@example.org</a></bdi>" in answer.content.decode()
    assert mailoutbox[0].to == ["amina@example.org"]
    answer = client.post(CODE, {"code": code_in(mailoutbox[0].body)})

    assert answer.url == "/en/me/"
    assert signed_in(client) == account


def test_sign_in_refuses_a_wrong_code(client, mailoutbox):
    an_account()

    client.post(LOGIN, {"login": "amina@example.org"})
    right = code_in(mailoutbox[0].body)
    client.post(CODE, {"code": "000000" if right != "000000" else "111111"})

    assert signed_in(client) is None


def test_sign_in_asks_again_for_an_email_that_was_never_confirmed(client, mailoutbox):
    a_demo_account(assurance=Assurance.ROOM)

    answer = client.post(LOGIN, {"login": "amina@example.org", "password": "a long demo password"})
    assert answer.url.startswith("/en/accounts/confirm-email/")
    client.post("/en/accounts/confirm-email/", {"code": code_in(mailoutbox[0].body)})

    assert signed_in(client).assurance == Assurance.PHONE


def test_mail_is_in_the_readers_language(client, mailoutbox):
    an_account()

    client.post("/ar/accounts/login/", {"login": "amina@example.org"})

    assert re.search("[\u0600-\u06ff]{3}", mailoutbox[0].subject)


# by telephone


def test_sign_up_by_phone_is_confirmed_by_a_text_message(client, texts):
    client.post(SIGNUP, {"phone": "٠٦ ١٢ ٣٤ ٥٦ ٧٨"})
    (number, text), *_ = texts
    assert (number, signed_in(client)) == (PHONE, None)
    client.post("/en/accounts/phone/verify/", {"code": code_in(text).translate(ARABIC_INDIC)})

    account = signed_in(client)
    assert (account.phone, account.phone_verified, account.email) == (PHONE, True, None)
    assert account.assurance == Assurance.PHONE


def test_sign_in_by_phone_code_however_the_number_is_written(client, texts):
    account = an_account(email=None, phone=PHONE, phone_verified=True)

    client.post(LOGIN, {"login": "06-12-34-56-78"})
    client.post(CODE, {"code": code_in(texts[0][1])})

    assert signed_in(client) == account


def test_text_messages_leave_by_the_function_the_settings_name(client, settings, capsys):
    an_account(email=None, phone=PHONE, phone_verified=True)

    assert f"{console.__module__}.{console.__name__}" == settings.SMS_BACKEND
    client.post(LOGIN, {"login": "0612345678"})

    assert capsys.readouterr().out.startswith(f"SMS {PHONE}: Your Multaqa code: ")


def test_confirming_never_lowers_assurance(client, texts):
    an_account(email=None, phone=PHONE, assurance=Assurance.SEEN)

    client.post(LOGIN, {"login": "0612345678"})
    client.post(CODE, {"code": code_in(texts[0][1])})

    account = signed_in(client)
    assert (account.assurance, account.phone_verified) == (Assurance.SEEN, True)


def test_adding_a_phone_needs_its_code(client, texts):
    account = an_account()
    client.force_login(account, backend=BACKEND)

    client.post("/en/accounts/phone/change/", {"phone": "0612345678"})
    account.refresh_from_db()
    assert account.phone is None
    client.post("/en/accounts/phone/verify/", {"code": code_in(texts[0][1])})

    account.refresh_from_db()
    assert (account.phone, account.phone_verified) == (PHONE, True)


def test_the_last_way_to_reach_an_account_cannot_be_removed(client):
    account = an_account()
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    client.force_login(account, backend=BACKEND)

    client.post("/en/accounts/email/", {"email": account.email, "action_remove": ""})
    assert EmailAddress.objects.count() == 1

    Account.objects.filter(pk=account.pk).update(phone=PHONE, phone_verified=True)
    client.post("/en/accounts/email/", {"email": account.email, "action_remove": ""})
    account.refresh_from_db()
    assert (EmailAddress.objects.count(), account.email) == (0, None)


# with a password


def test_sign_in_with_a_password_where_an_account_has_one(client):
    account = a_demo_account()

    client.post(LOGIN, {"login": "amina@example.org", "password": "a long demo password"})

    assert signed_in(client) == account


def test_sign_in_refuses_a_wrong_password(client):
    a_demo_account()

    answer = client.post(LOGIN, {"login": "amina@example.org", "password": "another password"})

    assert signed_in(client) is None
    assert "not correct" in answer.content.decode()


def test_sign_in_stops_listening_after_five_wrong_passwords(client):
    a_demo_account()

    for _ in range(5):
        client.post(LOGIN, {"login": "amina@example.org", "password": "wrong"})
    client.post(LOGIN, {"login": "amina@example.org", "password": "a long demo password"})

    assert signed_in(client) is None


# what nobody learns


def without_secrets(answer, *names):
    page = re.sub(
        r'(csrfmiddlewaretoken" value=")\w+|idempotency_key" value="\w+', "", answer.content.decode()
    )
    for name in names:
        page = page.replace(name, "NAME")
    return page


@pytest.mark.parametrize(
    ("known", "unknown"), [("amina@example.org", "nobody@example.org"), ("0612345678", "0698765432")]
)
def test_signing_in_tells_no_stranger_who_has_an_account(texts, mailoutbox, known, unknown):
    an_account(phone=PHONE, phone_verified=True)

    pages = [
        without_secrets(Client().post(LOGIN, {"login": name}, follow=True), name, f"+212{name[1:]}")
        for name in (known, unknown)
    ]

    assert pages[0] == pages[1]
    assert "NAME" in pages[0]


@pytest.mark.parametrize(
    ("box", "known", "unknown"),
    [("email", "amina@example.org", "nobody@example.org"), ("phone", "0612345678", "0698765432")],
)
def test_signing_up_tells_no_stranger_who_has_an_account(texts, mailoutbox, box, known, unknown):
    an_account(phone=PHONE, phone_verified=True)

    pages = [
        without_secrets(Client().post(SIGNUP, {box: name}, follow=True), name, f"+212{name[1:]}")
        for name in (known, unknown)
    ]

    assert pages[0] == pages[1]
    assert "NAME" in pages[0]


def test_codes_for_one_address_are_rationed(client, mailoutbox):
    an_account()

    for _ in range(5):
        Client().post(LOGIN, {"login": "amina@example.org"})

    assert len(mailoutbox) == 3


def test_sign_up_asks_for_one_address_and_no_more(client):
    both = client.post(SIGNUP, {"phone": "0612345678", "email": "amina@example.org"})
    neither = client.post(SIGNUP, {})

    assert "one of the two" in both.content.decode()
    assert "one of the two" in neither.content.decode()
    assert Account.objects.count() == 0


# second step


def test_authenticator_app_is_enrolled_and_asked_for(client, mailoutbox):
    account = an_account()
    client.force_login(account, backend=BACKEND)
    secret = client.get("/en/accounts/2fa/totp/activate/").context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))

    answer = client.post("/en/accounts/2fa/totp/activate/", {"code": code.translate(ARABIC_INDIC)})

    assert answer.url == "/en/accounts/2fa/recovery-codes/"
    kept = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in kept

    again = Client()
    again.post(LOGIN, {"login": "amina@example.org"})
    answer = again.post(CODE, {"code": code_in(mailoutbox[-1].body)})
    assert answer.url.startswith("/en/accounts/2fa/authenticate/")
    assert signed_in(again) is None


# coming back


def test_what_was_typed_before_the_login_expired_is_there_after_it(client, mailoutbox):
    account = factories.account_in(Role.ADMINISTRATOR)
    typed = {"title_ar": "جمعية الواحة", "code": "oasis", "kind": "association", "idempotency_key": "k" * 32}

    answer = client.post("/en/register/organisation/", typed)
    assert answer.url == "/en/accounts/login/?next=/en/register/organisation/"
    login_page = client.get(answer.url)
    assert 'name="next" value="/en/register/organisation/"' in login_page.content.decode()
    answer = client.post(LOGIN, {"login": account.email, "next": "/en/register/organisation/"})
    answer = client.post(answer.url, {"code": code_in(mailoutbox[0].body)})
    page = client.get(answer.url)

    assert answer.url == "/en/register/organisation/"
    assert signed_in(client) == account
    assert 'value="oasis"' in page.content.decode()
    assert 'value="association" selected' in page.content.decode()


def test_a_text_in_several_languages_typed_before_the_login_expired_is_there_after_it(client):
    client.post("/en/register/organisation/", {"title_ar": "جمعية الواحة", "idempotency_key": "k" * 32})
    client.force_login(factories.account_in(Role.ADMINISTRATOR), backend=BACKEND)

    page = client.get("/en/register/organisation/").content.decode()

    assert 'value="جمعية الواحة"' in page


def test_signing_in_never_leads_to_another_site(client, mailoutbox):
    an_account()

    answer = client.post(LOGIN, {"login": "amina@example.org", "next": "https://evil.example/"})
    answer = client.post(answer.url, {"code": code_in(mailoutbox[0].body)})

    assert answer.url == "/en/me/"
