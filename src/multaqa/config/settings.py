"""The embedded default: SQLite, mail and messages on the console, one folder for everything that is written.

Every value can be set by an environment variable that begins with MULTAQA_; `docs/reference/settings.md`
lists them.
"""

import os
import secrets
from pathlib import Path

import environ

env = environ.Env()

PACKAGE = Path(__file__).resolve().parents[1]
HOME = Path(env.str("MULTAQA_HOME", default=str(Path.cwd() / "var"))).resolve()
HOME.mkdir(parents=True, exist_ok=True)


def _kept_secret() -> str:
    """A secret made once for this installation and kept outside the database, readable by its owner only."""
    path = HOME / "secret_key"
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = env.str("MULTAQA_SECRET_KEY", default="") or _kept_secret()
DEBUG = env.bool("MULTAQA_DEBUG", default=False)
ALLOWED_HOSTS = env.list("MULTAQA_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.str("MULTAQA_BASE_URL", default="http://localhost:8000")

INSTALLED_APPS = [
    "multaqa.web",
    "multaqa.newsroom",
    "multaqa.funds",
    "multaqa.partnerships",
    "multaqa.consultations",
    "multaqa.observatory",
    "multaqa.recommendations",
    "multaqa.directory",
    "multaqa.territories",
    "multaqa.ledger",
    "multaqa.kit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rules.apps.AutodiscoverRulesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "multaqa.config.security.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "multaqa.config.security.ArabicFirstLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "multaqa.directory.actors.ActorMiddleware",
    "multaqa.kit.rates.PostRateMiddleware",
    "multaqa.kit.idempotency.IdempotencyMiddleware",
    "multaqa.kit.http.AnswersMiddleware",
]

ROOT_URLCONF = "multaqa.config.urls"
WSGI_APPLICATION = "multaqa.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "multaqa.web.shell.shell",
            ],
            "builtins": ["multaqa.kit.templatetags.kit", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("MULTAQA_DATABASE_URL", default=f"sqlite:///{HOME / 'multaqa.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # a lock is taken when a transaction begins, never upgraded; a commit is on the disk before it is answered
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("fr", "Français"), ("en", "English")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS: list[str] = []
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("MULTAQA_TIME_ZONE", default="Africa/Casablanca")
HIJRI_OFFSET_DAYS = env.int("MULTAQA_HIJRI_OFFSET_DAYS", default=0)
FORMAT_MODULE_PATH = ["multaqa.config.formats"]

AUTH_USER_MODEL = "directory.Account"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
    "multaqa.directory.backends.OfficeBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:me"
LOGOUT_REDIRECT_URL = "web:home"
ACCOUNT_ADAPTER = "multaqa.directory.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "multaqa.directory.accounts.LoginForm",
    "signup": "multaqa.directory.accounts.SignupForm",
    "request_login_code": "multaqa.directory.accounts.RequestLoginCodeForm",
    "confirm_login_code": "multaqa.directory.accounts.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "multaqa.directory.accounts.ConfirmEmailForm",
    "verify_phone": "multaqa.directory.accounts.VerifyPhoneForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone"]  # either will do: accounts.SignupForm
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # messages travel slowly where the network is weak
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
# figures only: an Arabic keyboard has no Latin letters
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
# whole villages share one address, so limits count mainly the account asked for
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/300s/key",
    "signup": "30/m/ip",
    "request_login_code": "30/m/ip,3/m/key,12/h/key",
    "verify_phone": "30/m/ip,2/m/key,12/h/key",
    "change_phone": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("MULTAQA_TRUSTED_PROXIES", default=0)
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False  # the page itself says who is signed in
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if BASE_URL.startswith("http:") else "https"
MFA_ADAPTER = "multaqa.directory.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "multaqa.directory.accounts.AuthenticateForm",
    "reauthenticate": "multaqa.directory.accounts.ReauthenticateForm",
    "activate_totp": "multaqa.directory.accounts.ActivateTOTPForm",
    "add_webauthn": "multaqa.directory.accounts.AddKeyForm",
    "edit_webauthn": "multaqa.directory.accounts.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http:")
EMAIL_BACKEND = env.str("MULTAQA_EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("MULTAQA_FROM_EMAIL", default="multaqa@localhost")
SMS_BACKEND = env.str("MULTAQA_SMS_BACKEND", default="multaqa.directory.sms.console")

STATIC_URL = "/static/"
# served from the package; production collects them under hashed names
STATIC_ROOT: Path | None = None
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_URL = "/media/"
MEDIA_ROOT = HOME / "media"
LEDGER_ROOT = Path(env.str("MULTAQA_LEDGER_ROOT", default=str(HOME / "ledger")))
LEDGER_ORIGIN = env.str("MULTAQA_LEDGER_ORIGIN", default=BASE_URL.split("://", 1)[1] + "/log")
WAREHOUSE_ROOT = Path(env.str("MULTAQA_WAREHOUSE_ROOT", default=str(HOME / "warehouse")))
WAREHOUSE_ENGINE = env.str("MULTAQA_WAREHOUSE_ENGINE", default="duckdb")  # or "spark", with that extra

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

WAGTAIL_SITE_NAME = "ملتقى"
WAGTAIL_I18N_ENABLED = True
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h2", "h3", "bold", "ol", "ul", "link", "blockquote"]},
    }
}
WAGTAILDOCS_SERVE_METHOD = "serve_view"

POSTS_PER_MINUTE = env.int("MULTAQA_POSTS_PER_MINUTE", default=60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# the office's editor writes styles into its pages, but no script, and shows drafts in a frame of its own
OFFICE_CONTENT_POLICY = CONTENT_POLICY.replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
).replace("frame-ancestors 'none'", "frame-ancestors 'self'")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("MULTAQA_LOG_LEVEL", default="WARNING")},
}
