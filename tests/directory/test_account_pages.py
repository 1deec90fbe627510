"""The pages of allauth in our dress: translated, and clean under the content policy."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import override

from tests.directory.factories import an_account

pytestmark = pytest.mark.django_db
ENTRANCE = ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
ENTRANCE += ["account_reset_password_done", "account_reset_password_from_key_done", "account_inactive"]
MANAGE = ["account_email", "account_change_phone", "account_set_password", "account_logout"]
MANAGE += ["mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "directory:account"]
PAGES = [(name, False) for name in ENTRANCE] + [(name, True) for name in MANAGE]
# names that are the same in every language, and what a person or a standard named
SAME_EVERYWHERE = {"multaqa", "français", "english", "example", "amina", "javascript"}


def show(client, name, language, signed_in):
    if signed_in:
        account = an_account()
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    with override(language):
        response = client.get(reverse(name))
    assert response.status_code == 200
    return response


@pytest.mark.parametrize(("name", "signed_in"), PAGES)
def test_account_page_executes_nothing_inline(client, name, signed_in):
    response = show(client, name, "ar", signed_in)
    page = response.content.decode()

    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    inline = [
        attributes
        for attributes, body in scripts
        if body.strip() and 'type="application/json"' not in attributes
    ]
    assert inline == []
    assert all("src=" not in attributes or 'src="/static/' in attributes for attributes, _ in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


@pytest.mark.parametrize(("name", "signed_in"), PAGES)
def test_account_page_is_one_of_ours_with_one_heading(client, name, signed_in):
    page = show(client, name, "ar", signed_in).content.decode()

    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert '<html lang="ar" dir="rtl"' in page
    assert re.search(r'class="(btn|btn two)"', page) or name.endswith(("_done", "inactive"))


@pytest.mark.parametrize(("name", "signed_in"), PAGES)
def test_account_page_has_no_english_left_in_arabic(client, name, signed_in):
    page = show(client, name, "ar", signed_in).content.decode()

    main = re.search(r"<main.*?</main>", page, re.DOTALL)[0]
    told = re.sub(r"[\w.]+@[\w.]+", "", main)
    told = re.sub(r"<(script|svg|bdi|noscript|textarea)\b.*?</\1>|<[^>]+>", " ", told, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-zÀ-ÿ]{3,}", told))

    assert {word for word in words if word.lower() not in SAME_EVERYWHERE} == set()


@pytest.mark.parametrize(("name", "signed_in"), PAGES)
def test_account_page_reads_differently_in_french_and_in_english(client, name, signed_in):
    french = show(client, name, "fr", signed_in).content.decode()
    with override("en"):
        english = client.get(reverse(name)).content.decode()

    def heading(page):
        return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1].strip()

    assert heading(french) != heading(english)


def test_passkey_page_carries_its_data_and_its_scripts_from_our_own_address(client):
    page = show(client, "mfa_add_webauthn", "ar", True).content.decode()

    assert '<script src="/static/mfa/js/webauthn.js">' in page
    assert '<script id="js_data" type="application/json">' in page
    assert '"rp"' in page


def test_sign_in_page_offers_a_passkey_without_asking_who(client):
    page = show(client, "account_login", "ar", False).content.decode()
    offer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})

    assert 'id="passkey_login"' in page
    assert offer.json()["request_options"]["publicKey"]["rpId"] == "testserver"


def test_sign_in_page_keeps_each_label_beside_its_box(client):
    page = show(client, "account_login", "ar", False).content.decode()

    boxes = set(re.findall(r'<input type="(?:text|password)"[^>]* id="(\w+)"', page))
    labels = set(re.findall(r'<label for="(\w+)"', page))
    assert boxes == labels == {"id_login", "id_password"}
