"""The embedded store: an append-only log of events and the tables worked out from it."""
