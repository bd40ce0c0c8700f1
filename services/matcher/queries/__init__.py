"""What matcher shows. Reading only."""

from services.matcher.queries.serving import Queries

__all__ = ["Queries"]
