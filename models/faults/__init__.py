"""Detectors of equipment faults; numpy only."""
