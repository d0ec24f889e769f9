"""The command ``cellift``: one module per command in ``commands``, loaded when that command is called."""
