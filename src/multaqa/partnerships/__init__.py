"""Partnerships: what is promised. Who signed which text, who owes what by when, what changed after a year.

Nouns: Agreement, Party, Signature, Commitment, Report, Evaluation, Reply, Finding.
Verbs: draft_agreement, add_commitment, put_to_signature, sign_agreement, update_commitment, submit_report,
accept_report, return_report, evaluate_agreement, reply_to_evaluation, link_finding, end_agreement,
cancel_agreement.
Stands on `recommendations` (a finding may become one), `directory`, `territories` and `ledger`. Knows nothing
of funds: an award is only a cause that the caller names.
"""
