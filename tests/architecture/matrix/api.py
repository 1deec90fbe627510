from tests.architecture.matrix.observatory import a_place, a_released_number, an_indicator_code
from tests.architecture.routes import ANYONE, Route

LISTS = ("territories", "indicators", "releases", "observations", "alerts", "needs", "needs_by_commune")
LISTS += ("offers", "reports", "imports", "hazards", "branches")

ROUTES = {
    # the root of the interface is an address for nothing, and says so to every method
    "api:api-root": Route(got=404, post=ANYONE, posted=404),
    "api:openapi-json": Route(),
    **{f"api:{name}": Route() for name in LISTS},
    "api:territory": Route(own=a_place),
    "api:territory_values": Route(own=a_place),
    "api:indicator": Route(own=an_indicator_code),
    "api:indicator_values": Route(own=an_indicator_code),
    "api:release": Route(own=a_released_number),
    "api:release_scores": Route(own=a_released_number),
}
