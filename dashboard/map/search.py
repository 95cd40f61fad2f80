"""Finding vehicles by what a dispatcher remembers: a piece of a name, VIN, plate, driver or fleet.

Case and accents do not matter, and neither do the dashes of a plate.
"""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}
"""Letters whose accent is part of the letter, and what people type for them."""

FIELDS = ("name", "vin", "plate", "driver", "fleet")


def fold(text: str) -> str:
    """`text` as it is compared: no case, no accents, single spaces."""
    return str(_fold(pa.array([text], pa.string()))[0].as_py())


def folded(column: pd.Series) -> pa.Array:
    """Fold a column for comparison, row by row; nulls become empty."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = _fold(pa.array(column.cat.categories.astype(str), pa.string()))
        codes = pa.array(column.cat.codes.to_numpy(), mask=column.isna().to_numpy())
        return pc.fill_null(categories.take(codes), "")
    return _fold(pa.array(column, pa.string(), from_pandas=True))


def _fold(texts: pa.Array) -> pa.Array:
    texts = pc.fill_null(texts, "")
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_normalize(pc.utf8_lower(texts), form="NFKD")
        texts = pc.replace_substring_regex(texts, pattern=r"\p{Mn}+", replacement="")
        for letter, plain in _LETTERS.items():
            texts = pc.replace_substring(texts, pattern=letter, replacement=plain)
    return pc.utf8_lower(texts)
