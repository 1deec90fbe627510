"""Territories: where. Region packs, the territory tree, populations, boundaries, legal rules as dated data.

Nouns: Territory, Population, Boundary, LegalRule, RegionPack. Verbs: load_pack.
Stands on `ledger`. Knows no people and no indicators.

A pack is a folder with `pack.toml`: `reading` checks it, `census` fills it where a census has the places,
`actions.load_pack` stores it.
"""
