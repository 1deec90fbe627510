import rules

from multaqa.directory.actors import (
    is_administrator,
    is_coordinator,
    is_council_officer,
    is_facilitator,
    is_officer,
)

rules.add_perm("observatory.load_indicators", is_administrator)
rules.add_perm("observatory.load_series", is_administrator | is_council_officer)
rules.add_perm("observatory.record_observation", is_facilitator | is_officer | is_council_officer)
rules.add_perm("observatory.confirm_observation", is_council_officer | is_coordinator)
rules.add_perm("observatory.release_index", is_council_officer | is_administrator)
