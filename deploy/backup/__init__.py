"""``paidan backup`` and ``paidan restore``: consistent copies of the three databases, and the keys apart from them."""
