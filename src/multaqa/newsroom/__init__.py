"""Newsroom: what is published, by whom, from where, and what was corrected since.

Nouns: Newsroom (one a language), Article, Correction, Withdrawal.
Verbs: publish_article, correct_article, withdraw_article.
Stands on every room below through the ledger: an article names what it reports by ledger reference.
"""
