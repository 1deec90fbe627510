"""What the body of an article is made of."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p
from wagtail import blocks

REFERENCE = r"^[a-z]+\.[a-z]+:\d{1,18}$"


class QuotationBlock(blocks.StructBlock):
    """What somebody said: never printed without its speaker."""

    text = blocks.TextBlock(label=_p("block", "words"))
    speaker = blocks.CharBlock(
        label=_("speaker"), help_text=_("Name and office, as the speaker was presented")
    )
    occasion = blocks.CharBlock(label=_("where it was said"), required=False)

    class Meta:
        icon = "openquote"
        label = _("quotation")


class FigureBlock(blocks.StructBlock):
    """One number: never printed without its source."""

    value = blocks.CharBlock(
        label=_p("block", "number"), max_length=24, help_text=_("With its unit, as readers will see it")
    )
    label = blocks.CharBlock(label=_("what it counts"))
    source = blocks.CharBlock(label=_p("block", "source"), help_text=_("Who counted, and in which year"))

    class Meta:
        icon = "order"
        label = _p("block", "figure")


class RecordBlock(blocks.StructBlock):
    """A link to something in the public ledger."""

    reference = blocks.RegexBlock(
        regex=REFERENCE,
        label=_p("block", "reference"),
        help_text=_("As printed on its page of the ledger, for example funds.call:3"),
        error_messages={"invalid": _("Write a reference such as funds.call:3.")},
    )
    text = blocks.CharBlock(label=_("words of the link"), required=False)

    class Meta:
        icon = "link"
        label = _("link to the ledger")


class BodyBlock(blocks.StreamBlock):
    paragraph = blocks.RichTextBlock(
        label=_("paragraph"), icon="pilcrow", features=["bold", "ol", "ul", "link", "blockquote"]
    )
    heading = blocks.CharBlock(label=_p("block", "heading"), icon="title")
    quotation = QuotationBlock()
    figure = FigureBlock()
    record = RecordBlock()
