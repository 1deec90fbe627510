"""Ledger: what was publicly done, in order, and the proof that nobody changed it.

Nouns: Entry, Link, PrivateData, Checkpoint. Verbs: record, integrate.
Stands on `engine.merkle` (hashes, tiles, checkpoints, receipts). Knows nothing of what the rooms above do.
"""
