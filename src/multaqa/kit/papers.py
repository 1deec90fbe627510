"""Papers to print: a fixed template beside the content as data.

    papers.render(Path("letter.typ"), {"title": …}, "https://…")

What people wrote reaches the template as content.json, never as markup, so nothing typed into a form can
become an instruction. The same content gives the same bytes.
"""

import io
import json
from pathlib import Path
from typing import Any

import segno
import typst

_FONTS = Path(__file__).parent / "fonts"


def render(template: Path, content: dict[str, Any], address: str) -> bytes:
    """A PDF: the template may read `content.json` (with `address` in it) and `code.svg`, its QR code.

    template: a Typst file; its fonts are Amiri and nothing else. Depends on nothing but its arguments.
    """
    files: Any = {
        "main.typ": template.read_bytes(),
        "content.json": json.dumps(
            {**content, "address": address}, ensure_ascii=False, sort_keys=True
        ).encode(),
        "code.svg": _code(address),
    }
    return bytes(
        typst.compile(files, font_paths=[str(_FONTS)], ignore_system_fonts=True, format="pdf", timestamp=0)
    )


def _code(address: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=4, border=0, xmldecl=True, svgns=True)
    return drawn.getvalue()
