"""Observatory: what threatens residents, where, how sure we are, and who can help.

Nouns: Hazard, Branch, Indicator, Value, Reading, DataImport; Observation, CapacityReport; IndexRelease,
Score; AlertRule, Alert; Need, Offer, Match, Contact. Verbs: load_indicators, check_import, commit_import,
publish_dataset; record_observation, send_report, review_report; order_release, finish_release; set_rule,
raise_alert, resolve_alert; register_need, register_offer, propose_matches, confirm_match, accept_match.
Stands on `territories` (places, counts), `directory` (who may) and the engine (composite, alerts, matching,
disclosure). Micro-data lie in `warehouse/`, files of figures are read in `importing/`.
A figure that nobody measured is null, keeps its place, and never makes a place look safe.
"""
