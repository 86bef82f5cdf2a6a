"""What speaks through a serial port: buses, wire protocols and the simulated plant."""
