"""``cellift data``: the words and flags of MinIO's ``mc`` over the stores of all connections."""
