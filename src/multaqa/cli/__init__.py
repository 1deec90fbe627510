"""Cli: the `multaqa` command, one file a verb family."""
