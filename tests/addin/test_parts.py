"""Parts over a package: what is not named stays byte for byte, and the rest is found again."""

import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import Parts, parse_xml, relation_type, sizes

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"


@pytest.fixture
def book(tmp_path) -> Path:
    path = tmp_path / "book.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "应收"
    workbook.active["A1"] = "单据号"
    workbook.create_sheet("备注")
    workbook.save(path)
    return path


def packed(path: Path, name: str) -> bytes:
    """The bytes of an entry as they stand in the file, found from the local header by hand."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(name)
    content = path.read_bytes()
    names, extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
    start = entry.header_offset + 30 + names + extra
    return content[start : start + entry.compress_size]


def test_parts_that_are_not_named_keep_even_their_packed_bytes(book, tmp_path):
    target = tmp_path / "new.xlsx"
    with open_package(book) as package:
        parts = Parts(package)
        changed = package.sheets[0].part
        parts.set(changed, parts.read(changed).replace(b"<v>", b"<v>"))
        parts.write(target)
    names = zipfile.ZipFile(book).namelist()
    assert zipfile.ZipFile(target).namelist() == names
    assert zipfile.ZipFile(target).testzip() is None
    for name in names:
        if name != changed:
            assert packed(target, name) == packed(book, name)


def test_an_entry_whose_sizes_follow_its_data_is_copied_whole(book, tmp_path):
    streamed = tmp_path / "streamed.xlsx"
    with zipfile.ZipFile(book) as source, streamed.open("wb") as raw:

        class OneWay:
            """A file that cannot be gone back in: the writer puts the sizes after the data."""

            def write(self, data):
                return raw.write(data)

            def flush(self):
                raw.flush()

        with zipfile.ZipFile(OneWay(), "w", zipfile.ZIP_DEFLATED) as archive:
            for name in source.namelist():
                archive.writestr(name, source.read(name))
    with zipfile.ZipFile(streamed) as archive:
        assert all(entry.flag_bits & 0x08 for entry in archive.infolist())
    target = tmp_path / "new.xlsx"
    with open_package(streamed) as package:
        Parts(package).write(target)
    assert sizes(target) == sizes(book)
    assert zipfile.ZipFile(target).testzip() is None


def test_a_part_gets_the_next_free_number_and_its_type(book, tmp_path):
    with open_package(book) as package:
        parts = Parts(package)
        first = parts.add("xl/charts/chart1.xml", b"<c/>", CHART_TYPE)
        second = parts.add("xl/charts/chart1.xml", b"<d/>", CHART_TYPE)
        assert (first, second) == ("xl/charts/chart1.xml", "xl/charts/chart2.xml")
        assert parts.content_type("XL/Charts/CHART2.xml") == CHART_TYPE
        assert parts.read("xl/charts/CHART2.xml") == b"<d/>"
        assert parts.added == {first, second}
        parts.write(tmp_path / "new.xlsx")
    with open_package(tmp_path / "new.xlsx") as package:
        assert package.content_type(second) == CHART_TYPE


def test_the_name_of_a_removed_part_is_not_given_to_another(book):
    with open_package(book) as package:
        parts = Parts(package)
        parts.remove("xl/worksheets/sheet1.xml")
        name = parts.add("xl/worksheets/sheet1.xml", b"<worksheet/>", "application/x")
    assert name == "xl/worksheets/sheet3.xml"


def test_relations_are_read_and_written_with_their_targets(book, tmp_path):
    with open_package(book) as package:
        parts = Parts(package)
        sheet = package.sheets[1].part
        chart = parts.add("xl/charts/chart1.xml", b"<c/>", CHART_TYPE)
        one = parts.relate(sheet, relation_type("chart"), chart)
        two = parts.relate(sheet, relation_type("hyperlink"), "https://example.org", external=True)
        assert (one, two) == ("rId1", "rId2")
        parts.write(tmp_path / "new.xlsx")
    with open_package(tmp_path / "new.xlsx") as package:
        found = package.relations(sheet)
    assert [(each.id, each.kind, each.target, each.external) for each in found] == [
        ("rId1", "chart", chart, False),
        ("rId2", "hyperlink", "https://example.org", True),
    ]
    assert found[0].type == (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
    )


def test_what_only_a_removed_part_pointed_to_goes_with_it(book):
    with open_package(book) as package:
        parts = Parts(package)
        sheet = package.sheets[0].part
        drawing = parts.add("xl/drawings/drawing1.xml", b"<d/>", "application/drawing")
        parts.relate(sheet, relation_type("drawing"), drawing)
        parts.write(book.with_name("drawn.xlsx"))
    with open_package(book.with_name("drawn.xlsx")) as package:
        parts = Parts(package)
        parts.set_relations(sheet, ())
        assert parts.has(drawing)
        parts.drop_unreachable()
        assert not parts.has(drawing)
        assert parts.content_type(drawing) == "application/xml"
        assert parts.has("xl/worksheets/sheet2.xml")
        with pytest.raises(KeyError):
            parts.read(drawing)


def test_nothing_can_be_set_that_is_not_there(book):
    with open_package(book) as package, pytest.raises(KeyError):
        Parts(package).set("xl/none.xml", b"")


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a><b></a>",
        b"",
    ],
)
def test_a_part_with_a_document_type_or_broken_is_no_part(content):
    with pytest.raises(SyntaxError):
        parse_xml(content)
