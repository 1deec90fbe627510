"""What is due without anybody asking: reports that lapse, windows that pass, proposals, contacts to erase."""

from datetime import date

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.observatory.actions import (
    close_need,
    close_offer,
    count_unmet_needs,
    end_match,
    erase_contacts,
    lapse_report,
    propose_matches,
)
from multaqa.observatory.queries import aid
from multaqa.observatory.queries.matches import matches_to_end, round_is_due
from multaqa.observatory.queries.reports import reports_to_lapse
from multaqa.territories.queries import home_pack


def lapse_reports(today: date) -> int:
    """Stop counting the reports whose year is over."""
    over = list(reports_to_lapse(today))
    for report in over:
        lapse_report(actor=MACHINE, report=report)
    return len(over)


def close_windows(today: date) -> int:
    """End the matches nobody reported on, then the needs and offers whose window is over."""
    silent = list(matches_to_end(today))
    for match in silent:
        end_match(actor=MACHINE, match=match)
    needs, offers = list(aid.needs_to_close(today)), list(aid.offers_to_close(today))
    for need in needs:
        close_need(actor=MACHINE, need=need)
    for offer in offers:
        close_offer(actor=MACHINE, offer=offer)
    return len(silent) + len(needs) + len(offers)


def propose_due() -> int:
    """A round of proposals, and the count of unmet needs, when something changed since the last."""
    pack = home_pack()
    if pack is None:
        return 0
    if aid.unmet_count_is_due(pack, clock.now()):
        count_unmet_needs(actor=MACHINE)
    return propose_matches(actor=MACHINE).proposed if round_is_due(pack) else 0


def erase_due() -> int:
    """Erase the contacts of what ended more than thirty days ago."""
    if home_pack() is None or not aid.contacts_to_erase(clock.now()).exists():
        return 0
    return erase_contacts(actor=MACHINE)
