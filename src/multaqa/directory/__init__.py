"""Directory: who. People, organisations, offices held, declared ties, and how sure we are of an account.

Nouns: Account, Person, Organisation, Office, Tie. Verbs: register_organisation, amend_organisation,
register_person, appoint, end_office, declare_tie, withdraw_tie, raise_assurance.
Stands on `territories` and `ledger`. An `Actor` is an account together with the offices it holds today.
Signing in is allauth's work; `adapter`, `accounts` and `sms` say how it reaches people here.
"""
