from typing import Any

import rules


@rules.predicate
def runs_the_platform(actor: Any) -> bool:
    """The platform itself, or its administrator; offices are a room above, hence the plain word."""
    return bool(actor.machine) or bool(actor.holds("administrator"))


rules.add_perm("territories.load_pack", runs_the_platform)
rules.add_perm("territories.load_country", runs_the_platform)
