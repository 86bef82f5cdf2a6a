"""Where a point lives on a Modbus slave."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Function = Literal["coil", "discrete", "holding", "input"]
RegisterType = Literal["bool", "int16", "uint16", "int32", "uint32", "float32", "int64", "uint64", "float64"]

WORDS: dict[str, int] = {
    "bool": 1, "int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2, "int64": 4, "uint64": 4, "float64": 4,
}  # fmt: skip


class ModbusAddress(BaseModel):
    """Declarative mapping of one point. Value = raw * scale + offset, in the point's unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    function: Function = "holding"
    address: int = Field(ge=0, le=65535)
    """Protocol address, counted from 0 (register 40001 of a manual is holding address 0)."""
    type: RegisterType = "uint16"
    word_order: Literal["big", "little"] = "big"
    """Order of 16-bit words within a wider value; bytes within a word are always big-endian (Modbus 1.1b3, 4.2)."""
    bit: int | None = Field(default=None, ge=0, le=15)
    """Bit of a register that a `bool` in a holding or input register takes; 0 is the least significant."""
    scale: float = Field(default=1.0, allow_inf_nan=False)
    offset: float = Field(default=0.0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _consistent(self) -> ModbusAddress:
        if self.function in ("coil", "discrete") and (self.type != "bool" or self.bit is not None):
            raise ValueError(f'a {self.function} holds one bit: set type = "bool" and no bit')
        if self.function in ("holding", "input") and (self.type == "bool") != (self.bit is not None):
            raise ValueError("a bool in a register needs bit = 0..15, and only a bool has a bit")
        if self.scale == 0:
            raise ValueError("scale must not be 0")
        if self.address + self.words > 65536:
            raise ValueError(f"{self.type} at {self.address} runs past the last address 65535")
        return self

    @property
    def words(self) -> int:
        """How many registers (or bits) it occupies."""
        return WORDS[self.type]
