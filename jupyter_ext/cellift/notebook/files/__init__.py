"""Files as names: who writes what, who uses it, and which files travel."""
