from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from multaqa.kit import clock
from multaqa.kit.translated import Translated, TranslatedField


class Assurance(models.IntegerChoices):
    """How sure the platform is that an account is one real person. Each act sets its minimum."""

    ROOM = 0, _("code shown in a room")
    PHONE = 1, _("telephone or e-mail confirmed")
    LISTED = 2, _("code from an association's list")
    SEEN = 3, _("identity card seen at a desk")
    EXTERNAL = 4, _("national electronic identity")


class Account(AbstractBaseUser, PermissionsMixin):
    """A way to sign in: an e-mail address, a telephone number, or both."""

    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    assurance = models.PositiveSmallIntegerField(choices=Assurance, default=Assurance.ROOM)
    language = models.CharField(max_length=2, default="ar")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=clock.now)

    objects = BaseUserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="account_reachable"
            ),
            models.CheckConstraint(
                condition=~Q(email="") & ~Q(phone=""), name="account_has_no_empty_address"
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.phone or ""

    def save(self, *args: Any, **options: Any) -> None:
        # an emptied box means no address; two accounts may lack one
        self.email, self.phone = self.email or None, self.phone or None
        if not self.password:
            self.set_unusable_password()
        super().save(*args, **options)

    @property
    def title(self) -> Translated:
        """What the public record calls an account: never its address."""
        return Translated.of("حساب", "Compte", "Account")

    @property
    def is_staff(self) -> bool:
        return self.has_perm("wagtailadmin.access_admin")


class Person(models.Model):
    """Somebody with a public role, by the name they use in it."""

    title = TranslatedField(_("name"))
    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )

    def __str__(self) -> str:
        return str(self.title)


class Organisation(models.Model):
    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("association")
        COUNCIL = "council", _("elected council")
        MINISTRY = "ministry", _("ministry")
        SECTOR = "sector", _("government sector")
        LOCAL_AUTHORITY = "local_authority", _("local authority")
        BODY = "body", _("consultation body")
        CELL = "cell", _("joint cell")
        MEDIA = "media", _("media")

    code = models.SlugField(max_length=60, unique=True)
    title = TranslatedField(_("name"))
    kind = models.CharField(max_length=16, choices=Kind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    territory = models.ForeignKey(
        "territories.Territory", on_delete=models.PROTECT, related_name="organisations"
    )
    founded_on = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("directory:organisation", args=[self.code])


class Office(models.Model):
    """A function a person holds in an organisation between two dates."""

    class Function(models.TextChoices):
        OFFICER = "officer", _("officer of an association")
        FACILITATOR = "facilitator", _("facilitator")
        CELL_MEMBER = "cell_member", _("member of the joint cell")
        COORDINATOR = "coordinator", _("coordinator of the joint cell")
        COUNCIL_OFFICER = "council_officer", _("officer of a council")
        FOCAL_POINT = "focal_point", _("focal point of a public service")
        EDITOR = "editor", _("editor")
        AUDITOR = "auditor", _("auditor")
        ADMINISTRATOR = "administrator", _("administrator of the platform")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offices")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="offices")
    function = models.CharField(max_length=16, choices=Function)
    title = TranslatedField(_("title of the office"), blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="office_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["person", "organisation", "function"],
                condition=Q(ends_on__isnull=True),
                name="one_open_office_per_function",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.get_function_display()} · {self.organisation}"

    def get_absolute_url(self) -> str:
        return self.organisation.get_absolute_url()

    def is_held(self, today: date) -> bool:
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)


class Tie(models.Model):
    """A declared relation between a person and an organisation that may bias a decision."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("member or officer")
        FAMILY = "family", _("family")
        MONEY = "money", _("money or contract")
        OTHER = "other", _("other")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ties")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ties")
    kind = models.CharField(max_length=8, choices=Kind)
    declared_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "kind"],
                condition=Q(withdrawn_on__isnull=True),
                name="one_tie_of_a_kind_per_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.organisation}"

    @property
    def title(self) -> Translated:
        return self.organisation.title

    def get_absolute_url(self) -> str:
        return self.organisation.get_absolute_url()
