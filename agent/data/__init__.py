"""Points, samples, history, retention, export, and how durable files are kept."""
