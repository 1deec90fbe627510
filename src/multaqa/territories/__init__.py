"""Territories: where. Region packs, the territory tree, populations, boundaries, legal rules as dated data.

Nouns: Territory, Population, Boundary, LegalRule, RegionPack. Verbs: load_pack.
Stands on `ledger`. Knows no people and no indicators.
"""
