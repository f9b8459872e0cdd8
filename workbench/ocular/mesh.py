"""Surfaces as triangles, and what is asked of them: sections and outlines. Nothing here knows what a surface is of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mesh:
    """A surface of triangles.

    Parameters
    ----------
    vertices_mm : shape (n, 3).
    triangles : shape (m, 3), indices of vertices.
    """

    vertices_mm: Array
    triangles: Indices

    def section(self, axis: int, at_mm: float) -> list[Array]:
        """Where the surface crosses a plane.

        Parameters
        ----------
        axis : 0, 1 or 2, the plane's normal: x, y or z.
        at_mm : place of the plane on that axis.

        Returns
        -------
        curves of shape (n, 2) in the two other coordinates, ascending by axis; a closed one ends where it begins.
        """
        # A vertex exactly in the plane would give a crossing without length.
        height = self.vertices_mm[:, axis] - at_mm
        height = np.where(np.abs(height) < 1e-9, 1e-9, height)
        corners, heights = self.vertices_mm[self.triangles], height[self.triangles]
        above = heights > 0
        crossed = above.any(axis=1) & ~above.all(axis=1)
        corners, heights, above = corners[crossed], heights[crossed], above[crossed]
        # The lone corner of each crossed triangle: both edges from it cross.
        lone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), (~above).argmax(axis=1))
        rows = np.arange(len(lone))
        ends = []
        for step in (1, 2):
            other = (lone + step) % 3
            share = heights[rows, lone] / (heights[rows, lone] - heights[rows, other])
            ends.append(corners[rows, lone] + share[:, None] * (corners[rows, other] - corners[rows, lone]))
        flat = np.round(np.delete(np.stack(ends, axis=1), axis, axis=2), 9)
        flat = flat[np.any(flat[:, 0] != flat[:, 1], axis=1)]
        if not len(flat):
            return []
        merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(flat)))
        return [np.asarray(shapely.get_coordinates(one)) for one in shapely.get_parts(merged)]


def circle(radius_mm: float, z_mm: float, count: int) -> Array:
    """A circle about the z axis, shape (count, 3), not repeated at the end."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack([radius_mm * np.cos(turn), radius_mm * np.sin(turn), np.full(count, z_mm)])


def revolved(profile_mm: Array, count: int) -> Mesh:
    """The surface of a profile turned about the z axis.

    Parameters
    ----------
    profile_mm : shape (m, 2), radius and z.
    count : places around the axis.
    """
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    rings = np.stack(
        [
            profile_mm[:, :1] * np.cos(turn),
            profile_mm[:, :1] * np.sin(turn),
            np.repeat(profile_mm[:, 1:], count, axis=1),
        ],
        axis=-1,
    )
    return Mesh(vertices_mm=rings.reshape(-1, 3), triangles=grid_triangles(len(profile_mm), count))


def grid_triangles(rows: int, columns: int) -> Indices:
    """Triangles of a grid of points whose last column meets the first; vertices row by row."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    after = (column + 1) % columns
    here, beside, below, across = (
        row * columns + column,
        row * columns + after,
        (row + 1) * columns + column,
        (row + 1) * columns + after,
    )
    return np.concatenate(
        [np.stack([here, below, across], axis=-1).reshape(-1, 3), np.stack([here, across, beside], axis=-1).reshape(-1, 3)]
    ).astype(np.int64)


def hull(points_mm: Array) -> Array:
    """Outline of a convex thing from its projected points, shape (n, 2), not repeated at the end."""
    return np.asarray(shapely.get_coordinates(shapely.convex_hull(shapely.linestrings(points_mm))))[:-1]
