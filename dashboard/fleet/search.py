"""Finding vehicles by what a dispatcher remembers: a piece of a name, VIN, plate, driver or fleet.

Case and accents do not matter, and neither do the dashes and spaces of a plate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

FIELDS = ("name", "plate", "vin", "driver", "fleet")
"""Best first: an equally good hit in an earlier field ranks higher."""

Texts = Sequence[pa.Array]
"""What `columns` gives."""
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i"}
"""Letters whose accent is part of the letter, and what people type for them."""
_COMPACT = len(FIELDS)
_WHOLE, _START, _WORD, _INSIDE = 4, 3, 2, 1


def fold(text: str) -> str:
    """Return `text` as it is compared: without case and accents."""
    return str(_fold(pa.array([text], pa.string()))[0].as_py())


def compact(texts: pa.Array) -> pa.Array:
    """Return texts without dashes, spaces and full stops, as plates are compared."""
    for mark in ("-", " ", "."):
        texts = pc.replace_substring(texts, pattern=mark, replacement="")
    return texts


def folded(column: pd.Series) -> pa.Array:
    """Fold a column of texts, row by row; what is missing is ""."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = _fold(pa.array(column.cat.categories.astype(str), pa.string()))
        codes = pa.array(column.cat.codes.to_numpy(), mask=column.isna().to_numpy())
        return pc.fill_null(categories.take(codes), "")
    texts = pa.array(column, pa.string(), from_pandas=True)
    texts = pc.fill_null(texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts, "")
    rare = pc.invert(pc.string_is_ascii(texts))  # accents cost much, and names come again
    different = texts.filter(rare).dictionary_encode()
    folded = _fold(different.dictionary).take(different.indices)
    return pc.replace_with_mask(pc.ascii_lower(texts), rare, folded)


def columns(frame: pd.DataFrame) -> list[pa.Array]:
    """Fold what is searched, row by row: one array per field, and the plates without dashes and spaces."""
    texts = [folded(frame[name]) for name in FIELDS]
    return [*texts, compact(texts[FIELDS.index("plate")])]


def mentions(texts: Sequence[pa.Array], query: str) -> npt.NDArray[np.bool_]:
    """Tell which rows of `columns` hold every word of the query, each in any field."""
    matching = np.ones(len(texts[0]), dtype=np.bool_)
    for word in fold(query).split():
        hit = np.zeros_like(matching)
        for position, pattern in enumerate(_patterns(word)):
            if pattern:
                hit |= np.asarray(pc.match_substring(texts[position], pattern))
        matching &= hit
    return matching


@dataclass(frozen=True, slots=True)
class Hit:
    """One vehicle that was found. All text is as reported: show it as text, never as HTML."""

    vehicle_id: str
    name: str
    fleet: str
    plate: str
    field: str
    """Which of `FIELDS` matched best."""
    value: str
    """What that field holds."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What the vehicles of one frame can be found by. Build it once per snapshot and visibility."""

    frame: pd.DataFrame
    texts: Texts = field(default=(), repr=False)
    """Its `columns`."""

    def __post_init__(self) -> None:
        if not self.texts:
            object.__setattr__(self, "texts", columns(self.frame))

    def find(self, query: str, limit: int = 20) -> list[Hit]:
        """Find the best `limit` vehicles that hold every word of the query.

        A whole field beats its start, that the start of a word in it, that a piece of a word; among equals
        earlier `FIELDS`, then shorter names, then the order of the frame. An empty query finds nothing.
        """
        words = fold(query).split()
        if not words:
            return []
        rows = np.flatnonzero(mentions(self.texts, query))
        texts = [column.take(pa.array(rows)) for column in self.texts]
        total = np.zeros(len(rows), dtype=np.int32)
        best_field = np.zeros(len(rows), dtype=np.int8)
        whole = [" ".join(words)] if len(words) > 1 else []
        for word in (*words, *whole):
            scores = np.stack([_scores(texts[i], pattern) for i, pattern in enumerate(_patterns(word))])
            scores = np.where(scores > 0, scores * 10 - np.arange(len(texts))[:, None], 0)
            total += scores.max(axis=0)
            best_field = np.where(scores.max(axis=0) > 0, scores.argmax(axis=0), best_field).astype(np.int8)
        lengths = np.asarray(pc.utf8_length(texts[0]))
        order = np.lexsort((lengths, -total))[:limit]
        return [self._hit(int(rows[i]), int(best_field[i])) for i in order]

    def _hit(self, row: int, position: int) -> Hit:
        name = "plate" if position == _COMPACT else FIELDS[position]
        cells = self.frame.iloc[row]
        return Hit(
            vehicle_id=str(cells["vehicle_id"]),
            name=str(cells["name"]) or str(cells["vehicle_id"]),
            fleet=str(cells["fleet"]),
            plate=str(cells["plate"]),
            field=name,
            value=str(cells[name]),
        )


def _patterns(word: str) -> list[str]:
    """Return what to look for in each of `columns`; "" for nothing."""
    return [word] * len(FIELDS) + [str(compact(pa.array([word]))[0].as_py())]


def _scores(texts: pa.Array, word: str) -> npt.NDArray[np.int32]:
    if not word:
        return np.zeros(len(texts), dtype=np.int32)
    checks = [
        np.asarray(pc.equal(texts, word)),
        np.asarray(pc.starts_with(texts, word)),
        np.asarray(pc.match_substring(texts, f" {word}")),
        np.asarray(pc.match_substring(texts, word)),
    ]
    return np.select(checks, [_WHOLE, _START, _WORD, _INSIDE], default=0).astype(np.int32)


def _fold(texts: pa.Array) -> pa.Array:
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    texts = pc.fill_null(texts, "")
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_normalize(pc.utf8_lower(texts), form="NFKD")
        texts = pc.replace_substring_regex(texts, pattern=r"\p{Mn}+", replacement="")
        for letter, plain in _LETTERS.items():
            texts = pc.replace_substring(texts, pattern=letter, replacement=plain)
    return pc.utf8_lower(texts)
