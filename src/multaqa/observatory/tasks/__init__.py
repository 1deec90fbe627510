"""What the clock does in the observatory, one module a noun."""
