"""Multaqa: a region's public decisions, from what threatens residents to what changed."""

__version__ = "0.1.0"
