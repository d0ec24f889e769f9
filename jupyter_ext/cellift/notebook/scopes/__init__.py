"""What one statement does to names, with Python's scopes."""
