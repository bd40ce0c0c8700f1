"""``paidan rebuild``: streams and read models made again from the databases, which are the truth."""
