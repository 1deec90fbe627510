from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from multaqa.observatory.models import Indicator
from multaqa.observatory.queries import Asked
from multaqa.observatory.queries.national import SORTS
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import within


class CommuneTableForm(forms.Form):
    """What the table of communes may be narrowed to; anything it does not understand narrows nothing."""

    text = forms.CharField(label=_("Name of a commune"), required=False, max_length=60)
    region = forms.ModelChoiceField(
        Territory.objects.none(),
        label=_("Region"),
        required=False,
        to_field_name="code",
        empty_label=_("All regions"),
    )
    milieu = forms.ChoiceField(label=_("Town or country"), required=False)
    indicator = forms.ModelChoiceField(
        Indicator.objects.filter(latest_year__isnull=False),
        label=_("Indicator shown"),
        required=False,
        to_field_name="code",
        empty_label=_("None"),
    )

    def __init__(self, *args: Any, pack: RegionPack, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)
        whole = pack.country or pack.root
        self.fields["region"].queryset = within(whole, str(Territory.Level.REGION))
        self.fields["milieu"].choices = [("", _("Both")), *Territory.Milieu.choices]
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"

    def asked(self) -> Asked:
        self.is_valid()
        found = self.cleaned_data
        sort = str(self.data.get("sort", ""))
        region = found.get("region")
        return Asked(
            indicator=found.get("indicator"),
            region=region.code if region else "",
            milieu=found.get("milieu", ""),
            text=found.get("text", "").strip(),
            sort=sort.lstrip("-") if sort.lstrip("-") in SORTS else "score",
            descending=sort.startswith("-") if sort else True,
            language=(get_language() or "ar")[:2],
        )

    def sorts(self, sent: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """For each column: the address that orders by it, and how it is ordered now (for `aria-sort`)."""
        asked = self.asked()
        kept = {name: value for name, value in sent.items() if name not in ("sort", "page") and value}
        found = {}
        for name in SORTS:
            now = asked.sort == name
            # a name is first read from its beginning, a figure from its largest
            descending = not asked.descending if now else name != "name"
            order = "descending" if asked.descending else "ascending"
            found[name] = {
                "url": "?" + urlencode({**kept, "sort": f"-{name}" if descending else name}),
                "order": order if now else "none",
            }
        return found
