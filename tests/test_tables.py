"""Tables on their way from one part of the program to the next."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wink.errors import DatasetError
from wink.tables import read_as, read_passing, write_passing, write_table


def test_a_passing_table_comes_back_as_if_it_had_been_parquet(tmp_path):
    nested = pa.array([[[1.0], [2.0, 3.0]], []], pa.list_(pa.list_(pa.float32())))
    table = pa.table({"points": [np.zeros(3, np.float32), np.ones(3, np.float32)], "nested": nested, "id": ["a", None]})
    write_passing(tmp_path / "t.arrow", table)
    write_table(tmp_path / "t.parquet", table)
    passed, read = read_passing(tmp_path / "t.arrow"), pq.read_table(tmp_path / "t.parquet")
    assert passed.equals(table.cast(read.schema))
    for name, one in (("passed", passed), ("read", read)):
        write_table(tmp_path / name, one)
    assert (tmp_path / "passed").read_bytes() == (tmp_path / "read").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["passed", "read", "t.arrow", "t.parquet"]


SCHEMA = pa.schema([pa.field("clip_id", pa.string(), nullable=False), ("score", pa.float64())])


@pytest.mark.parametrize(
    "columns", [{"clip_id": ["a"], "score": ["x"]}, {"score": [1.0]}], ids=["text for a number", "a column missing"]
)
def test_a_table_of_other_columns_is_refused_with_what_to_do(tmp_path, columns):
    write_table(tmp_path / "t.parquet", pa.table(columns))
    with pytest.raises(DatasetError, match="make it again"):
        read_as(tmp_path / "t.parquet", SCHEMA, "make it again")


def test_no_table_and_a_broken_one_are_refused(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    for name in ("broken.parquet", "missing.parquet"):
        with pytest.raises(DatasetError, match="make it again"):
            read_as(tmp_path / name, SCHEMA, "make it again")


def test_what_a_table_lacks_and_may_is_unknown(tmp_path):
    write_table(tmp_path / "t.parquet", pa.table({"clip_id": ["a"]}))
    assert read_as(tmp_path / "t.parquet", SCHEMA, "").to_pylist() == [{"clip_id": "a", "score": None}]
