"""Local HTTP/JSON API on a Unix socket."""
