"""Composition root of the core service."""
