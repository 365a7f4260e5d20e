"""The table of what is told of films: taken whole, or refused with every row that is wrong."""

import pytest

from annotate.about import COLUMNS, find_tables, read_tables, template
from annotate.card import card
from annotate.importing import told_of
from annotate.real_clips import video_files
from annotate.terms import VIEWS, ClipTerms
from wink.errors import ConfigError

TERMS = ClipTerms(license="CC0-1.0", split="train")


@pytest.fixture
def films(tmp_path):
    for name in ("a.mp4", "b.mov"):
        (tmp_path / name).touch()
    return video_files([tmp_path])


def told(tmp_path, text):
    table = tmp_path / "clips.csv"
    table.write_text(text)
    return read_tables([table], TERMS)


def test_a_row_says_what_it_says_and_leaves_the_rest(tmp_path, films):
    head = "file,subject_id,view,load_kg,pain,injury_history,consent,licence,sex,stature_m,notes"
    row = "b.mov,anna,side,62.5,no,low_back;hip,publication: form 7,CC-BY-4.0,female,1.68,second set"
    rows = told(tmp_path, f"{head}\n{row}\na.mp4,,,,,,,,,,\n")
    anna = rows[films[1].resolve()]
    assert (anna.subject_id, anna.view, anna.load_kg, anna.stature_m) == ("anna", "side", 62.5, 1.68)
    assert anna.injuries == ("low_back", "hip")
    assert (anna.license, anna.split, anna.may_be_published) == ("CC-BY-4.0", "train", True)
    assert rows[films[0].resolve()] == TERMS


def test_spreadsheets_write_semicolons_commas_and_a_mark_at_the_beginning(tmp_path, films):
    rows = told(tmp_path, "\ufefffile;Load_kg;license\na.mp4;62,5;ours\n")
    assert rows[films[0].resolve()].load_kg == 62.5
    assert rows[films[0].resolve()].license == "ours"


def test_the_template_is_a_table_that_can_be_taken(tmp_path, films):
    assert template(films).splitlines()[0] == ",".join(COLUMNS)
    rows = told(tmp_path, template(films))
    assert set(rows) == {film.resolve() for film in films}
    assert not any(terms.may_be_published for terms in rows.values())
    said = dict(line[2:].split(": ", 1) for line in template(films).splitlines() if line.startswith("# "))
    assert said["view"].split(" | ") == list(VIEWS)
    assert {"license", "consent", "pain", "injury_history", "sex"} <= set(said) <= set(COLUMNS)
    assert "license" in COLUMNS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,veiw\na.mp4,side\n", r"'veiw' is no column; .*Did you mean 'view'"),
        ("view\nside\n", "no column `file`"),
        ("file\naa.mp4\n", r"line 2: 'aa.mp4' is no file beside clips.csv; .*Did you mean 'a.mp4'"),
        ("file\n\n,\n", "more cells|names no file"),
        ("file,view\na.mp4,sdie\n", r"line 2: 'sdie' is no view; .*Did you mean 'side'"),
        ("file,load_kg\na.mp4,heavy\n", r"load_kg is 'heavy'; expected a number"),
        ("file,load_kg\na.mp4,700\n", r"load_kg is 700; expected 0 to 500. Are these pounds\?"),
        ("file,stature\na.mp4,168\n", r"stature_m is 168; .*centimetres"),
        ("file,consent\na.mp4,yes\n", r"'yes' is no consent; the choices are none, publication"),
        ("file,injury_history\na.mp4,back\n", r"Did you mean 'low_back'"),
        ("file,sex\na.mp4,f\n", "is no sex"),
        ("file\na.mp4\na.mp4\n", "line 3: a.mp4 has a row above already"),
        ("file,notes\na.mp4,knee, then hip\n", "quote text that has a ','"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_work_starts(tmp_path, films, text, message):
    with pytest.raises(ConfigError, match=message):
        told(tmp_path, text)


def test_every_wrong_row_is_named_at_once(tmp_path, films):
    with pytest.raises(ConfigError, match=r"(?s)2 rows cannot be taken.*line 2.*line 3"):
        told(tmp_path, "file,view\na.mp4,sdie\nc.mp4,side\n")


def test_tables_lie_beside_the_films_or_are_named(tmp_path, films):
    assert find_tables(films, None) == ()
    (tmp_path / "clips.csv").write_text("file\n")
    assert find_tables(films, None) == (tmp_path / "clips.csv",)
    with pytest.raises(ConfigError, match="template=true"):
        find_tables(films, tmp_path / "other.csv")


def test_publishing_needs_consent_and_licence(tmp_path, films):
    table = tmp_path / "clips.csv"
    table.write_text("file,consent\na.mp4,none\nb.mov,publication\n")
    assert [t.agreed for t in told_of(films, None, TERMS, publish=True).values()] == [False, True]
    table.write_text("file,consent,licence\na.mp4,publication,CC0-1.0\nb.mov,publication,unknown\n")
    assert [t.may_be_published for t in told_of(films, None, ClipTerms()).values()] == [True, False]
    with pytest.raises(ConfigError, match=r"not told of b\.mov"):
        told_of(films, None, ClipTerms(), publish=True)


def test_the_card_counts_licences_and_consents():
    rows = [
        {"license": "CC0-1.0", "factors": '{"consent": "publication", "faces": "blurred", "may_be_published": true}'},
        {"license": "unknown", "factors": '{"consent": "research"}'},
    ]
    text = card("gym", rows)
    assert "May be published: 1 of 2 clips" in text
    assert "CC0-1.0 (1), unknown (1)" in text
    assert "publication (1), research (1)" in text
    assert "blurred (1), kept (1)" in text
