"""Kit: small Django tools that know no domain noun.

Every room stands on it; it stands only on the engine. A tool belongs here when two rooms need the same thing.
"""
