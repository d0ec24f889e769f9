"""What an object holds, shown from a few ranges of its bytes: never read whole, never executed or unpickled."""
