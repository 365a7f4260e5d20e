"""Tables on their way from one part of the program to the next."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wink.tables import read_passing, write_passing, write_table


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
