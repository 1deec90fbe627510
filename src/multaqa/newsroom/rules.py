"""Editors publish; the platform publishes what an editor scheduled."""

import rules

from multaqa.directory.actors import is_editor, is_machine

rules.add_perm("newsroom.publish_article", is_editor | is_machine)
rules.add_perm("newsroom.correct_article", is_editor)
rules.add_perm("newsroom.withdraw_article", is_editor)
