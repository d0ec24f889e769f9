from __future__ import annotations

from unit.api.hand_made import home, new_run

__all__ = ["home", "new_run"]
