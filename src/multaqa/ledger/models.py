import json
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from multaqa.kit.translated import TranslatedField
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import label


def reference(item: models.Model) -> str:
    """How the ledger names an object: room, noun and number."""
    return f"{item._meta.app_label}.{item._meta.model_name}:{item.pk}"


class Entry(models.Model):
    """One public fact. `payload` is what is hashed; the other columns repeat it so that it can be found."""

    index = models.BigIntegerField(null=True, unique=True, help_text=_("Place in the log, once integrated"))
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=80, db_index=True)
    step = models.CharField(max_length=16, choices=Step, blank=True)
    title = TranslatedField()
    path = models.CharField(max_length=300, blank=True, help_text=_("Address without its language"))
    capacity = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(db_index=True)
    payload = models.TextField(help_text=_("Canonical JSON (RFC 8785)"))
    due_step = models.CharField(max_length=16, choices=Step, blank=True)
    due_on = models.DateField(null=True)
    met_by = models.CharField(max_length=80, blank=True, help_text=_("Verb that fulfils the obligation"))
    met_at = models.DateTimeField(null=True)
    in_thread = models.BooleanField(default=False, help_text=_("Completes a step or obliges to one"))

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # a consultation may have millions of entries of which two make its thread
            models.Index(fields=["subject"], condition=models.Q(in_thread=True), name="entry_in_thread"),
            models.Index(fields=["id"], condition=models.Q(index__isnull=True), name="entry_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.verb_label}: {self.title}"

    @property
    def facts(self) -> dict[str, Any]:
        return dict(json.loads(self.payload)["facts"])

    @property
    def verb_label(self) -> str:
        return label(self.verb)

    @property
    def url(self) -> str:
        """Where the thing itself is shown, in the reader's language."""
        return f"/{(get_language() or 'ar')[:2]}{self.path}" if self.path else ""


class Link(models.Model):
    """`subject` exists because of `cause`; together the links make the decision thread."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="links")
    subject = models.CharField(max_length=80, db_index=True)
    cause = models.CharField(max_length=80, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "cause"], name="one_link_per_pair")]


class PrivateData(models.Model):
    """What an entry only commits to: SHA-256(salt ‖ canonical JSON). Erasing the row spares the proof."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="private", primary_key=True)
    salt = models.BinaryField(max_length=32)
    data = models.JSONField()


class Checkpoint(models.Model):
    """A signed statement of the log's size and root."""

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=44, help_text=_("Base64 of the root hash"))
    note = models.TextField(help_text=_("The signed note, to the byte"))
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["-size"]
