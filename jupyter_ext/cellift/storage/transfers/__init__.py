"""Work on objects that takes time: it reports how far it is, and can be cancelled."""
