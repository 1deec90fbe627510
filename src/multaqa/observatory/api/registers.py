from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from multaqa.kit.api import Mistake, Page, UnknownError, Window, paged, words
from multaqa.observatory import queries
from multaqa.observatory.api.shapes import BranchRow, HazardRow
from multaqa.observatory.models import Hazard, Scheme

router = Router()


@router.get(
    "/hazards",
    response={200: Page[HazardRow], 422: Mistake},
    url_name="hazards",
    summary=_("The register of hazards by type and cluster, and the indicators that measure each"),
)
def hazards(request: HttpRequest, window: Query[Window], type: str = "") -> Any:  # noqa: A002  its name
    found = Hazard.objects.prefetch_related("indicators").order_by("code")
    if type:
        found = found.filter(type=type)
        if not found.exists():
            raise UnknownError("type", type)
    return paged(found, window, lambda part: [_hazard(hazard) for hazard in part])


@router.get(
    "/branches",
    response=list[BranchRow],
    url_name="branches",
    summary=_("The nine branches of social protection, their schemes and the indicators that speak of them"),
)
def branches(request: HttpRequest) -> Any:
    return [
        {
            "code": branch.code,
            "title": words(branch.title),
            "gap": words(branch.gap),
            "schemes": [_scheme(scheme) for scheme in branch.schemes.all()],
            "indicators": [indicator.code for indicator in branch.indicators.all()],
        }
        for branch in queries.branches()
    ]


def _hazard(hazard: Hazard) -> dict[str, Any]:
    titles = {name: words(getattr(hazard, name)) for name in ("title", "type_title", "cluster_title")}
    measured_by = sorted(indicator.code for indicator in hazard.indicators.all())
    plain = {"code": hazard.code, "type": hazard.type, "cluster": hazard.cluster}
    return {**plain, **titles, "indicators": measured_by}


def _scheme(scheme: Scheme) -> dict[str, Any]:
    same = ("code", "of_framework_law", "law", "since", "planned", "verified")
    plain = {name: getattr(scheme, name) for name in same}
    return {**plain, "title": words(scheme.title), "note": words(scheme.note)}
