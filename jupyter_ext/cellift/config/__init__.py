"""Where Cellift keeps its state, and what ``cellift.toml`` says."""
