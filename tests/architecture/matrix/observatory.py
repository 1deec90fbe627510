from tests.architecture.routes import ANYONE, SIGNED_IN, Own, Route
from tests.factories import Role, region
from tests.observatory import aid_factories as aid
from tests.observatory.alerts_factories import a_rule, administration, an_alert, other_council
from tests.observatory.factories import a_release, an_indicator, an_observation, three_communes
from tests.observatory.imports_factories import a_checked_import, a_committed_import
from tests.observatory.releases_factories import a_failed_release

REPORTERS = {Role.OFFICER_A, Role.OFFICER_B, Role.FACILITATOR, Role.COUNCIL_OFFICER}
CONFIRMERS = {Role.COUNCIL_OFFICER, Role.COORDINATOR}
RELEASERS = {Role.COUNCIL_OFFICER, Role.ADMINISTRATOR}


def a_region() -> list[str]:
    """A home to show, and no argument."""
    three_communes()
    return []


def a_place() -> list[str]:
    return [three_communes()[0].code]


def an_indicator_code() -> list[str]:
    three_communes()
    return [an_indicator().code]


def a_released_number() -> list[int]:
    three_communes()
    return [a_release().number]


def two_released_numbers() -> list[int]:
    three_communes()
    return [a_release().number, a_release().number]


def a_failed_number() -> list[int]:
    three_communes()
    return [a_failed_release().number]


def a_released_place() -> list[int | str]:
    place = three_communes()[0]
    return [a_release().number, place.code]


def an_observed_number() -> list[int]:
    return [an_observation().number]


RULE_SETTERS = {Role.COUNCIL_OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR}
TOLD = Own(Role.COUNCIL_OFFICER, Role.COORDINATOR)


def an_alert_number() -> list[int]:
    return [an_alert().number]


def a_foreign_alert_number() -> list[int]:
    rule = a_rule(method="c1", told=other_council(), told_next=administration())
    return [an_alert(rule).number]


def a_rule_number() -> list[int]:
    return [a_rule().number]


OFFICERS = {Role.OFFICER_A, Role.OFFICER_B}
MATCHERS = {Role.FACILITATOR, Role.COORDINATOR}
IN_NEED, GIVING = Own(Role.RESIDENT), Own(Role.OFFICER_B)


def an_empty_region() -> list[int]:
    region()
    return []


def a_sent_report() -> list[int]:
    return [aid.a_report().number]


def a_returned_report() -> list[int]:
    return [aid.a_returned_report().number]


def a_need_number() -> list[int]:
    return [aid.a_need().number]


def an_offer_number() -> list[int]:
    return [aid.an_offer().number]


def a_proposed_number() -> list[int]:
    return [aid.a_proposal().number]


def a_match_to_answer() -> list[int | str]:
    return [aid.a_confirmed_match().number, "need"]


def a_match_to_report_on() -> list[int | str]:
    return [aid.an_open_match().number, "need"]


def a_committed_number() -> list[int]:
    return [a_committed_import().number]


def a_checked_number() -> list[int]:
    return [a_checked_import().number]


ROUTES = {
    "observatory:home": Route(),
    "observatory:protection": Route(),
    "observatory:register": Route(),
    "observatory:national": Route(own=a_region),
    "observatory:values": Route(),
    "observatory:observe": Route(get=REPORTERS, post=REPORTERS),
    "observatory:observations": Route(),
    "observatory:observations_csv": Route(),
    "observatory:observation": Route(own=an_observed_number),
    "observatory:confirm": Route(own=an_observed_number, get=None, post=CONFIRMERS, posted=302),
    "observatory:indicator": Route(own=an_indicator_code),
    "observatory:indicator_values": Route(own=an_indicator_code),
    "observatory:releases": Route(),
    "observatory:compare_chosen": Route(got=302),
    "observatory:compare": Route(own=two_released_numbers),
    "observatory:compare_csv": Route(own=two_released_numbers),
    "observatory:release_new": Route(get=RELEASERS, post=RELEASERS),
    "observatory:release": Route(own=a_released_number),
    "observatory:release_again": Route(own=a_failed_number, get=None, post=RELEASERS, posted=302),
    "observatory:release_method": Route(own=a_released_number),
    "observatory:release_place": Route(own=a_released_place),
    "observatory:release_scores": Route(own=a_released_number),
    "observatory:release_snapshot": Route(own=a_released_number),
    "observatory:imports": Route(),
    "observatory:imports_csv": Route(),
    "observatory:import_new": Route(get=RELEASERS, post=RELEASERS),
    "observatory:import_schema": Route(own=lambda: ["values"]),
    "observatory:import_example": Route(own=lambda: ["values", "csv"]),
    "observatory:import": Route(own=a_committed_number),
    "observatory:import_commit": Route(own=a_checked_number, get=None, post=RELEASERS, posted=302),
    "observatory:import_discard": Route(own=a_checked_number, get=None, post=RELEASERS, posted=302),
    "observatory:import_revert": Route(own=a_committed_number, get=None, post=RELEASERS),
    "observatory:import_refusals": Route(own=a_checked_number, get=RELEASERS),
    "observatory:import_changes": Route(own=a_committed_number),
    "observatory:territory": Route(own=a_place),
    "observatory:territory_values": Route(own=a_place),
    "observatory:brief": Route(own=a_place),
    "observatory:embed_map": Route(),
    "observatory:embed_index": Route(own=a_place),
    "observatory:embed_indicator": Route(own=an_indicator_code),
    "observatory:alerts": Route(),
    "observatory:alerts_csv": Route(),
    "observatory:alert": Route(own=an_alert_number),
    "observatory:alert_acknowledge": Route(
        own=an_alert_number, foreign=a_foreign_alert_number, get=None, post=TOLD, posted=302
    ),
    "observatory:alert_escalate": Route(
        own=an_alert_number,
        foreign=a_foreign_alert_number,
        get=None,
        post=Own(Role.COUNCIL_OFFICER),
        posted=302,
    ),
    "observatory:alert_resolve": Route(
        own=an_alert_number, foreign=a_foreign_alert_number, get=None, post=TOLD
    ),
    "observatory:alert_rules": Route(),
    "observatory:alert_rules_csv": Route(),
    "observatory:alert_rule": Route(own=a_rule_number),
    "observatory:alert_rule_readings": Route(own=a_rule_number),
    "observatory:alert_rule_new": Route(get=RULE_SETTERS, post=RULE_SETTERS),
    "observatory:alert_rule_retire": Route(own=a_rule_number, get=None, post=RULE_SETTERS, posted=302),
    "observatory:reports": Route(),
    "observatory:reports_csv": Route(),
    "observatory:report_new": Route(get=OFFICERS, post=OFFICERS),
    "observatory:report_paper": Route(get=Role.FACILITATOR, post=Role.FACILITATOR),
    "observatory:report": Route(own=a_sent_report),
    "observatory:report_review": Route(own=a_sent_report, get=None, post=CONFIRMERS),
    "observatory:report_correct": Route(
        own=a_returned_report, get=Own(Role.OFFICER_A), post=Own(Role.OFFICER_A)
    ),
    "observatory:slip": Route(get=SIGNED_IN),
    "observatory:aid": Route(),
    "observatory:needs_csv": Route(),
    "observatory:offers_csv": Route(),
    "observatory:need_new": Route(get=SIGNED_IN, post=SIGNED_IN),
    "observatory:offer_new": Route(get=SIGNED_IN, post=SIGNED_IN),
    "observatory:need_paper": Route(get=Role.FACILITATOR, post=Role.FACILITATOR),
    "observatory:offer_paper": Route(get=Role.FACILITATOR, post=Role.FACILITATOR),
    "observatory:need": Route(own=a_need_number),
    "observatory:offer": Route(own=an_offer_number),
    "observatory:need_withdraw": Route(own=a_need_number, get=None, post=IN_NEED, posted=302),
    "observatory:offer_withdraw": Route(own=an_offer_number, get=None, post=GIVING, posted=302),
    "observatory:aid_mine": Route(get=SIGNED_IN),
    "observatory:receipt": Route(post=ANYONE),
    "observatory:matches": Route(get=MATCHERS),
    "observatory:propose": Route(own=an_empty_region, get=None, post=MATCHERS, posted=302),
    "observatory:match": Route(own=a_proposed_number, get=MATCHERS),
    "observatory:match_confirm": Route(own=a_proposed_number, get=None, post=MATCHERS, posted=302),
    "observatory:match_dismiss": Route(own=a_proposed_number, get=None, post=MATCHERS, posted=302),
    "observatory:match_accept": Route(own=a_match_to_answer, get=None, post=IN_NEED, posted=302),
    "observatory:match_decline": Route(own=a_match_to_answer, get=None, post=IN_NEED, posted=302),
    "observatory:match_finish": Route(own=a_match_to_report_on, get=None, post=IN_NEED),
}
