"""A voxel hash: any number of points in, one mean point a voxel out, memory bounded by the surface seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.cloud import PointCloud
from scans.voxel_cloud import MIDDLE_GREY, VoxelSums, grey_tones
from scans.voxel_cloud import VoxelCloud as VoxelCloud

AXIS_BITS = 21  # of a key: x, then y, then z; ±1,048,576 voxels, 52 km at 5 cm
_LIMIT = 1 << (AXIS_BITS - 1)
_BATCH = 512  # points whose slots are on their way from memory at once


class VoxelAccumulator:
    """Adds point clouds chunk by chunk; `cloud()` gives the means.

    A voxel takes 48 to 54 bytes (64 to 72 with colour) and 8 to 24 of the hash table, however many points it holds;
    or the table what `capacity` asks for, 4 bytes each.
    Raises ValueError if a point lies more than 2²⁰ voxels from the first chunk's origin, or is not finite.
    """

    def __init__(self, voxel_m: float, capacity: int = 1 << 21) -> None:
        """`capacity`, a power of two, is twice the voxels that there is room for until the table must grow."""
        if not voxel_m > 0:
            raise ValueError(f"voxel_m {voxel_m} must be above 0")
        self.voxel_m = voxel_m
        self.points_read = 0
        self._capacity = capacity
        self._origin: npt.NDArray[np.float64] | None = None
        self._make_room(0)

    def _make_room(self, capacity: int) -> None:
        """Start anew; room that nothing is ever written to takes no memory, but for the hash table's."""
        rows = capacity // 2
        self._size = 0
        self._slots = np.full(capacity, -1, np.int32)
        self._keys = np.zeros(rows, np.int64)
        self._sums = np.zeros((rows, 3))
        self._tones = np.zeros((rows, 1))  # sums of intensity, or of red, green and blue once there is colour
        self._counts = np.zeros(rows, np.int32)
        self._station = np.zeros(rows, np.int32)

    def add(self, cloud: PointCloud) -> None:
        """Add the points of `cloud`."""
        if len(cloud) == 0:
            return
        if self._origin is None:
            self._origin = cloud.origin
            self._make_room(self._capacity)
        shift = cloud.origin - self._origin
        points = np.ascontiguousarray(cloud.points, np.float32)
        if not _are_within(points, shift, _LIMIT * self.voxel_m):
            raise ValueError(f"a point lies beyond {_LIMIT * self.voxel_m:.0f} m of {self._origin.tolist()}")
        if cloud.colour is not None and not self._has_colour:
            self._turn_grey()
        tone = self._tone(cloud)
        station = cloud.station if cloud.station is not None else np.full(len(points), -1, np.int32)
        done = 0
        while done < len(points):  # the kernel stops where the rows are full
            done, self._size = _insert(
                points, shift, tone, station, done, 1.0 / self.voxel_m,
                self._slots, self._keys, self._sums, self._tones, self._counts, self._station, self._size,
            )  # fmt: skip
            if done < len(points):
                self._grow()
        self.points_read += len(points)

    def __len__(self) -> int:
        """How many voxels there are."""
        return self._size

    def add_sums(self, voxels: VoxelSums) -> None:
        """Add what another accumulator of this voxel size and origin was told."""
        if self._origin is None:
            self._origin = voxels.origin
            self._make_room(self._capacity)
        if self._has_colour:
            voxels = voxels.coloured()
        elif voxels.tones.shape[1] == 3:
            self._turn_grey()
        while self._size + len(voxels) > len(self._keys):
            self._grow()
        self._size = _insert_sums(
            voxels.keys, voxels.sums, voxels.tones, voxels.counts, voxels.station,
            self._slots, self._keys, self._sums, self._tones, self._counts, self._station, self._size,
        )  # fmt: skip

    def sums(self) -> VoxelSums:
        """What was added since the last call; the accumulator starts anew."""
        size, origin = self._size, self._origin
        self._slots = np.empty(0, np.int32)
        for column in (self._keys, self._sums, self._tones, self._counts, self._station):
            column.resize((size, *column.shape[1:]), refcheck=False)
        sums = VoxelSums(
            np.zeros(3) if origin is None else origin,
            self._keys,
            self._sums,
            self._tones,
            self._counts,
            self._station,
        )
        self._origin = None
        self._make_room(0)
        return sums

    def cloud(self) -> VoxelCloud:
        """The voxels of what was added since the last call; the accumulator starts anew."""
        return self.sums().cloud()

    @property
    def _has_colour(self) -> bool:
        return self._tones.shape[1] == 3

    def _turn_grey(self) -> None:
        """Three tones a voxel from now on."""
        self._tones = np.zeros((len(self._counts), 3))
        self._tones[: self._size] = grey_tones(self._counts[: self._size])

    def _tone(self, cloud: PointCloud) -> npt.NDArray[np.float32] | npt.NDArray[np.uint8]:
        """Colour in 0–255, middle grey without one, (N, 3); where no part of the scan has any, intensity (N, 1)."""
        if cloud.colour is not None:
            return np.ascontiguousarray(cloud.colour)
        if self._has_colour:
            return np.full((len(cloud), 3), MIDDLE_GREY, np.uint8)
        if cloud.intensity is not None:
            return np.ascontiguousarray(cloud.intensity, np.float32)[:, None]
        return np.zeros((len(cloud), 1), np.float32)

    def _grow(self) -> None:
        """By an eighth, in place; the hash table doubles when it is half full."""
        if len(self._keys) == len(self._slots) // 2:
            self._slots = np.full(2 * len(self._slots), -1, np.int32)
            _rehash(self._keys[: self._size], self._slots)
        rows = min(len(self._keys) * 9 // 8 + _BATCH, len(self._slots) // 2)
        for column in (self._keys, self._sums, self._tones, self._counts, self._station):
            column.resize((rows, *column.shape[1:]), refcheck=False)


@njit(cache=True, nogil=True)
def _are_within(points, shift, reach):  # type: ignore[no-untyped-def]
    for i in range(len(points)):
        for axis in range(3):
            if not abs(points[i, axis] + shift[axis]) < reach:
                return False
    return True


@njit(cache=True, inline="always")
def _first_slot(key: np.int64, mask: int) -> int:
    # Fibonacci hashing (Knuth, TAOCP 3, 6.4); the shift folds the high bits, which differ most, down
    mixed = key * 0x9E3779B97F4A7C1
    return int((mixed ^ (mixed >> 29)) & mask)


@njit(cache=True, inline="always")
def _key(x, y, z, per_m):  # type: ignore[no-untyped-def]
    key = np.int64(np.floor(x * per_m)) + _LIMIT
    key = (key << AXIS_BITS) | (np.int64(np.floor(y * per_m)) + _LIMIT)
    return (key << AXIS_BITS) | (np.int64(np.floor(z * per_m)) + _LIMIT)


@njit(cache=True, nogil=True)
def _insert(  # type: ignore[no-untyped-def]
    points, shift, tone, station, first, per_m, slots, keys, sums, tones, counts, stations, size
):
    """Insert from point `first` on; returns (points done, voxels) and stops early when the rows might not do."""
    mask = len(slots) - 1
    batch_keys = np.empty(_BATCH, np.int64)
    fetched = np.empty(_BATCH, np.int64)
    for start in range(first, len(points), _BATCH):
        stop = min(start + _BATCH, len(points))
        if size + stop - start > len(keys):
            return start, size
        for i in range(start, stop):
            x, y, z = points[i, 0] + shift[0], points[i, 1] + shift[1], points[i, 2] + shift[2]
            batch_keys[i - start] = _key(x, y, z, per_m)
        # memory answers many requests at once, but the branches below wait for one after the other
        for j in range(stop - start):
            fetched[j] = slots[_first_slot(batch_keys[j], mask)]
        for j in range(stop - start):
            fetched[j] = keys[fetched[j]] if fetched[j] >= 0 else -1
        for i in range(start, stop):
            key = batch_keys[i - start]
            slot = _first_slot(key, mask)
            while slots[slot] >= 0 and keys[slots[slot]] != key:
                slot = (slot + 1) & mask
            row = slots[slot]
            if row < 0:
                row = size
                slots[slot] = row
                keys[row] = key
                stations[row] = station[i]
                size += 1
            for axis in range(3):
                sums[row, axis] += points[i, axis] + shift[axis]
            for column in range(tone.shape[1]):
                tones[row, column] += tone[i, column]
            counts[row] += 1
    return len(points), size


@njit(cache=True, nogil=True)
def _insert_sums(  # type: ignore[no-untyped-def]
    from_keys,
    from_sums,
    from_tones,
    from_counts,
    from_stations,
    slots,
    keys,
    sums,
    tones,
    counts,
    stations,
    size,
):
    """Insert voxels, for all of which there are rows; returns how many voxels there are."""
    mask = len(slots) - 1
    for i in range(len(from_keys)):
        slot = _first_slot(from_keys[i], mask)
        while slots[slot] >= 0 and keys[slots[slot]] != from_keys[i]:
            slot = (slot + 1) & mask
        row = slots[slot]
        if row < 0:
            row = size
            slots[slot] = row
            keys[row] = from_keys[i]
            stations[row] = from_stations[i]
            size += 1
        for axis in range(3):
            sums[row, axis] += from_sums[i, axis]
        for column in range(from_tones.shape[1]):
            tones[row, column] += from_tones[i, column]
        counts[row] += from_counts[i]
    return size


@njit(cache=True, nogil=True)
def _rehash(keys, slots):  # type: ignore[no-untyped-def]
    mask = len(slots) - 1
    for row in range(len(keys)):
        slot = _first_slot(keys[row], mask)
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = row
