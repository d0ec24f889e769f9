"""Which statement's names come from which other, through functions, shared objects and versions."""
