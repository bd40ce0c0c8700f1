"""The one way to a database: engine, unit of work (the only commit), group commit, sealed columns."""
