"""The three languages, a newsroom for each, and the site they stand on; Wagtail's welcome page goes."""

import uuid

from django.db import migrations
from django.utils import timezone

NEWSROOMS = (("ar", "الجريدة", "news"), ("fr", "Le journal", "news-fr"), ("en", "The newspaper", "news-en"))
STEP = 4  # characters of one level of a treebeard path, counted in base 36
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def following(path: str) -> str:
    number, text = int(path[-STEP:], 36) + 1, ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return path[:-STEP] + text.rjust(STEP, "0")


def open_newsrooms(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    Newsroom = apps.get_model("newsroom", "Newsroom")
    ContentType = apps.get_model("contenttypes", "ContentType")
    root = Page.objects.get(depth=1)
    noun, _ = ContentType.objects.get_or_create(app_label="newsroom", model="newsroom")
    kept = Newsroom.objects.first()
    key = kept.translation_key if kept else uuid.uuid4()
    now = timezone.now()
    for language, title, slug in NEWSROOMS:
        locale, _ = Locale.objects.get_or_create(language_code=language)
        if Newsroom.objects.filter(locale=locale).exists():
            continue
        last = Page.objects.filter(depth=2).order_by("-path").first()
        Newsroom.objects.create(
            path=following(last.path) if last else f"{root.path}{'1'.rjust(STEP, '0')}",
            depth=2,
            numchild=0,
            title=title,
            draft_title=title,
            slug=slug,
            url_path=f"/{slug}/",
            locale=locale,
            translation_key=key,
            content_type=noun,
            live=True,
            first_published_at=now,
            last_published_at=now,
        )
    arabic = Page.objects.get(pk=Newsroom.objects.get(locale__language_code="ar").pk)
    site = Site.objects.filter(is_default_site=True).first() or Site(hostname="localhost", is_default_site=True)
    site.root_page = arabic
    site.site_name = "ملتقى"
    site.save()
    Page.objects.filter(depth=2, slug="home", numchild=0, content_type__model="page").delete()
    root.numchild = Page.objects.filter(depth=2).count()
    root.save(update_fields=["numchild"])


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0001_initial"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(open_newsrooms, migrations.RunPython.noop)]
