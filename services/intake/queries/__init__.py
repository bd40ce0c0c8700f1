"""What intake shows. Reading only."""

from services.intake.queries.orders import OrderFound, Queries

__all__ = ["OrderFound", "Queries"]
