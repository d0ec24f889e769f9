"""The extension as Jupyter Server knows it: registers the routes and the event schema, and stops what it started."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp

from cellift.server.events import SCHEMA_FILE
from cellift.server.routes import handlers
from cellift.server.service import Service


class CelliftServer(ExtensionApp):
    """Cellift in Jupyter Server. It has no options: what can be set is in ``cellift.toml``."""

    name = "cellift"
    load_other_extensions = True
    service: Service | None = None

    def initialize_settings(self) -> None:
        """Register the schema of run events before the first client subscribes."""
        assert self.serverapp is not None
        self.serverapp.web_app.settings["event_logger"].register_event_schema(SCHEMA_FILE)

    def initialize_handlers(self) -> None:
        """Append the routes; each handler is given the one service object."""
        assert self.serverapp is not None
        self.service = Service(self.serverapp.web_app.settings)
        self.handlers.extend(handlers(self.service))

    async def stop_extension(self) -> None:
        """Stop following journals, and what was started, but runs: those go on, with supervisors of their own."""
        if self.service is not None:
            await self.service.close()
