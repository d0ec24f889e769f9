"""Named connections to stores: where they are found, where their secrets are kept, and how they are opened."""
