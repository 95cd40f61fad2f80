"""How many vehicles there are in each hexagon (H3) of a chosen size."""

from itertools import pairwise

import h3
import h3.api.numpy_int as h3_int
import numpy as np
import numpy.typing as npt
import pandas as pd

Cells = npt.NDArray[np.uint64]

SIZES = {"coarse": 3, "medium": 5, "fine": 7}
"""What a viewer can choose from: hexagons about 120, 17 and 2.5 km across. The words go into links."""
FINEST = 11
"""The resolution of the cells that the API sends."""
_RESOLUTION = np.uint64(0xF << 52)
_KIND = np.uint64(0xFF << 56)
_CELL = np.uint64(1 << 59)
"""Mode 1 (a cell) with the reserved bits and the top bit clear."""


def coarsen(cells: Cells, resolution: int) -> Cells:
    """Return each cell's ancestor at a resolution no finer than its own.

    In an H3 index, bits 52 to 55 hold the resolution and below them stand 15 digits of 3 bits, of which those
    finer than the resolution are 7. So an ancestor is the same index with another resolution and more sevens.
    """
    unused = np.uint64((1 << 3 * (15 - resolution)) - 1)
    return (cells & ~_RESOLUTION) | np.uint64(resolution << 52) | unused


def valid_cells(cells: Cells) -> npt.NDArray[np.bool_]:
    """Tell which values are cells of resolution 11; an id rounded on its way through JSON numbers is not."""
    unused = np.uint64((1 << 3 * (15 - FINEST)) - 1)
    right_kind = (cells & (_KIND | _RESOLUTION)) == (_CELL | np.uint64(FINEST << 52))
    valid: npt.NDArray[np.bool_] = right_kind & ((cells & unused) == unused)
    return valid


def cells_of(frame: pd.DataFrame, resolution: int) -> Cells:
    """Return the cell of each row that has a place (`lon`, `lat` known), in row order."""
    placed = frame.loc[frame["lon"].notna() & frame["lat"].notna(), ["lon", "lat", "h3"]]
    given = placed["h3"].to_numpy(dtype=np.uint64)
    cells = coarsen(given, resolution)
    lacking = np.flatnonzero(~valid_cells(given))
    lon, lat = (placed[name].to_numpy()[lacking].tolist() for name in ("lon", "lat"))
    computed = [h3_int.latlng_to_cell(y, x, resolution) for x, y in zip(lon, lat, strict=True)]
    cells[lacking] = np.array(computed, dtype=np.uint64)
    return cells


def hexagons(frame: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Count the vehicles per hexagon: columns `hex` (text, as browsers need it) and `count`, most first.

    The counts add up to the number of rows that have a place.
    """
    cells, counts = np.unique(cells_of(frame, resolution), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    names = [h3.int_to_str(int(cell)) for cell in cells[order]]
    return pd.DataFrame({"hex": pd.array(names, dtype="str"), "count": counts[order].astype(np.int64)})


def count_classes(counts: npt.NDArray[np.int64], colours: int) -> npt.NDArray[np.int8]:
    """Sort counts into `colours` classes of equal ratio between 1 and the largest count."""
    if not len(counts):
        return np.zeros(0, dtype=np.int8)
    share = np.log(counts) / max(float(np.log(counts.max())), 1e-9)
    return np.minimum(share * colours, colours - 1).astype(np.int8)


def class_ranges(largest: int, colours: int) -> list[tuple[int, int]]:
    """Return the smallest and the largest count of each class; (0, -1) for one that no count falls in."""
    classes = count_classes(np.arange(1, largest + 1), colours)
    ends = np.searchsorted(classes, np.arange(colours + 1))
    return [(low + 1, high) if high > low else (0, -1) for low, high in pairwise(ends.tolist())]
