"""Pabulib: what does a `.pb` file say, with its traps disarmed, and how is an election written as one?

Format: pabulib.org (META, PROJECTS, VOTES; `;`-separated with CSV quoting). Guarantee: what is malformed is
refused in one sentence with its line number; what is merely odd is kept and reported in `notes`; writing what
was read loses nothing. Text in, text out: no file is opened here.

>>> text = "META\\nkey;value\\nbudget;10,5\\nvote_type;approval\\nPROJECTS\\nproject_id;cost\\na;4\\n"
>>> file = read(text + "VOTES\\nvoter_id;vote\\n1;a\\n2;\\n")
>>> file.budget, file.unit, election(file).voters
(105, 10, 2)
"""

from multaqa.engine.pabulib._election import election
from multaqa.engine.pabulib._format import (
    WITHDRAWN,
    Note,
    Pabulib,
    PabulibError,
    age_band,
    column,
    partial_date,
    traits,
    winners,
    withdrawn,
)
from multaqa.engine.pabulib._read import read
from multaqa.engine.pabulib._write import compose, write

__all__ = [
    "WITHDRAWN",
    "Note",
    "Pabulib",
    "PabulibError",
    "age_band",
    "column",
    "compose",
    "election",
    "partial_date",
    "read",
    "traits",
    "winners",
    "withdrawn",
    "write",
]
