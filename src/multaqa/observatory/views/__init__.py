"""Pages of the observatory, one module a noun."""
