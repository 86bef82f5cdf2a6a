"""The louguan command."""
