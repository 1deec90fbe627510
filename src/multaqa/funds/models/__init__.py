from multaqa.funds.models.awards import Award, Payment, Tranche
from multaqa.funds.models.calls import Application, Call, Criterion, Recusal, Review
from multaqa.funds.models.lots import LotSeed
from multaqa.funds.models.plans import Envelope, Priority
from multaqa.funds.models.votes import Allocation, Ballot

__all__ = [
    "Allocation",
    "Application",
    "Award",
    "Ballot",
    "Call",
    "Criterion",
    "Envelope",
    "LotSeed",
    "Payment",
    "Priority",
    "Recusal",
    "Review",
    "Tranche",
]
