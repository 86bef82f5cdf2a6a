"""ISA-18.2 alarm state machine and journal."""
