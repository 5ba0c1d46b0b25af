"""How text files are written is found by looking; what is not read is told (L1 and all tables).

Each file is read through the command line. The figures that come out are those of the plain file.
"""

from __future__ import annotations

import csv
import gzip
import io
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cxtool
from cxtool.exports.dialect import find_dialect
from cxtool.exports.encodings import named
from cxtool.exports.letters import plausible
from tests.cli_helper import call, failure
from tests.exports.exports import set_aside, write

SAMPLES = Path(cxtool.__file__).parents[1] / "sample_data"
HEADER = "case_id,started_at,channel,agent,handle_s\n"
ROWS = "C1,2026-05-01 09:00:00,voice,Ada,300\nC2,2026-05-01 09:05:00,chat,Bo,60.5\n"
PLAIN = HEADER + ROWS
READ = [("C1", "voice", "Ada", 300.0), ("C2", "chat", "Bo", 60.5)]
QUIET = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20
)


def read(folder: Path, name: str, *options: str) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Case, channel, agent and handle time of each row, and the notes of the report."""
    result = call(
        *("log", name, *options, "-c", "case_id,channel,agent,handle_s", "-f", "json"), cwd=folder
    )
    assert result.code == 0, result.err
    notes = [note for note in result.report["notes"] if note.startswith(name)]
    told = [line.removeprefix("cxtool: ") for line in result.err.splitlines()]
    assert [line.removeprefix("warning: ") for line in told] == notes
    return [tuple(row.values()) for row in result.rows("log")], notes


def parted(delimiter: str, quote: str = '"') -> str:
    """The plain rows with another delimiter and quote, every cell in quotes."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out, delimiter=delimiter, quotechar=quote, quoting=csv.QUOTE_ALL, lineterminator="\n"
    )
    writer.writerows(csv.reader(io.StringIO(PLAIN)))
    return out.getvalue()


FILES: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "a comma in a name of the header": (
        "Date, time;case_id;started_at;channel;agent;handle_s\n"
        "x;C1;2026-05-01;voice;Ada;300,0\nx;C2;2026-05-01;chat;Bo;60,5\n",
        (),
    ),
    "a decimal comma in every row": (
        "case_id;started_at;channel;agent;handle_s;csat\n"
        "C1;2026-05-01;voice;Ada;300,0;4,5\nC2;2026-05-01;chat;Bo;60,5;3,5\n",
        (),
    ),
    "semicolons within the cells of every row": (
        "case_id,started_at,channel,agent,handle_s,tags\n"
        "C1,2026-05-01,voice,Ada,300,a;b;c;d;e;f;g\nC2,2026-05-01,chat,Bo,60.5,h;i;j;k;l;m;n\n",
        (),
    ),
    "tabs": (parted("\t"), ()),
    "pipes, all quoted": (parted("|"), ()),
    "apostrophes for quotes": (parted(",", "'"), ()),
    "apostrophes where they must be": (
        "case_id;started_at;channel;agent;handle_s;notes\n"
        "C1;2026-05-01;voice;Ada;300;'one; two'\nC2;2026-05-01;chat;Bo;60.5;it's\n",
        (),
    ),
    "a line that says the delimiter": ("sep=;\n" + parted(";"), ()),
    "line ends of old Macs": (PLAIN.replace("\n", "\r"), ()),
    "line ends of Windows": (PLAIN.replace("\n", "\r\n"), ()),
    "a byte-order mark": (PLAIN.encode("utf-8-sig"), ()),
    "a byte-order mark and old line ends": (PLAIN.replace("\n", "\r").encode("utf-8-sig"), ()),
    "UTF-16": (PLAIN.encode("utf-16"), ()),
    "UTF-16 of the other order": (b"\xfe\xff" + PLAIN.encode("utf-16-be"), ()),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-be"), ()),
    "UTF-16 that begins beyond ASCII": (
        (
            "รหัส,case_id,started_at,channel,agent,handle_s\n"
            "มาลี,C1,2026-05-01,voice,Ada,300\nมาลี,C2,2026-05-01,chat,Bo,60.5\n"
        ).encode("utf-16-le"),
        (),
    ),
    "UTF-32": (PLAIN.encode("utf-32"), ()),
    "repeated names in the header": (
        "agent,case_id,started_at,channel,agent,handle_s,agent\n"
        "Ada,C1,2026-05-01,voice,Zoe,300,Eve\nBo,C2,2026-05-01,chat,Zoe,60.5,Eve\n",
        (),
    ),
    "empty columns at the end": (PLAIN.replace("\n", ",,\n"), ()),
    "empty cells that the header lacks": (HEADER + ROWS.replace("\n", ",,,\n"), ()),
    "empty cells that some rows lack": (HEADER.strip() + ",,\n" + ROWS, ()),
    "empty cells after some rows": (HEADER + ROWS.replace("300\n", "300,,\n"), ()),
    "a blank line, and another": (f"\n{HEADER}\n{ROWS}\n \n", ()),
    "an end of file of old": (PLAIN + "\x1a", ()),
    "a title": (
        "Calls of May\n" + PLAIN,
        ('1 line before the header was not read: "Calls of May".',),
    ),
    "a title, a time of making, a filter": (
        f"Calls, all queues\nReport generated: 2026-06-01, 08:00\n\nQueue: Sales; Care\n{PLAIN}",
        (
            '4 lines before the header were not read: "Calls, all queues",'
            ' "Report generated: 2026-06-01, 08:00", "Queue: Sales; Care".',
        ),
    ),
    "a title as wide as the table": (
        "Calls of May,,,,\nFrom,2026-05-01,To,2026-05-31,\n" + PLAIN,
        (
            '2 lines before the header were not read: "Calls of May,,,,",'
            ' "From,2026-05-01,To,2026-05-31,".',
        ),
    ),
    "a title and decimal commas": (
        "Report, weekly\n\ncase_id;started_at;channel;agent;handle_s\n"
        "C1;2026-05-01;voice;Ada;300,0\nC2;2026-05-01;chat;Bo;60,5\n",
        ('2 lines before the header were not read: "Report, weekly".',),
    ),
    "a total": (PLAIN + "Total,,,,360.5\n", ('1 footer line was not read: "Total,,,,360.5".',)),
    "a total of every number": (
        PLAIN + "Grand total,2,2,2,360.5\n",
        ('1 footer line was not read: "Grand total,2,2,2,360.5".',),
    ),
    "a total, an end, a count, more": (
        PLAIN + "\nRazem:,360\nEnd of report\n\n(2 rows)\nPage 1 of 1",
        ('4 footer lines were not read: "Razem:,360", "End of report", "(2 rows)" and 1 more.',),
    ),
    "a line alone after a blank one": (
        PLAIN + "\nConfidential\n",
        ('1 footer line was not read: "Confidential".',),
    ),
    "empty rows": (
        HEADER + ",,,,\n" + ROWS + ',,,,\n"","","","",""\n',
        ("3 empty rows were not read.",),
    ),
    "one empty row of many lines": (
        HEADER + ROWS.replace("Bo", '"Bo"') + ",,,,\r\n",
        ("1 empty row was not read.",),
    ),
    "Windows-1252": (
        (PLAIN + "C3,2026-05-02,chat,Zoë Müßig à Nîmes,\n").encode("cp1252"),
        ("not in UTF-8: read as windows-1252; --encoding names another.",),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_read_as_it_is_written(case: str, tmp_path: Path) -> None:
    """Rows set aside would be told of, and nothing is told but the notes."""
    content, notes = FILES[case]
    rows, told = read(write(tmp_path, {"calls.csv": content}), "calls.csv")
    assert rows[:2] == READ
    assert told == [f"calls.csv: {note}" for note in notes]


NO_FOOTERS: dict[str, str] = {
    "a row that was cut off": "C3,2026-05-02",
    "a total that is a case": "Total,2026-05-02,chat,Ada,3,4",
    "a line of text": "nobody knows",
}


@pytest.mark.parametrize("case", NO_FOOTERS)
def test_a_line_that_only_may_be_a_footer_is_set_aside(case: str, tmp_path: Path) -> None:
    write(tmp_path, {"calls.csv": PLAIN + NO_FOOTERS[case]})
    ((_, line, _, value, rule, _),) = set_aside("calls.csv", cwd=tmp_path)
    assert (line, value, rule) == (4, NO_FOOTERS[case], "unreadable_row")


def test_a_last_cell_of_several_lines_is_no_footer(tmp_path: Path) -> None:
    notes = "said\n\nTotal: 5\n\nEnd of report"
    text = f'{HEADER.strip()},notes\nC1,2026-05-01,voice,Ada,300,"{notes}"\n'
    log = call("log", "a.csv", "-f", "json", cwd=write(tmp_path, {"a.csv": text}))
    (row,) = log.rows("log")
    assert row["notes"] == notes


def test_lines_are_counted_from_the_beginning_of_the_file(tmp_path: Path) -> None:
    text = "Calls of May\n\n" + PLAIN + ",,,,\nC3,soon,chat,Bo,1\nC4,2026-05-01\nTotal,,,,9\n"
    write(tmp_path, {"calls.csv": text})
    found = [(line, value) for _, line, _, value, _, _ in set_aside("calls.csv", cwd=tmp_path)]
    assert found == [(7, "soon"), (8, "C4,2026-05-01")]


def test_lines_named_by_the_user_are_not_looked_for(tmp_path: Path) -> None:
    text = "Calls of May\nof all queues\n" + PLAIN
    write(tmp_path, {"calls.csv": text})
    assert read(tmp_path, "calls.csv", "--skip-lines", "2") == (READ, [])
    code, message = failure("log", "calls.csv", "--skip-lines", "0", cwd=tmp_path)
    assert code == 1
    assert "the file has Calls of May" in message


def test_a_profile_may_name_the_lines_before_the_header(tmp_path: Path) -> None:
    profile = """
        name = "own"
        title = "Own"
        [dialect]
        skip_lines = 2
        quote = "'"
        [[tables]]
        table = "interactions"
        columns.case_id = { from = ["id"] }
        columns.started_at = { from = ["at"] }
        columns.channel = { value = "chat" }
        columns.agent = { from = ["who"] }
    """
    text = "Calls,of,May\nx,y,z\nid,at,who\n'C1',2026-05-01,'Ada, Bo'\n"
    write(tmp_path, {"calls.csv": text, "own.toml": profile})
    assert read(tmp_path, "calls.csv", "--profile", "own.toml") == (
        [("C1", "chat", "Ada, Bo", None)],
        [],
    )


def test_what_many_files_have_in_common_is_told_once(tmp_path: Path) -> None:
    row = "C{n},2026-05-01,chat,Ada,1\nTotal,,,,{n}\n"
    write(tmp_path, {f"d/interactions-{n}.csv": HEADER + row.format(n=n) for n in range(9)})
    result = call("log", "d", "-f", "json", cwd=tmp_path)
    assert len(result.rows("log")) == 9
    assert result.err == (
        "cxtool: d/interactions-0.csv and 8 other files: 9 footer lines were not read.\n"
    )


@pytest.mark.parametrize("command", [("log", "calls.csv", "-f", "csv"), ("profile", "infer")])
def test_a_file_without_a_header_says_how_to_name_its_columns(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path, {"calls.csv": ROWS})
    arguments = command if "calls.csv" in command else (*command, "calls.csv")
    assert failure(*arguments, cwd=tmp_path) == (
        1,
        "calls.csv: the first line holds values, not the names of columns: C1, 2026-05-01 09:00:00,"
        ' voice, Ada ... (name them in a profile: [dialect] header = ["case_id", "started_at",'
        " ...]; see docs/profiles.md)",
    )


def test_infer_tells_what_it_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"calls.csv": "Calls of May\n" + PLAIN + "Total,,,,360.5\n"})
    draft = call("profile", "infer", "calls.csv", "-o", "my.toml", cwd=tmp_path)
    assert draft.code == 0, draft.err
    text = (tmp_path / "my.toml").read_text()
    assert '# calls.csv: 1 line before the header was not read: "Calls of May".' in text
    assert read(tmp_path, "calls.csv", "--profile", "my.toml")[0] == READ


def test_lines_before_the_header_of_a_sheet_and_after_it(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook(tmp_path / "calls.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Calls of May")
        for place, line in enumerate((PLAIN + "Total,,,,360.5").splitlines(), start=2):
            sheet.write_row(place, 0, line.split(","))
    rows, notes = read(tmp_path, "calls.xlsx")
    assert rows == READ
    assert notes == [
        'calls.xlsx: 1 line before the header was not read: "Calls of May".',
        'calls.xlsx: 1 footer line was not read: "Total,,,,360.5".',
    ]


WITHOUT = {"asterisk-cdr/Master.csv", "asterisk-queue-log/queue_log", "chatwoot/agents_report.csv"}
TABLES = sorted(
    path for path in SAMPLES.rglob("*") if path.suffix == ".csv" or path.name == "queue_log"
)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_header_of_every_sample_is_its_first_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8-sig")
    found = find_dialect(text, name=path.name)
    if f"{path.parent.name}/{path.name}" in WITHOUT:
        assert found.is_headless or found.before == ("Reporting period 2026-05-04 to 2026-05-10",)
        return
    first = text.partition("\n")[0].rstrip("\r")
    assert (found.delimiter.join(found.header), found.body_line) == (first, 2)
    assert (found.quote, found.before, found.is_headless) == ('"', (), False)


PROSE = ["note", "hello, you, me", "ok, fine, yes", "a, b, c"]


@pytest.mark.parametrize(
    "lines",
    [
        PROSE,
        ["message", *(f"line {n}, of {n}" for n in range(9))],
        ["contact_id", "P1", "P2"],
        ["agent,2024,2025", "Ada,3,4", "Bo,5,6"],
        ["case_id,started_at,channel", "C1,2026-05-01,chat,too,many", "C2,2026-05-01,a,b,c"],
        ["case_id,case_id,started_at", "C1,C1,2026-05-01"],
        ["a,b,c", "x,y,z", "1,2,3"],
    ],
)
def test_the_first_line_is_the_header_unless_another_is_shown_to_be(lines: list[str]) -> None:
    found = find_dialect("\n".join(lines) + "\n", name="a.csv", delimiter=",")
    assert found.body_line == 2
    assert found.header[0] == lines[0].split(",")[0]


NAMES = {
    "cp1250": ("windows-1250", "Łukasz Żak"),
    "cp1251": ("windows-1251", "Яна Цимбал"),
    "cp874": ("tis-620", "มาลี ทองคำ"),
    "cp950": ("big5", "林雅婷"),
    "gb18030": ("gb18030", "陈佩珊您好"),
}
SPELLINGS = {
    "cp1250": ["windows-1250", "Windows-1250", "cp1250", "win1250", "1250"],
    "cp1251": ["windows-1251", "CP1251"],
    "cp874": ["tis-620", "TIS620", "windows-874", "cp874", "iso-8859-11"],
    "cp950": ["big5", "Big5", "BIG-5", "cp950"],
    "gb18030": ["gbk", "GB2312", "gb18030"],
}


@pytest.mark.parametrize("codec", NAMES)
def test_an_older_encoding_is_named_by_the_error_and_read_when_named(
    codec: str, tmp_path: Path
) -> None:
    name, agent = NAMES[codec]
    text = PLAIN + f"C3,2026-05-02,chat,{agent},\n"
    write(tmp_path, {"calls.csv": text.encode(codec)})
    code, message = failure("log", "calls.csv", cwd=tmp_path)
    assert code == 1
    assert message.startswith("calls.csv: line 4, byte 20 (hex ")
    assert f"is not utf-8; it looks like {name} (try --encoding {name}" in message
    rows = [*READ, ("C3", "chat", agent, None)]
    for spelling in SPELLINGS[codec]:
        assert read(tmp_path, "calls.csv", "--encoding", spelling) == (rows, [])


def test_an_encoding_that_shows_late_is_seen(tmp_path: Path) -> None:
    """After 1 MB of ASCII, in a file and in a compressed one."""
    many = "".join(f"D{n},2026-05-01,chat,Ada,1\n" for n in range(40_000))
    data = (HEADER + many + "C3,2026-05-02,chat,Łukasz Żak,\n").encode("cp1250")
    write(tmp_path, {"calls.csv": data, "calls.csv.gz": gzip.compress(data, 1)})
    for name in ("calls.csv", "calls.csv.gz"):
        assert failure("log", name, cwd=tmp_path) == (
            1,
            f"{name}: line 40002, byte 20 (hex A3) is not utf-8; it looks like windows-1250 (try"
            " --encoding windows-1250, or --encoding iso-8859-2)",
        )
    one = call("log", "calls.csv", "--encoding", "cp1250", "--where", "case_id = C3", cwd=tmp_path)
    assert "Łukasz Żak" in one.text


def test_the_wrong_encoding_is_told_with_the_right_one(tmp_path: Path) -> None:
    text = PLAIN + "C3,2026-05-02,chat,Zażółć gęślą jaźń,\n"
    write(tmp_path, {"calls.csv": text.encode("cp1250"), "utf8.csv": text})
    code, message = failure("log", "calls.csv", "--encoding", "utf-8", cwd=tmp_path)
    assert (code, message) == (
        1,
        "calls.csv: line 4, byte 22 (hex BF) is not utf-8; it looks like windows-1250 (try"
        " --encoding windows-1250)",
    )
    code, message = failure("log", "utf8.csv", "--encoding", "big5", cwd=tmp_path)
    assert code == 1
    assert message.endswith("is not big5; it looks like utf-8 (try --encoding utf-8)")


def test_utf8_with_a_broken_byte_is_not_taken_for_something_else(tmp_path: Path) -> None:
    data = (PLAIN + "C3,2026-05-02,chat,Zoë Müßig,\n" * 3).encode() + b"C4,2026-05-02,chat,\xff,\n"
    write(tmp_path, {"calls.csv": data, "cut.csv": data.partition(b"\xab")[0]})
    assert failure("log", "calls.csv", cwd=tmp_path) == (
        1,
        "calls.csv: line 7, byte 20 (hex FF) is not utf-8, though most of the file is (export it"
        " again, or leave such bytes out: iconv -c -f utf-8 -t utf-8 'calls.csv')",
    )
    assert failure("log", "cut.csv", cwd=tmp_path) == (
        1,
        "cut.csv: line 4, byte 22: the file ends within a character of utf-8 (was it cut off?"
        " export or copy it again)",
    )


@pytest.mark.parametrize("name", ["records.jsonl", "document.json"])
def test_json_in_an_older_encoding_names_it(name: str, tmp_path: Path) -> None:
    record = '{"case_id": "C1", "started_at": "2026-05-01", "channel": "chat", "agent": "Łukasz"}'
    write(tmp_path, {name: (record + "\n").encode("cp1250")})
    code, message = failure("log", name, cwd=tmp_path)
    assert code == 1
    assert "is not utf-8; it looks like windows-1250" in message
    assert [row[2] for row in read(tmp_path, name, "--encoding", "cp1250")[0]] == ["Łukasz"]


@pytest.mark.parametrize(
    ("codec", "text", "best"),
    [
        ("cp1250", "Zażółć gęślą jaźń", "windows-1250"),
        ("cp1250", "Žluťoučký kůň", "windows-1250"),
        ("cp1251", "Дзвінок клієнта, зв'язок", "windows-1251"),
        ("cp1251", "КЛИЕНТ", "windows-1251"),
        ("koi8-u", "Дзвінок клієнта", "koi8-u"),
        ("cp874", "สมชาย ใจดี,ลูกค้าวีไอพี", "tis-620"),
        ("cp950", "客服專員,開始時間", "big5"),
        ("gb18030", "请问有什么可以帮您?", "gb18030"),
        ("cp1252", "¿Qué? mañana, está", "windows-1252"),
        ("cp1252", "à été réglé – “Noël” €5", "windows-1252"),
        ("cp1252", "Grüße", "windows-1252"),
        ("iso8859-2", "Zażółć gęślą jaźń", "iso-8859-2"),
    ],
)
def test_letters_tell_the_encoding(codec: str, text: str, best: str) -> None:
    assert plausible(text.encode(codec))[0] == best


def test_bytes_without_words_tell_no_encoding() -> None:
    assert plausible(bytes(range(1, 256)) * 3) == []


@given(st.sampled_from(sorted(SPELLINGS)), st.sampled_from(["", "-", "_"]), st.booleans())
def test_usual_spellings_name_a_codec(codec: str, between: str, upper: bool) -> None:
    for spelling in SPELLINGS[codec]:
        written = spelling.replace("-", between)
        assert named(written.upper() if upper else written) == codec


PDF = "this is a PDF document, not a table (export the data itself, as CSV, xlsx or JSON)"
XLS = "this is an old Excel workbook (xls), not a table (export it as CSV, or save it as xlsx)"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
FOREIGN: dict[str, tuple[bytes, str]] = {
    "report.pdf": (b"%PDF-1.7\n", PDF),
    "report.csv": (b"%PDF-1.7\n", PDF),
    "book.xls": (OLE, XLS),
    "book.csv": (OLE, XLS),
    "all.zip": (b"PK\x03\x04calls.csv", "this is a zip archive, not a table (unpack it first)"),
    "sheet.csv": (
        b"PK\x03\x04[Content_Types].xml ... xl/workbook.xml",
        "this is an Excel workbook (xlsx), not a table (give it a name that ends in .xlsx)",
    ),
    "calls.csv.bz2": (
        b"BZh91AY&SY",
        "this is compressed with bzip2, not a table (unpack it: bunzip2 'calls.csv.bz2')",
    ),
    "login.csv": (
        b"\xef\xbb\xbf\n<!DOCTYPE html><title>Log in</title>",
        "this is a web page (HTML), not a table (open it in a spreadsheet and save it as xlsx or"
        " CSV; a page for logging in means that the download did not work)",
    ),
    "calls.xls": (
        b"<html><body><table>",
        "this is a web page (HTML), not a table (open it in a spreadsheet and save",
    ),
    "2003.csv": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "this is an Excel workbook in XML, not a table (export it as CSV, or save it as xlsx)",
    ),
    "photo.csv": (b"\x89PNG\r\n\x1a\n", "this is an image (PNG), not a table (export the data"),
    "calls.tsv": (b"PAR1\x15\x04", "this is a Parquet file, not a table (give it a name that ends"),
    "records.csv": (
        b'{"case_id": "C1"}\n',
        "this is JSON, not CSV (give it a name that ends in .jsonl if it has an object to a line,"
        " else in .json)",
    ),
    "text.xls": (
        PLAIN.encode(),
        "cannot tell the format from the file's name (cxtool reads",
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_table_of_text_is_named(name: str, tmp_path: Path) -> None:
    content, expected = FOREIGN[name]
    code, message = failure("check", name, cwd=write(tmp_path, {name: content}))
    assert (code, message[: len(name) + 2 + len(expected)]) == (1, f"{name}: {expected}")


CELL = st.text(alphabet=string.ascii_letters + " ,;|\t\n\"'é", max_size=8)


@QUIET
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    all_quoted=st.booleans(),
    title=st.booleans(),
    total=st.booleans(),
    spare=st.integers(0, 2),
)
def test_a_table_in_any_dialect_is_read_back(
    rows: list[tuple[str, str]],
    delimiter: str,
    end: str,
    encoding: str,
    all_quoted: bool,
    title: bool,
    total: bool,
    spare: int,
    tmp_path: Path,
) -> None:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    if title:
        out.write(f"Calls of May{end}{end}")
    writer.writerow(["case_id", "started_at", "channel", "agent", "queue"] + [""] * spare)
    for number, (agent, queue) in enumerate(rows):
        writer.writerow([f"C{number}", "2026-05-01T10:00:00Z", "chat", agent, queue, *[""] * spare])
    if total:
        writer.writerow(["Total", str(len(rows))])
    (tmp_path / "calls.csv").write_bytes(out.getvalue().encode(encoding))
    log = call("log", "calls.csv", "-c", "case_id,agent,queue", "-f", "json", cwd=tmp_path)
    assert log.code == 0, log.err
    assert [tuple(row.values()) for row in log.rows("log")] == [
        (f"C{number}", agent.strip() or None, queue.strip() or None)
        for number, (agent, queue) in enumerate(rows)
    ]


NOISE = st.one_of(
    st.binary(max_size=120),
    st.text("ab,;\"'\n\r\t| 1\0é", max_size=80).map(str.encode),
    st.tuples(
        st.sampled_from(
            [b"", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b", b"sep=", b"{", b"PK\x03\x04"]
        ),
        st.binary(max_size=20),
        st.sampled_from([b"", PLAIN.encode(), PLAIN.encode("utf-16-le")]),
    ).map(b"".join),
)


@QUIET
@given(noise=NOISE, name=st.sampled_from(["a.csv", "a.jsonl", "a.json", "queue_log"]))
def test_no_bytes_make_more_than_one_clear_error(noise: bytes, name: str, tmp_path: Path) -> None:
    write(tmp_path, {name: noise})
    result = call("check", name, "-f", "csv", cwd=tmp_path)
    (tmp_path / name).unlink()
    assert result.code in (0, 1)
    assert "--debug" not in result.err  # the hint of what nobody foresaw
    assert sum(line.startswith("cxtool: error: ") for line in result.err.splitlines()) <= 1
