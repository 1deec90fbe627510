"""The embedded default, in a folder of its own, with cheap passwords and plain static names."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("MULTAQA_HOME", tempfile.mkdtemp(prefix="multaqa-tests-"))
os.environ.setdefault("MULTAQA_EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")

# the browser's driver keeps a loop running in the thread of the tests
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from multaqa.config.settings import *  # noqa: F403  a settings module is the sum of its parts

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECRET_KEY = "tests only"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
TEMPLATE_CACHE = Path(__file__).parents[1] / ".cache"
# a test sends in a second what a person sends in an hour
POSTS_PER_MINUTE = 1_000_000
