"""The newspaper as trees of pages, one a language; corrections and withdrawals stand beside them."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

import rfc8785
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.utils.translation import pgettext_lazy as _p
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from multaqa.kit import clock
from multaqa.kit.translated import Translated, TranslatedField
from multaqa.ledger.models import Entry, reference
from multaqa.newsroom.blocks import REFERENCE, BodyBlock
from multaqa.newsroom.fields import CodesField

WORDS_PER_MINUTE = 180
_SUBJECTS_OFFERED = 80
_in_action: ContextVar[bool] = ContextVar("newsroom_action", default=False)


@contextmanager
def within_action() -> Iterator[None]:
    """The only place in which an article may become public."""
    token = _in_action.set(True)
    try:
        yield
    finally:
        _in_action.reset(token)


def is_reference(text: str) -> bool:
    return re.match(REFERENCE, text) is not None


def subjects_offered() -> list[tuple[str, str]]:
    """The objects of the ledger that moved last, for the editor to choose what an article reports."""
    entries = Entry.objects.filter(in_thread=True).exclude(subject__startswith="newsroom.").defer("payload")
    found: dict[str, str] = {}
    for entry in entries[: _SUBJECTS_OFFERED * 2]:
        found.setdefault(entry.subject, f"{entry.title} ({entry.subject})")
    return list(found.items())[:_SUBJECTS_OFFERED]


class Newsroom(Page):
    """The newspaper in one language."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["newsroom.Article"]
    max_count = 3
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = _("newsroom")
        verbose_name_plural = _("newsrooms")

    def get_url_parts(self, request: Any = None) -> tuple[int, str, str] | None:
        return _public_parts(self, request, "newsroom:browse", [])


class Article(Page):
    """What the newspaper publishes in one language: where and when it was written, what it reports."""

    class Section(models.TextChoices):
        REGION = "region", _("The region")
        OBSERVATORY = "observatory", _("Observatory")
        CONSULTATION = "consultation", _("Consultation")
        RECOMMENDATION = "recommendation", _("Recommendations")
        FUND = "fund", _("Regional fund")
        AGREEMENT = "agreement", _("Agreements")
        ARCHIVE = "archive", _("From the archive")

    class Comments(models.TextChoices):
        OPEN = "open", _p("comments", "open")
        MODERATED = "moderated", _("read before they appear")
        CLOSED = "closed", _p("comments", "closed")

    class Unknown(models.TextChoices):
        PLACE = "place", _("the place")
        DAY = "day", _("the day")
        BYLINE = "byline", _("who wrote it")
        ABOUT = "about", _("the decision it reports")

    section = models.CharField(_("section"), max_length=16, choices=Section, default=Section.REGION)
    is_lead = models.BooleanField(
        _("leads the front page"), default=False, help_text=_("The newest article marked so is the lead")
    )
    standfirst = models.TextField(_("standfirst"), max_length=600)
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)
    byline = models.CharField(_("byline"), max_length=160, blank=True)
    dateline_place = models.ForeignKey(
        "territories.Territory",
        verbose_name=_("place of the dateline"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    dateline_day = models.CharField(
        _("day of the dateline"),
        max_length=10,
        blank=True,
        help_text=_("2018, 2018-11 or 2018-11-07: only what is known"),
        validators=[
            RegexValidator(
                r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z",
                _("Write 2018, 2018-11 or 2018-11-07."),
            )
        ],
    )
    about = CodesField(
        verbose_name=_("objects it reports"),
        offered=subjects_offered,
        well_formed=is_reference,
        help_text=_("Its decision thread begins from these"),
    )
    unknown = CodesField(
        verbose_name=_("not known"),
        offered=lambda: Article.Unknown.choices,
        help_text=_("An article says what it does not know; it is not left empty by oversight"),
    )
    comments_policy = models.CharField(_("comments"), max_length=9, choices=Comments, default=Comments.CLOSED)
    comments_reason = models.CharField(_("reason"), max_length=200, blank=True)
    is_demo = models.BooleanField(_("invented for a demonstration"), default=False)

    parent_page_types = ["newsroom.Newsroom"]
    subpage_types: list[str] = []
    show_in_menus_default = False
    search_fields = [*Page.search_fields, index.SearchField("standfirst"), index.SearchField("body")]
    content_panels = [
        *Page.content_panels,
        FieldPanel("standfirst"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("byline"),
                FieldRowPanel([FieldPanel("dateline_place"), FieldPanel("dateline_day")]),
                FieldPanel("unknown"),
            ],
            heading=_("Byline and dateline"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("section"), FieldPanel("is_lead")]), FieldPanel("about")],
            heading=_("Place in the newspaper"),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("comments_policy"), FieldPanel("comments_reason")])],
            heading=_("Comments"),
        ),
    ]
    promote_panels = [FieldPanel("slug")]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    @property
    def language(self) -> str:
        return str(self.locale.language_code)[:2]

    @property
    def is_rtl(self) -> bool:
        return self.language == "ar"

    @property
    def translated_title(self) -> Translated:
        """The title as the ledger keeps it: marked with its language."""
        return Translated({self.language: self.title})

    @property
    def words(self) -> int:
        return len(strip_tags(f"{self.standfirst} {self.body}").split())

    @property
    def minutes(self) -> int:
        """How long reading takes, at least one."""
        return max(1, round(self.words / WORDS_PER_MINUTE))

    @property
    def day(self) -> date | None:
        """The day of the dateline, the first of its month or year when only that is known."""
        year, month, day = (*self.dateline_day.split("-"), 1, 1)[:3]
        try:
            return date(int(year), int(month), int(day)) if self.dateline_day else None
        except ValueError:
            return None

    @property
    def day_precision(self) -> str:
        return {4: "year", 7: "month", 10: "day"}.get(len(self.dateline_day), "")

    @property
    def unknown_labels(self) -> list[str]:
        return [str(self.Unknown(code).label) for code in self.unknown if code in self.Unknown.values]

    @property
    def canonical(self) -> dict[str, Any]:
        """What readers read, in one form that can be hashed: changing any of it changes the hash."""
        return {
            "title": self.title,
            "standfirst": self.standfirst,
            "body": [
                {"type": part.block_type, "value": _without_ids(part.block.get_prep_value(part.value))}
                for part in self.body
            ],
            "byline": self.byline,
            "dateline": {
                "place": self.dateline_place.code if self.dateline_place else None,
                "day": self.dateline_day,
            },
            "section": self.section,
            "about": sorted(self.about),
            "unknown": sorted(self.unknown),
            "language": self.language,
        }

    @property
    def content_hash(self) -> str:
        """SHA-256 of the canonical content (RFC 8785), in hexadecimal."""
        return hashlib.sha256(rfc8785.dumps(self.canonical)).hexdigest()

    def get_absolute_url(self) -> str:
        """The address in the reader's language; it leads to the translation, else to the article."""
        return reverse("newsroom:article", args=[self.slug])

    def get_url_parts(self, request: Any = None) -> tuple[int, str, str] | None:
        return _public_parts(self, request, "newsroom:article", [self.slug])

    def alternates(self) -> dict[str, str]:
        """The addresses of this article in each language it is published in."""
        others = Article.objects.live().filter(translation_key=self.translation_key).exclude(pk=self.pk)
        found = [self, *others.select_related("locale")]
        return {
            article.language: _address(article.language, "newsroom:article", [article.slug])
            for article in found
            if article.slug
        }

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """All that the public page and the editor's preview show."""
        references = {block.value["reference"] for block in self.body if block.block_type == "record"}
        wanted = references | {reference(self)} if self.pk else references
        entries = Entry.objects.filter(subject__in=wanted, in_thread=True).defer("payload").order_by("pk")
        latest = {entry.subject: entry for entry in entries}
        return {
            **super().get_context(request, *args, **kwargs),
            "article": self,
            "alternates": self.alternates(),
            "corrections": list(self.corrections.all()) if self.pk else [],
            "records": latest,
            "entry": latest.get(reference(self)) if self.pk else None,
        }

    def save(self, *args: Any, **options: Any) -> None:
        # Wagtail's pages are born public; these become so by publish_article alone
        if self._state.adding:
            self.live = False
        super().save(*args, **options)

    def publish(self, revision: Any, *args: Any, **options: Any) -> Any:
        hour = revision.as_object().go_live_at
        if not (_in_action.get() or (hour and hour > clock.now())):
            raise RuntimeError("an article is published by publish_article or correct_article")
        return super().publish(revision, *args, **options)

    def unpublish(self, *args: Any, **options: Any) -> Any:
        raise RuntimeError("an article is taken back by withdraw_article")


class Correction(models.Model):
    """What was wrong in a published article and what it says now. Never edited, never removed."""

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="corrections"
    )
    published_at = models.DateTimeField(_p("correction", "published"), default=clock.now)
    text = TranslatedField(_("correction"))
    old_hash = models.CharField(_("fingerprint before"), max_length=64)
    new_hash = models.CharField(_("fingerprint after"), max_length=64)

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return str(self.text)


class Withdrawal(models.Model):
    """Why a published article is no longer shown. Its address answers with the reason."""

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="withdrawals"
    )
    withdrawn_at = models.DateTimeField(_p("article", "withdrawn"), default=clock.now)
    reason = TranslatedField(_("reason"))

    class Meta:
        ordering = ["-withdrawn_at", "-pk"]
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self) -> str:
        return str(self.reason)


def _address(language: str, route: str, arguments: list[str]) -> str:
    with override(language):
        return reverse(route, args=arguments)


def _public_parts(page: Page, request: Any, route: str, arguments: list[str]) -> tuple[int, str, str] | None:
    roots = page._get_site_root_paths(request)
    if not roots or "" in arguments:
        return None
    return roots[0].site_id, roots[0].root_url, _address(page.locale.language_code, route, arguments)


def _without_ids(value: Any) -> Any:
    """A block's value without the marks the editor gives its parts."""
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != "id"}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value
