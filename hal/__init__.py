"""Hardware abstraction: one noun a module, an abstract class, the real device and the simulated one."""
