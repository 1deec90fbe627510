"""The forms of allauth, where people here type differently: one box to sign in, any digits in a code."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from multaqa.directory.phones import normal_phone
from multaqa.kit.digits import western


class AnyDigits(forms.Form):
    """A code may be typed in Arabic-Indic digits."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs.update(
            {"inputmode": "numeric", "dir": "ltr", "autocomplete": "one-time-code"}
        )

    def clean_code(self) -> str:
        self.cleaned_data["code"] = western(self.cleaned_data["code"]).strip()
        return super().clean_code()


class LoginForm(account.LoginForm):
    """An e-mail address or a telephone number; with a password, or else by a code that is sent."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        box = self.fields["login"]
        box.label = _("E-mail or telephone")
        box.widget.attrs.update({"autocomplete": "username", "dir": "ltr"})

    def _setup_password_field(self) -> None:
        self.fields["password"].required = False
        self.fields["password"].label = _("Password, if you have one")
        self.fields["password"].help_text = _("Leave it empty and we send you a code.")

    def clean_login(self) -> str:
        typed = super().clean_login()
        try:
            return normal_phone(typed)
        except ValueError:
            return typed.lower()


class SignupForm(account.SignupForm):
    """One address to confirm: a telephone number or an e-mail; the other can be added later."""

    field_order = ["phone", "email"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].required = self.fields["email"].widget.is_required = False

    def clean(self) -> Any:
        cleaned = super().clean()
        phone, email = self.cleaned_data.get("phone"), self.cleaned_data.get("email")
        if not self.errors and bool(phone) == bool(email):
            self.add_error(None, _("Write a telephone number or an e-mail, one of the two."))
        return cleaned


class RequestLoginCodeForm(account.RequestLoginCodeForm):
    def clean(self) -> Any:
        cleaned = super().clean()
        if not self.errors and not (self.cleaned_data.get("phone") or self.cleaned_data.get("email")):
            self.add_error(None, _("Write a telephone number or an e-mail, one of the two."))
        return cleaned


class ConfirmLoginCodeForm(AnyDigits, account.ConfirmLoginCodeForm):
    pass


class ConfirmEmailForm(AnyDigits, account.ConfirmEmailVerificationCodeForm):
    pass


class VerifyPhoneForm(AnyDigits, account.VerifyPhoneForm):
    pass


class AuthenticateForm(AnyDigits, mfa.AuthenticateForm):
    pass


class ReauthenticateForm(AnyDigits, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(AnyDigits, totp.ActivateTOTPForm):
    pass


class NamedKey(forms.Form):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = _("Name of the key")


class AddKeyForm(NamedKey, webauthn.AddWebAuthnForm):
    """A key is a passkey unless its owner wants it for the second step only."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["passwordless"].initial = True


class RenameKeyForm(NamedKey, webauthn.EditWebAuthnForm):
    pass
