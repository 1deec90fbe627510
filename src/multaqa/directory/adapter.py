"""How allauth reaches people here, by e-mail or telephone, and how sure we then are of an account."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from multaqa.directory.models import Account, Assurance
from multaqa.directory.phones import normal_phone
from multaqa.directory.preferences import remember_language
from multaqa.directory.sms import send


class PhoneField(forms.CharField):
    """A telephone number as people write it, cleaned to its international form."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Telephone"))
        options.setdefault("help_text", _("For example 06 12 34 56 78"))
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "dir": "ltr"})
        super().__init__(max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return normal_phone(text)
        except ValueError:
            raise ValidationError(gettext("Write a telephone number, for example 06 12 34 56 78.")) from None


class AccountAdapter(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        ours = f"{ConfirmEmailStage.__module__}.{ConfirmEmailStage.__qualname__}"
        theirs = f"{EmailVerificationStage.__module__}.{EmailVerificationStage.__qualname__}"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def save_user(self, request: HttpRequest, user: Any, form: forms.BaseForm, commit: bool = True) -> Any:
        # the database wants an account reachable from its first moment
        user.phone = form.cleaned_data.get("phone") or None
        user.language = (get_language() or "ar")[:2]
        return super().save_user(request, user, form, commit)

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        response = super().post_login(request, user, **options)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember_language(response, user.language)
        return response

    def can_delete_email(self, email_address: Any) -> bool:
        reachable = email_address.user.phone_verified or not email_address.primary
        return reachable and super().can_delete_email(email_address)

    # telephone

    def phone_form_field(self, **options: Any) -> PhoneField:
        return PhoneField(**options)

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Any, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: Any, phone: str) -> None:
        self.set_phone(user, phone, True)
        confirm_reachable(user)

    def get_user_by_phone(self, phone: str) -> Account | None:
        return Account.objects.filter(phone=phone, is_active=True).first()

    def send_verification_code_sms(self, user: Any, phone: str, code: str, **options: Any) -> None:
        send(phone, gettext("Your Multaqa code: %(code)s. Give it to nobody.") % {"code": code})

    def send_unknown_account_sms(self, phone: str, **options: Any) -> None:
        address = self.request.build_absolute_uri(reverse("account_signup"))
        text = gettext("No Multaqa account uses this number. You can create one: %(address)s")
        send(phone, text % {"address": address})

    def send_account_already_exists_sms(self, phone: str) -> None:
        address = self.request.build_absolute_uri(reverse("account_login"))
        text = gettext("You already have a Multaqa account. Sign in: %(address)s")
        send(phone, text % {"address": address})


class ConfirmEmailStage(EmailVerificationStage):
    """Asks for the e-mail code only where neither e-mail nor telephone was ever confirmed."""

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and (user.assurance >= Assurance.PHONE or not user.email):
            return None, True
        return super().handle()


class MFAAdapter(DefaultMFAAdapter):
    """Keeps authenticator secrets unreadable in a stolen database."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": str(gettext("Multaqa"))}

    def get_totp_issuer(self) -> str:
        return str(gettext("Multaqa"))


def _cipher() -> Fernet:
    key = hashlib.sha256(b"multaqa authenticator secrets" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def confirm_reachable(account: Account) -> None:
    """An address or number of the account was confirmed: it stands at least on that rung."""
    if account.assurance < Assurance.PHONE:
        account.assurance = Assurance.PHONE
        account.save(update_fields=["assurance"])
