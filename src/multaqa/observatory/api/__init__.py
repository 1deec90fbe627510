"""The observatory for programs: what its pages show, as JSON. Nothing private, nothing that is held back."""

from ninja import Router

from multaqa.observatory.api import boards, figures, places, registers

router = Router(tags=["observatory"])
for part in (places.router, figures.router, boards.router, registers.router):
    router.add_router("", part)
