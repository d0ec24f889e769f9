"""Hidden state of the process as names: what changes it, and what depends on it."""
