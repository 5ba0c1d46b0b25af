"""``profile infer``: unknown files in several languages, read by an unedited draft: L1-L17.

Every draft states its evidence; what is not proved is asked for or left out.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from string import printable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxtool.errors import CxtoolError
from cxtool.exports.infer import infer_file
from cxtool.exports.profiles import parse
from cxtool.exports.text import TextOptions
from tests.cli_helper import call, failure
from tests.exports.drafts import columns, comments, drafted, log, written
from tests.exports.test_pwc import AM_PM, DOTS, ISO, ZEROS

LOG = "case_id,agent,channel,direction,started_at,handle_s,first_response_s,csat,sla"
# Three calls in the words of four languages, each read from one line to a cell.
THAI = """
    รหัสสาย,วันที่,เวลา,ทิศทาง,พนักงาน,รับสาย,เวลารอ (วินาที),ระยะเวลาสนทนา (วินาที),ความพึงพอใจ,ความรู้สึก
    T1,13/05/2026,09.15,ขาเข้า,สมชาย,ใช่,12,340,5,เชิงบวก
    T2,14/05/2026,10.20,ขาออก,สมหญิง,ใช่,700,90,2,เป็นกลาง
    T3,02/05/2026,23.59,ขาเข้า,สมชาย,ไม่,8,0,,เชิงลบ
    """
POLISH = """
    ID rozmowy;Data i godzina;Kierunek;Agent;Status rozmowy;Oczekiwanie;Czas rozmowy;Ocena;Nastrój
    P1;21.05.2026 08:15:00;Przychodzące;Anna;Odebrane;0:00:12;0:05:40;5,0;pozytywny
    P2;22.05.2026 09:20:10;Wychodzące;Jan;Odebrane;0:11:40;0:01:30;2;neutralny
    P3;03.05.2026 11:00:00;Przychodzące;;Nieodebrane;0:02:05;0:00:00;;negatywny
    """
UKRAINIAN = """
    Номер дзвінка|Початок|Напрямок|Оператор|Прийнято|Очікування, с|Час розмови, с|Оцінка|Настрій
    U1|2026-05-01T08:00:00+03:00|вхідний|Оксана|так|12|340|5|позитивний
    U2|2026-05-01T09:00:00+03:00|вихідний|Тарас|так|700|90|2|нейтральний
    U3|2026-05-01T10:00:00+03:00|вхідний||ні|30|0||негативний
    """
CHINESE = """
    通話編號,開始時間,方向,客服專員,是否接聽,等待時間(毫秒),通話時間(秒),滿意度,情緒
    C1,1777600000,進線,王小明,是,12000,340,5,正面
    C2,1777603600,出線,李小華,是,700000,90,2,中立
    C3,1777607200,進線,,否,0,0,,負面
    """
FACTS = ("direction", "handle_s", "first_response_s", "csat", "sentiment", "sla")
READ = [
    ("inbound", 340.0, 12.0, 5.0, "positive", "met"),
    ("outbound", 90.0, 700.0, 2.0, "neutral", "not_met"),
    ("inbound", None, None, None, "negative", "not_met"),
]


@pytest.mark.parametrize(
    ("text", "starts", "agents"),
    [
        (
            THAI,
            ["2026-05-13T09:15:00", "2026-05-14T10:20:00", "2026-05-02T23:59:00"],
            ["สมชาย", "สมหญิง", "สมชาย"],
        ),
        (
            POLISH,
            ["2026-05-21T08:15:00", "2026-05-22T09:20:10", "2026-05-03T11:00:00"],
            ["Anna", "Jan", None],
        ),
        (
            UKRAINIAN,
            ["2026-05-01T05:00:00", "2026-05-01T06:00:00", "2026-05-01T07:00:00"],
            ["Оксана", "Тарас", None],
        ),
        (
            CHINESE,
            ["2026-05-01T01:46:40", "2026-05-01T02:46:40", "2026-05-01T03:46:40"],
            ["王小明", "李小華", None],
        ),
    ],
    ids=["Thai", "Polish", "Ukrainian", "Chinese"],
)
def test_headers_and_words_of_other_languages(
    tmp_path: Path, text: str, starts: list[str], agents: list[str | None]
) -> None:
    """L1, L3, L6-L9, L16, L17: every fact of the log, under the draft as it stands."""
    keys = ",".join(("case_id", "started_at", "agent", "channel", *FACTS))
    rows = log(tmp_path, written(tmp_path, text), keys=keys)
    rows.sort(key=lambda row: str(row["case_id"]))
    assert [tuple(row[key] for key in FACTS) for row in rows] == READ
    assert [row["started_at"][:19] for row in rows] == starts
    assert [row["agent"] for row in rows] == agents
    assert {row["channel"] for row in rows} == {"voice"}


@pytest.mark.parametrize("text", [ISO, DOTS, AM_PM, ZEROS], ids=["iso", "dots", "am_pm", "zeros"])
def test_the_draft_reads_what_the_built_in_profile_reads(tmp_path: Path, text: str) -> None:
    """L17, S1: the same log, whichever way the calls are written; zeros of nobody are nothing."""
    file = written(tmp_path, text)
    by_draft = log(tmp_path, file, keys=LOG)
    known = call("log", file, "--profile", "pwc", "-c", LOG, "-f", "json", cwd=tmp_path)
    assert by_draft == known.rows("log")
    unanswered = next(row for row in by_draft if row["case_id"] == "T03")
    assert [unanswered[key] for key in ("handle_s", "first_response_s", "csat")] == [None] * 3


def test_evidence_stands_beside_each_guess(tmp_path: Path) -> None:
    draft = drafted(tmp_path, ZEROS)
    said = comments(draft)
    assert "'Call Id': T01, T02, T03, T04." in said
    assert "Every one of the 4 rows has its own." in said
    assert "month first: line 5 has '12/31/2021 12:00:00'" in said
    assert "Only where 'Answered (Y/N)' is Y: the others, 1 rows, have nothing but 0" in said
    assert columns(draft)["talk_s"]["only_when"] == {"Answered (Y/N)": ["Y"]}
    assert columns(draft)["channel"] == {"value": "voice"}
    assert "header 'Call Id'" in said


def test_the_same_file_gives_the_same_draft(tmp_path: Path) -> None:
    assert drafted(tmp_path, THAI) == drafted(tmp_path, THAI)


def test_a_column_without_a_telling_header_is_not_used(tmp_path: Path) -> None:
    """Names and ids are never guessed from values alone."""
    draft = drafted(
        tmp_path,
        """
        Call ID,Started,Who knows,Weather
        1,2026-05-01 10:00,Ann Lee,inbound
        2,2026-05-01 11:00,Bo Ek,outbound
        """,
    )
    assert "agent" not in columns(draft)
    assert "'Who knows' (Ann Lee, Bo Ek): its header says nothing" in comments(draft)
    # Words that mean one thing only are enough for a direction.
    assert columns(draft)["direction"] == {"from": ["Weather"]}


def test_the_better_of_two_columns_is_taken_and_the_other_named(tmp_path: Path) -> None:
    draft = drafted(
        tmp_path,
        """
        Call ID,Created at,Start time,Agent name,Agent
        1,2026-05-01 10:00,2026-05-01 10:01,Ann,A7
        2,2026-05-01 11:00,2026-05-01 11:01,Bo,A8
        """,
    )
    assert columns(draft)["started_at"] == {"from": ["Start time"]}
    assert columns(draft)["agent"] == {"from": ["Agent name"]}
    assert "'Created at' would also do; its header fits less well." in comments(draft)
    assert "'Agent' (A7, A8): could be agent; 'Agent name' fits better." in comments(draft)


def test_an_unknown_channel_is_asked_for(tmp_path: Path) -> None:
    text = """
        Id,Started,Agent
        1,2026-05-01 10:00,Ann
        2,2026-05-01 11:00,Bo
        """
    draft = drafted(tmp_path, text, name="x.csv")
    assert columns(draft)["channel"] == {"value": "unknown"}
    assert "set it, for example to voice or chat" in comments(draft)
    named = drafted(tmp_path, text, name="webchat_log.csv")
    assert columns(named)["channel"] == {"value": "chat"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Foo,Started,Bar\na1,2026-05-01 10:00,x\na2,2026-05-01 11:00,x\n",
            "no column was found for case_id of table 'interactions'"
            " (columns with a different value in every row: 'Foo')",
        ),
        (
            "Case ID,Started,Activity\n1,2026-05-01,A\n1,2026-05-02,B\n2,2026-05-03,C\n",
            "the values of 'Case ID' repeat",
        ),
        ("Call ID,Agent\n1,Ann\n2,Bo\n", "no column was found for started_at"),
        ("Call ID,Started\n", "no records to look at"),
    ],
)
def test_a_file_that_lacks_what_is_required(tmp_path: Path, text: str, told: str) -> None:
    file = written(tmp_path, text)
    code, message = failure("profile", "infer", file, cwd=tmp_path)
    assert code == 1
    assert told in message


def test_what_the_user_says_of_the_file_goes_into_the_draft(tmp_path: Path) -> None:
    text = "exported by hand\nCall ID^Started\n1^2026-05-01 10:00\n"
    file = written(tmp_path, text)
    arguments = ("--skip-lines", "1", "--delimiter", "^")
    draft = call("profile", "infer", file, *arguments, cwd=tmp_path).text
    assert 'delimiter = "^"\nskip_lines = 1' in draft
    (tmp_path / "my.toml").write_text(draft, encoding="utf-8")
    result = call("log", file, "--profile", "my.toml", "-f", "json", cwd=tmp_path)
    assert [row["case_id"] for row in result.rows("log")] == ["1"]


def test_a_folder_of_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        written(tmp_path, ISO, name=name)
    code, message = failure("profile", "infer", ".", cwd=tmp_path)
    assert (code, "holds 2 files; name one of them" in message) == (2, True)


NAMES = st.text(printable + "éłแล通'\"\\#=[]", min_size=1, max_size=12).filter(
    lambda name: not name.startswith("__")
)


@settings(max_examples=20, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=4), cells=st.lists(NAMES, min_size=1, max_size=4))
def test_any_header_and_value_make_a_valid_profile(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], cells: list[str]
) -> None:
    """Whatever stands in a file, the draft is TOML in the form of profiles."""
    folder = tmp_path_factory.mktemp("any")
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(["Call ID", "Started", *names])
    rows.writerow(["1", "2026-05-01 10:00", *[cells[n % len(cells)] for n in range(len(names))]])
    file = folder / "any.csv"
    file.write_text(out.getvalue(), encoding="utf-8", newline="")
    # A quote or a line end in a cell may leave no record; all else gives a profile.
    try:
        draft = infer_file("any.csv", folder=folder, options=TextOptions())
    except CxtoolError as problem:
        message = problem.message
    else:
        message = ""
        assert parse(draft, name="any.csv").tables[0].table == "interactions"
    assert message == "" or "no records" in message or "no column" in message
