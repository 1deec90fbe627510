"""The decision thread as printed: how each bead looks, where each line leads, one sentence for all of it."""

from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from multaqa.kit.templatetags.kit import date_tag, isolated
from multaqa.ledger.queries import Bead, Thread
from multaqa.ledger.steps import Step

_CLASS = {"done": "done", "current": "now", "missing": "miss", "overdue": "late", "next": "next"}
_ICON = {"done": "ok", "missing": "gap", "overdue": "clock"}
_REACHED = {"done", "current"}
EMPTY = Thread(tuple(Bead(step, "next") for step in Step))
_HYPHEN = ("commandation", "comman\u00addation")  # the one French step wider than its column
_STRETCH = 16  # distance between two beads of the miniature


@dataclass(frozen=True, slots=True)
class Knot:
    """One bead ready to print: class and line, icon, the state for those who cannot see it, words."""

    css: str
    icon: str
    label: str
    state: str
    words: SafeString | str
    url: str
    current: bool


def knots(thread: Thread) -> list[Knot]:
    """The nine beads in order, each with the line that leads away from it."""
    following = [*thread.beads[1:], None]
    return [_knot(bead, after) for bead, after in zip(thread.beads, following, strict=True)]


def sentence(thread: Thread) -> SafeString:
    """Where the thread began, where it stands, what is late or due next."""
    parts = []
    if thread.began and thread.began.on:
        first = thread.began.step.label
        parts.append(format_html(_("Began with “{}”, {}."), first, date_tag(thread.began.on)))
    if thread.current and thread.current is not thread.began:
        parts.append(format_html(_("Now at “{}”."), thread.current.step.label))
    late, due = thread.overdue, _due(thread)
    if late:
        words = ngettext("“{}” is {} day late.", "“{}” is {} days late.", late.days_late)
        parts.append(format_html(words, late.step.label, isolated(str(late.days_late))))
    elif due and due.due_on:
        parts.append(format_html(_("Next is “{}”, before {}."), due.step.label, date_tag(due.due_on)))
    if not parts:
        return SafeString(_("Nothing has been published on this thread yet."))
    return format_html_join(" ", "{}", ((part,) for part in parts))


def days_late(days: int) -> SafeString:
    """«41 يوما» as the reader's language counts."""
    return format_html(ngettext("{} day late", "{} days late", days), isolated(str(days)))


def alternative(thread: Thread) -> str:
    """The thread as one line of text, for the miniature."""
    named = {
        "done": _("Done: %(steps)s"),
        "current": _("Now: %(steps)s"),
        "overdue": _("Late: %(steps)s"),
        "missing": _("Missing: %(steps)s"),
    }
    comma = pgettext("between items of a list", ", ")
    groups = []
    for state, words in named.items():
        steps = [str(bead.step.label) for bead in thread.beads if bead.state == state]
        if steps:
            groups.append(words % {"steps": comma.join(steps)})
    told = pgettext("between groups of a list", "; ").join(groups)
    return f"{_('Decision thread')}. {told or _('Nothing has been published on this thread yet.')}"


def miniature(thread: Thread) -> SafeString:
    """Nine dots on a line, 146 by 18, with its text alternative."""
    lines = format_html_join(
        "",
        '<path class="{}" d="M{} 9h6"/>',
        (
            ("m-on" if {bead.state, after.state} <= _REACHED else "m-l", 14 + _STRETCH * place)
            for place, (bead, after) in enumerate(pairwise(thread.beads))
        ),
    )
    dots = ((_dot(bead.state, 9 + _STRETCH * place),) for place, bead in enumerate(thread.beads))
    return format_html(
        '<svg class="flip" role="img" aria-label="{}" viewBox="0 0 146 18">{}{}</svg>',
        alternative(thread),
        lines,
        format_html_join("", "{}", dots),
    )


def _dot(state: str, x: int) -> SafeString:
    if state == "overdue":
        return format_html('<rect class="m-late" x="{}" y="3" width="12" height="12" rx="3"/>', x - 6)
    radius = "5.5" if state in _REACHED else "4.2"
    return format_html('<circle class="m-{}" cx="{}" cy="9" r="{}"/>', _CLASS[state], x, radius)


def _knot(bead: Bead, after: Bead | None) -> Knot:
    return Knot(
        css=f"{_CLASS[bead.state]} {_line(bead.state, after.state if after else '')}".strip(),
        icon=_ICON.get(bead.state, ""),
        label=capfirst(str(bead.step.label)).replace(*_HYPHEN),
        state=_state(bead.state),
        words=_words(bead),
        url=bead.url if bead.state in {"done", "current", "overdue"} else "",
        current=bead.state == "current",
    )


def _line(state: str, after: str) -> str:
    if "missing" in (state, after):
        return "to-miss" if after else ""
    if after == "overdue":
        return "to-late"
    return "on" if {state, after} <= _REACHED else ""


def _state(state: str) -> str:
    return {
        "done": pgettext("thread", "Done:"),
        "current": pgettext("thread", "Current step:"),
        "missing": pgettext("thread", "Missing:"),
        "overdue": pgettext("thread", "Overdue:"),
        "next": pgettext("thread", "Not yet:"),
    }[state]


def _words(bead: Bead) -> SafeString | str:
    if bead.state == "overdue":
        return days_late(bead.days_late)
    if bead.state == "missing":
        return pgettext("thread", "missing link")
    if bead.state in _REACHED:
        return date_tag(bead.on) if bead.on else pgettext("thread", "now")
    if bead.due_on:
        return format_html(pgettext("thread", "before {}"), date_tag(bead.due_on))
    return pgettext("thread", "not yet")


def _due(thread: Thread) -> Bead | None:
    return next((bead for bead in thread.beads if bead.state == "next" and bead.due_on), None)
