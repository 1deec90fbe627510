"""Observatory: what threatens residents, where, and how sure we are.

Nouns: Indicator, Value, Observation, IndexRelease, Score. Verbs: load_indicators, load_series,
record_observation, confirm_observation, release_index.
Stands on `territories` (places, counts), `directory` (who may) and `engine.composite` (the index).
A figure that nobody measured is null, keeps its place, and never makes a place look safe.
"""
