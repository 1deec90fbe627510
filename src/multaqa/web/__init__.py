"""Web: the shell. Base templates, design system, charts, maps, the decision thread, the front page.

Stands on every room; writes nothing.
"""
