"""Modbus RTU and TCP: codec, framing and register points, all without I/O."""
