"""What the simulated pump set is built of: a vertical multistage booster pump, its motor, pipe and building."""

from __future__ import annotations

from dataclasses import dataclass

GRAVITY = 9.80665
"""m/s2, standard."""
DENSITY = 998.2
"""kg/m3, water at 20 degrees C."""
ATMOSPHERE_M = 10.33
"""101 325 Pa as a column of water."""
VAPOUR_M = 0.24
"""2 339 Pa, vapour pressure of water at 20 degrees C, as a column of water."""
METRES_PER_BAR = 1e5 / (DENSITY * GRAVITY)


@dataclass(frozen=True, slots=True)
class PumpDesign:
    """Figures of one pump set; the defaults, where no source is named, are chosen to be typical of 5.5 kW."""

    rated_hz: float = 50.0
    """Mains frequency, at which the curves below hold."""
    rated_flow: float = 20.0
    """m3/h at best efficiency."""
    rated_head: float = 55.0
    """m at rated flow."""
    shutoff_head: float = 68.75
    """m at no flow: 1.25 of rated, the usual range being 1.1 to 1.3."""
    efficiency: float = 0.68
    """At rated flow."""
    npsh_required: float = 2.0
    """m at no flow; rises with the square of flow to twice that at rated flow."""

    motor_kw: float = 5.5
    """Shaft power that the motor is made for."""
    voltage: float = 400.0
    """V between phases at rated frequency; falls with frequency, as a drive keeps the flux."""
    magnetising_current: float = 5.0
    """A; with the losses below the rated power factor is 0.87."""
    fixed_loss_kw: float = 0.25
    """Iron and windage at rated frequency."""
    copper_loss_kw: float = 0.42
    """At rated shaft power; together 89.1 % efficiency, class IE3 of IEC 60034-30-1 asks for 89.2 %."""
    ramp_hz_s: float = 10.0
    """How fast the drive changes frequency."""

    tank_head: float = 3.0
    """m of water in the suction tank above the pump."""
    strainer_loss: float = 0.5
    """m over the clean strainer at rated flow."""
    static_head: float = 38.0
    """m up to the highest tap and the pressure it needs."""

    ambient_c: float = 24.0
    bearing_rise_k: float = 24.0
    """Above ambient at rated speed."""
    bearing_lag_s: float = 240.0
    motor_rise_k: float = 58.0
    """Above ambient at rated current; class B allows 80 K (IEC 60034-1)."""
    motor_lag_s: float = 1200.0

    unbalance_mm_s: float = 1.1
    """RMS vibration velocity at rated speed; ISO 10816-7 calls a new pump good up to 2.5."""
    off_design_mm_s: float = 1.6
    """More of it at no flow, from recirculation."""

    @property
    def curve(self) -> float:
        """m per (m3/h)2 by which the pump's head falls with flow."""
        return (self.shutoff_head - self.rated_head) / self.rated_flow**2

    @property
    def rated_current(self) -> float:
        """A at rated shaft power."""
        active = (self.motor_kw + self.fixed_loss_kw + self.copper_loss_kw) * 1000 / (3**0.5 * self.voltage)
        return float((active**2 + self.magnetising_current**2) ** 0.5)
