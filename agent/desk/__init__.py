"""Customer service: residents' questions answered from the estate's knowledge."""
