"""Consultations: what do people say, and how many said it?

Nouns: Consultation, Statement, Participation, Vote, Tally. Verbs: open_consultation, propose_statement,
review_statement, cast_vote, enter_paper_votes, close_consultation. Stands on `directory` (who may take
part), `recommendations` (what led here, what it leads to), `territories` and `ledger`. A vote knows a
pseudonym, never an account.
"""
