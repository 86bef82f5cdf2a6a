"""What to suggest to a resident: items, events, and how they are ranked; numpy alone."""
