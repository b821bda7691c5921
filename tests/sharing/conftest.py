"""The grid of items as rows, for comparing the matrix with the gate."""

from tests.access.conftest import grid

__all__ = ["grid"]
