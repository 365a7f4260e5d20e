"""What a format that datasets are exported to must be able to do."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from wink.dataset import Dataset


class Format(Protocol):
    """A format other programs read. One is a frozen dataclass and an option `configs/format/<name>.yaml`."""

    def write(self, dataset: Dataset, folder: Path) -> list[Path]:
        """Write a dataset into a folder that is there and empty, and return the files that matter to a reader.

        Raises:
            DatasetError: the dataset lacks what the format cannot do without.
        """
        ...
