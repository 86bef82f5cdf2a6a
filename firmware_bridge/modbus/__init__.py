"""Modbus: pure codec (codec, values, rtu, tcp, plan), the master that drives a port, and the slave side."""
