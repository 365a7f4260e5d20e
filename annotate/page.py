"""The labelling page of each kind of project, and whether a server still has it."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal
from xml.etree import ElementTree

from wink.errors import ServerError

Kind = Literal["blind", "review"]

#: Annotators of a review project see what detectors or the simulation say, so it never counts as blind.
REVIEW_HEADER = "Review: open clips from the list; the tabs hold what each detector, or the simulation, says."


def labeling_config(kind: Kind) -> str:
    """The labelling page: the same form for both kinds, with a header in the review project."""
    text = files("annotate").joinpath("labeling_config.xml").read_text()
    if kind == "blind":
        return text
    page = ElementTree.fromstring(text)
    page.insert(0, ElementTree.Element("Header", value=REVIEW_HEADER, size="5"))
    return ElementTree.tostring(page, encoding="unicode")


def instructions() -> str:
    """What the page shows an annotator before the first clip."""
    return files("annotate").joinpath("instructions.html").read_text()


def same_page(ours: str, theirs: str) -> bool:
    """Whether two labelling pages differ in nothing but white space and comments."""
    try:
        return _canonical(ours) == _canonical(theirs)
    except ElementTree.ParseError as error:
        raise ServerError(f"the labelling page is no valid XML: {error}") from error


def _canonical(text: str) -> str:
    return ElementTree.canonicalize(text, strip_text=True)
