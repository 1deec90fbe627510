"""Production: the embedded default behind HTTPS, on PostgreSQL, with secrets from the environment."""

from multaqa.config.settings import *  # noqa: F403  a settings module is the sum of its parts
from multaqa.config.settings import HOME, STORAGES, env

SECRET_KEY = env.str("MULTAQA_SECRET_KEY")
ALLOWED_HOSTS = env.list("MULTAQA_ALLOWED_HOSTS")
DATABASES = {"default": {**env.db("MULTAQA_DATABASE_URL"), "CONN_MAX_AGE": 60}}
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = False
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
