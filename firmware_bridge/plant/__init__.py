"""The simulated plant: equipment physics, injectable faults, and a Modbus slave on a real pty."""
