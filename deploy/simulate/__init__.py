"""``paidan simulate``: the reference county over days, on matcher's real use cases and a real database."""
