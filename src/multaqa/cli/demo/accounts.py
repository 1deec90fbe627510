"""The accounts of the demonstration: one password, one address a role."""

PASSWORD = "multaqa-demo"  # noqa: S105  printed by the command; the demonstration listens on this machine only
RESIDENTS = 48
SHOWN = [
    "resident1",
    "association",
    "facilitator",
    "cell",
    "coordinator",
    "council",
    "ministry",
    "editor",
    "auditor",
    "administrator",
]


def address(name: str) -> str:
    return f"{name}@demo.example"
