"""Who is calling: signed tokens, tracking tokens, opaque sessions, and the keys they stand on."""
