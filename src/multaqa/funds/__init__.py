"""Funds: which initiatives the joint cell supports, why these, and whether the money followed.

Nouns: Envelope, Priority, Call, Application, Review, Recusal, Ballot, LotSeed, Allocation, Award, Tranche,
Payment.
Verbs: create_envelope, set_priority, open_call, submit_application, withdraw_application, screen_application,
review_application, recuse, close_call, open_vote, cast_ballot, enter_paper_ballot, commit_seed, reveal_seed,
allocate_call, award_application, attach_agreement, plan_tranches, release_tranche, pay_tranche. Stands on
`partnerships` (the agreement and the report a tranche waits for), `recommendations` (what a priority
answers), `observatory` (the need by which a formula shares), `directory`, `territories`, `ledger`,
`engine.allocation` (the count) and `engine.envelopes` (the formula). Knows nothing of what is published.
"""
