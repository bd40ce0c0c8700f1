"""What intake shows. Reading only."""

from services.intake.queries.orders import OrderFound, Queries
from services.intake.queries.parties import Parties
from services.intake.queries.reaching import Reaching

__all__ = ["OrderFound", "Parties", "Queries", "Reaching"]
