"""Make the package's template database anew: `make template`."""

import tempfile
from pathlib import Path

from multaqa.config import template

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "template.sqlite3"
        template.build(made)
        template.pack(made)
    print(f"{template.TEMPLATE.name}: {template.TEMPLATE.stat().st_size // 1024} KB")
