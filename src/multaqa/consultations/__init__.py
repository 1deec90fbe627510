"""Consultations: what do people say, and how many said it?

Nouns: Consultation, Statement, Participation, Vote, Points, Tally. Verbs: open_consultation,
propose_statement, review_statement, cast_vote, enter_paper_votes, spread_points, withdraw_points,
enter_paper_points, close_consultation. Stands on `directory` (who may take part), `recommendations` (what
led here, what it leads to), `territories`, `ledger` and `engine.composite` (what the points add up to). A
vote or a spread of points knows a pseudonym, never an account.
"""
