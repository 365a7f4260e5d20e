"""Croissant: what is in a dataset, told so that machines read it (MLCommons Croissant 1.0, JSON-LD)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wink.files import file_sha256

#: The vocabulary, as the specification's appendix gives it.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

PARQUET = "application/x-parquet"

#: The tables of a dataset: record set, file, what a row is.
TABLES = (
    ("clips", "metadata.parquet", "A row a clip: video, lifter, camera, split, outcome, every factor drawn."),
    ("repetitions", "repetitions.parquet", "A row a repetition: when, how deep, and the wink by three definitions."),
)
FRAMES = ("frames", "frames/*.parquet", "A row a frame of a simulated clip: angles, keypoints, box.")
MEDIA = (
    ("videos", "videos/*/*.mp4", "video/mp4", "The clips; the SHA-256 of each stands in metadata.parquet."),
    (
        "masks",
        "masks/*/*.npz",
        "application/zip",
        "Per-pixel labels of each clip: NumPy archive, key `labels`; `depth_mm` where depth maps were asked for.",
    ),
)


def croissant(path: Path, facts: Mapping[str, Any], media: Collection[str]) -> dict[str, Any]:
    """Describe a finished dataset.

    Args:
        path: a folder with its tables.
        facts: name, description, license, version and the like, by the names of schema.org.
        media: which of `MEDIA` it has.
    """
    frames = _frame_schema(path)
    sets = [_file_set(*kind) for kind in MEDIA if kind[0] in media]
    records = [_record_set(*table, pq.read_schema(path / table[1]), "fileObject") for table in TABLES]
    if frames is not None:
        sets.append(_file_set(*FRAMES[:2], PARQUET, FRAMES[2]))
        records.append(_record_set(FRAMES[0], "frames", FRAMES[2], frames, "fileSet"))
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        **facts,
        "distribution": [*(_file_object(path, file, what) for _, file, what in TABLES), *sets],
        "recordSet": records,
    }


def _frame_schema(path: Path) -> pa.Schema | None:
    """The columns that the frames of all clips have (lifters differ in limits), by the first hundred shards."""
    schemas = [pq.read_schema(file) for file in islice((path / "frames").glob("*.parquet"), 100)]
    if not schemas:
        return None
    shared = set.intersection(*(set(schema.names) for schema in schemas))
    return pa.schema([field for field in schemas[0] if field.name in shared])


def _file_object(path: Path, file: str, what: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file,
        "name": file,
        "description": what,
        "contentUrl": file,
        "contentSize": f"{(path / file).stat().st_size} B",
        "encodingFormat": PARQUET,
        "sha256": file_sha256(path / file),
    }


def _file_set(name: str, pattern: str, encoding: str, what: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": name,
        "name": name,
        "description": what,
        "encodingFormat": encoding,
        "includes": pattern,
    }


def _record_set(name: str, source: str, what: str, schema: pa.Schema, kind: str) -> dict[str, Any]:
    record_set: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": f"{name}_table",
        "name": name,
        "description": what,
        "field": list(_fields(name, source, schema, kind)),
    }
    if name == "clips":
        record_set["key"] = {"@id": "clips/clip_id"}
    return record_set


def _fields(name: str, source: str, schema: pa.Schema, kind: str) -> Iterator[dict[str, Any]]:
    for column in schema:
        listed = pa.types.is_list(column.type)
        field = {
            "@type": "cr:Field",
            "@id": f"{name}/{column.name}",
            "name": column.name,
            "dataType": _data_type(column.type.value_type if listed else column.type),
            "source": {kind: {"@id": source}, "extract": {"column": column.name}},
        }
        yield {**field, "repeated": True} if listed else field


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
