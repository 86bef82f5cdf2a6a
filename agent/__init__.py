"""The services that run on the gateway box, and their faces."""
