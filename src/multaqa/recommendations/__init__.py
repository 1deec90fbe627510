"""Recommendations: who was asked to do what by when, and what did they answer?

Nouns: Recommendation, Answer. Verbs: adopt_recommendation, answer_recommendation, mark_done. Stands on
`directory` (who asks whom), `territories` (where) and `ledger` (what was said, and when). Knows nothing of
the consultations and evaluations that make recommendations: they stand above it and pass themselves as
causes.
"""
