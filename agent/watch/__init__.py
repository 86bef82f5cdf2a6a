"""Limits, rules and detectors: samples in, findings out."""
