"""Points, history and retention: one model for every protocol."""
