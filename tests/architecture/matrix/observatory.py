from tests.architecture.routes import Route
from tests.factories import Role
from tests.observatory.factories import a_release, an_indicator, an_observation, three_communes

REPORTERS = {Role.OFFICER_A, Role.OFFICER_B, Role.FACILITATOR, Role.COUNCIL_OFFICER}
CONFIRMERS = {Role.COUNCIL_OFFICER, Role.COORDINATOR}
RELEASERS = {Role.COUNCIL_OFFICER, Role.ADMINISTRATOR}


def a_place() -> list[str]:
    return [three_communes()[0].code]


def an_indicator_code() -> list[str]:
    three_communes()
    return [an_indicator().code]


def a_released_number() -> list[int]:
    three_communes()
    return [a_release().number]


def an_observed_number() -> list[int]:
    return [an_observation().number]


ROUTES = {
    "observatory:home": Route(),
    "observatory:values": Route(),
    "observatory:observe": Route(get=REPORTERS, post=REPORTERS),
    "observatory:observations": Route(),
    "observatory:observations_csv": Route(),
    "observatory:observation": Route(own=an_observed_number),
    "observatory:confirm": Route(own=an_observed_number, get=None, post=CONFIRMERS, posted=302),
    "observatory:indicator": Route(own=an_indicator_code),
    "observatory:indicator_values": Route(own=an_indicator_code),
    "observatory:release_new": Route(get=RELEASERS, post=RELEASERS),
    "observatory:release": Route(own=a_released_number),
    "observatory:release_scores": Route(own=a_released_number),
    "observatory:territory": Route(own=a_place),
    "observatory:territory_values": Route(own=a_place),
}
