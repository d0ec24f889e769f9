"""Named connections to stores."""
