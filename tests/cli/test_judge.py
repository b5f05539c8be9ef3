"""`lims judge` as its callers rely on it: a table of printed results goes in, the same table with two columns more comes out."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.conftest import ROOT, Lims, Said
from tests.services.workbooks import xlsx
from tests.turns import turns

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
VERDICTS = {"合格", "不合格", "待判定"}
Rows = list[list[str]]


def table(*rows: Sequence[str], delimiter: str = ",") -> str:
    """Return rows as a file holds them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def read(text: str, delimiter: str = ",") -> Rows:
    """Return what stands in a file, row by row."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@pytest.fixture
def judge(lims: Lims, home: Path) -> Callable[..., Rows]:
    """Judges a file's content; returns the rows that came out."""

    def call(content: str | bytes, *words: object) -> Rows:
        (home / "in.csv").write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        said = lims("judge", "in.csv", *words)
        assert (said.code, said.err) == (0, ""), said
        return read(said.out, "\t" if "\t" in said.out.partition("\n")[0] else ",")

    return call


def child(*words: object, given: bytes = b"") -> tuple[int, bytes, str]:
    """Call the command in a process of its own; return its code, its results and its complaint."""
    done = subprocess.run(
        [sys.executable, "-m", "lims", *map(str, words)], input=given, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    return done.returncode, done.stdout, done.stderr.decode("utf-8")


# -- what goes in ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", "\t"], ids=["comma", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_either_encoding_and_with_either_separator(encoding: str, delimiter: str, judge: Callable[..., Rows]) -> None:
    rows = judge(table(["样品", "检验项目", "标准值", "实测值"], ["甲，乙", "镉", "≤0.2", "0.3"], delimiter=delimiter).encode(encoding))
    assert rows[0] == ["样品", "检验项目", "标准值", "实测值", "verdict", "explanation"]
    assert rows[1][:5] == ["甲，乙", "镉", "≤0.2", "0.3", "不合格"]


def test_signs_that_only_gb18030_writes_with_four_bytes_come_through(judge: Callable[..., Rows]) -> None:
    assert judge(table(["备注", "result", "limit"], ["㐀€🌾", "1", "≤2"]).encode("gb18030"))[1][:4] == ["㐀€🌾", "1", "≤2", "合格"]


@pytest.mark.parametrize("result", ["result", "检验结果", "实测值"])
@pytest.mark.parametrize("limit", ["limit", "标准值", "标准指标", "技术要求"])
def test_result_and_limit_go_by_every_name_of_theirs(result: str, limit: str, judge: Callable[..., Rows]) -> None:
    assert judge(table([limit, result], ["≤1.0", "2.0"]))[1][2] == "不合格"
    assert judge(table([limit, result], ["≤1.0", "0.5"]))[1][2] == "合格"


@pytest.mark.parametrize("item", ["item", "检验项目"])
@pytest.mark.parametrize("unit", ["unit", "单位"])
@pytest.mark.parametrize("lod", ["lod", "检出限"])
@pytest.mark.parametrize("rule", ["rule", "比较方式"])
def test_what_may_be_missing_goes_by_both_names_of_its_own(item: str, unit: str, lod: str, rule: str, judge: Callable[..., Rows]) -> None:
    header = [item, "result", "limit", unit, lod, rule]
    rows = judge(table(header, ["铅", "50", "≤0.2 mg/kg", "μg/kg", "", ""], ["铅", "ND", "≤0.2", "", "0.3", ""], ["铅", "0.24", "≤0.2", "", "", "rounded"]))
    assert [row[6] for row in rows[1:]] == ["合格", "待判定", "合格"]


def test_a_name_is_known_in_capitals_in_full_width_and_over_two_lines(judge: Callable[..., Rows]) -> None:
    assert judge(table(["Ｒesult", "标准\n指标", " UNIT "], ["1", "≤2", "g"]))[1][3] == "合格"


def test_standard_input_is_read_in_place_of_a_file(home: Path) -> None:
    code, out, err = child("judge", "-", "--language", "en", given=table(["result", "limit"], ["3", "≤2"]).encode("utf-8-sig"))
    assert (code, err) == (0, "") and out.startswith("result,limit,verdict,explanation\n3,≤2,不合格,".encode())


def test_the_first_sheet_of_a_workbook_is_read_too(lims: Lims, home: Path) -> None:
    (home / "in.xlsx").write_bytes(xlsx([["样品", "实测值", "标准值"], ["001", 0.3, "≤0.2"], ["002", "0.20", "≤0.2"]]))
    rows = read(lims("judge", "in.xlsx").out)
    assert [row[:4] for row in rows] == [["样品", "实测值", "标准值", "verdict"], ["001", "0.3", "≤0.2", "不合格"], ["002", "0.20", "≤0.2", "合格"]]


# -- what comes out ----------------------------------------------------------------------------------------------------------


def test_every_column_comes_out_as_it_went_in_and_in_its_place(judge: Callable[..., Rows]) -> None:
    header = ["序号", " 备注 ", "result", "地点", "limit", "verdict"]
    went_in = [header, ["1", ' "a", b ', "0.1", "x\ty", "≤0.2", "?"], ["2", "", " 0.3", "'", "≤0.2 ", ""], ["3", "=1+1", "", "", "", ""]]
    rows = judge(table(*went_in))
    assert [row[:6] for row in rows] == went_in
    assert rows[0][6:] == ["verdict", "explanation"] and [row[6] for row in rows[1:]] == ["合格", "不合格", "待判定"]


def test_rows_keep_their_order_and_their_number(judge: Callable[..., Rows]) -> None:
    rows = judge(table(["n", "result", "limit"], *([str(n), str(n), "≤50"] for n in range(100))))
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(100)]
    assert [row[3] for row in rows[1:]] == ["合格"] * 51 + ["不合格"] * 49


@pytest.mark.parametrize("row", [["0.1"], ["0.1", "≤0.2"], ["0.1", "≤0.2", "x", "y"], ["0.1", "≤0.2", "x", "y", "z"], ["  "], [""]], ids=len)
def test_a_row_with_too_few_or_too_many_fields_is_kept_and_undecided(row: list[str], judge: Callable[..., Rows]) -> None:
    out = judge(table(["result", "limit", "note"], ["0.1", "≤0.2", "x"], row, ["0.3", "≤0.2", "x"]), "--language", "en")
    assert [one[3] for one in out[1:]] == ["合格", "待判定", "不合格"]
    assert out[2][: len(row[:3])] == row[:3] and out[2][5:] == row[3:]
    assert out[2][4] == f"The row has {len(row)} fields where the header has 3, so nothing in it can be relied on."


@pytest.mark.parametrize("note", ["a\nb", "a\r\nb", "a\rb", "\n\n\n", "x,y", '"', "a\x0bb\x0cc\x1cd\x85e\u2028f", "\n" * 100], ids=repr)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_stands_in_quotation_marks_is_one_field_of_one_row(note: str, place: int, judge: Callable[..., Rows]) -> None:
    rows = [["result", "limit"], ["1", "≤2"], ["3", "≤2"]]
    for row, text in zip(rows, ("note", note, "end"), strict=True):
        row.insert(place, text)
    assert [[*row[:3], row[3]] for row in judge(table(*rows))[1:]] == [[*rows[1], "合格"], [*rows[2], "不合格"]]


UNCLOSED = [
    ('x,"0.1,≤0.2', ["x", "0.1,≤0.2"], "待判定"),
    ('"x,0.1,≤0.2', ["x,0.1,≤0.2"], "待判定"),
    ('x,0.1,"≤0.2', ["x", "0.1", "≤0.2"], "合格"),
    ('x,0.1,≤0.2,"', ["x", "0.1", "≤0.2", ""], "待判定"),
]


@pytest.mark.parametrize(("line", "fields", "verdict"), UNCLOSED, ids=[line for line, _fields, _verdict in UNCLOSED])
@pytest.mark.parametrize(
    "after", [[], ["y,0.3,≤0.2"], ["y,0.3,≤0.2"] * 200, ["y,0.3,≤0.2", 'z,"0.1",≤0.2'], ['z,0.1,"≤0.2"']], ids=["last", "one", "many", "quoted", "quoted limit"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_quotation_mark_nobody_closed_takes_no_other_row_along(
    line: str, fields: list[str], verdict: str, after: list[str], end: str, judge: Callable[..., Rows]
) -> None:
    rows = judge(end.join(["sample,result,limit", "w,0.1,≤0.2", line, *after]) + end)
    assert len(rows) == 3 + len(after)
    assert rows[2][3] == verdict and [*rows[2][:3], *rows[2][5:]] == [*fields, *[""] * (3 - len(fields))]
    assert [row[3] for row in rows[3:]] == [{"y": "不合格", "z": "合格"}[one[0]] for one in after]


def test_a_row_that_runs_over_several_lines_is_one_row_though_a_field_is_missing(judge: Callable[..., Rows]) -> None:
    rows = judge('sample,result,limit\n"a\nb\nc",0.1\nd,0.1,≤0.2\n')
    assert [(row[0], row[3]) for row in rows[1:]] == [("a\nb\nc", "待判定"), ("d", "合格")]


def test_a_far_quotation_mark_that_makes_no_row_closes_nothing(judge: Callable[..., Rows]) -> None:
    rows = judge("sample,result,limit\n" + 'x,"0.1\n' + "y,0.3,≤0.2\n" * 60 + 'z,0.1,"\n')
    assert [row[3] for row in rows[1:]] == ["待判定", *["不合格"] * 60, "待判定"]


def test_blank_lines_are_no_rows(judge: Callable[..., Rows]) -> None:
    assert [row[:2] for row in judge("\n\r\n  \nresult,limit\n\n1,≤2\n\r\n\n3,≤2\n\n")] == [["result", "limit"], ["1", "≤2"], ["3", "≤2"]]


def test_a_header_alone_gives_a_header_alone(judge: Callable[..., Rows]) -> None:
    assert judge("result,limit") == [["result", "limit", "verdict", "explanation"]]


def test_a_nul_byte_is_a_sign_like_any_other(judge: Callable[..., Rows]) -> None:
    rows = judge(b"note,result,limit\na\0b,1,<=2\nc,1\0,<=2\n\0\0\0\n")
    assert [(row[0], row[3]) for row in rows[1:]] == [("a\0b", "合格"), ("c", "待判定"), ("\0\0\0", "待判定")]


@pytest.mark.parametrize("piece", ["9", "(以", "1 ", "~", "≤", "1/", "未检出("])
def test_a_huge_field_holds_nobody_up(piece: str, judge: Callable[..., Rows]) -> None:
    huge = piece * (2_000_000 // len(piece))
    sent = table(["note", "result", "limit"], [huge, "1", "≤2"], ["", huge, "≤2"], ["", "1", huge])
    assert turns(lambda: judge(sent)) < 100 * len(huge)
    rows = judge(sent, "--language", "en")
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [(huge, "1", "≤2"), ("", huge, "≤2"), ("", "1", huge)]
    assert [row[3] for row in rows[1:]] == ["合格", "待判定", "待判定"]
    assert rows[2][4] == "result is longer than anything a bulletin prints. A person must judge."
    assert rows[3][4] == "limit is longer than anything a bulletin prints. A person must judge."


def test_a_file_has_a_mark_and_standard_output_has_none(home: Path) -> None:
    (home / "in.csv").write_bytes(table(["result", "limit"], ["1", "≤2"]).encode("utf-8-sig"))
    code, out, err = child("judge", home / "in.csv")
    assert (code, err) == (0, "") and out.startswith(b"result,limit,verdict,explanation\n1,")
    assert child("judge", home / "in.csv", "--out", home / "out.csv") == (0, b"", "")
    assert (home / "out.csv").read_bytes() == b"\xef\xbb\xbf" + out


def test_ten_thousand_rows_take_ten_times_what_a_thousand_take(judge: Callable[..., Rows]) -> None:
    rows = [[str(n), "铅", f"{n % 997 / 1000:.3f}", f"≤{n % 89 / 100:.2f}", "mg/kg"] for n in range(10_000)]
    small, large = (table(["n", "item", "result", "limit", "unit"], *rows[:many]) for many in (1_000, 10_000))
    assert len(judge(large)) == 10_001
    assert turns(lambda: judge(large)) < 30 * turns(lambda: judge(small))


# -- what is said of a row ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [";", "；", ",", "，", "、", "/", " "])
@pytest.mark.parametrize(("values", "verdict"), [(("10", "20", "30", "40", "50"), "合格"), (("10", "20", "101", "40", "50"), "不合格")])
def test_several_values_are_separated_by_any_of_these_signs(between: str, values: tuple[str, ...], verdict: str, judge: Callable[..., Rows]) -> None:
    """n = 5, c = 2, m = 50, M = 100: two values of five may lie between m and M, none above M."""
    assert judge(table(["result", "limit"], [between.join(values), "n=5,c=2,m=50,M=100"]))[1][2] == verdict


SENTENCES = [
    ("0.2", "≤0.2", "", "合格", "The value keeps the limit."),
    ("0.201", "≤0.2", "", "不合格", "The value does not keep the limit."),
    ("未检出", "≤0.2", "", "合格", "limit of detection is not stated."),
    ("未检出", "≤0.2", "0.2", "合格", "Nothing was found above 0.2"),
    ("未检出", "≤0.2", "0.21", "待判定", "The limit of detection lies above the limit"),
    ("未检出", "不得检出", "", "合格", "Not detected, as demanded."),
    ("0.5", "不得检出", "0.3", "不合格", "Detected where nothing may be found."),
    ("0.5", "不得检出", "", "不合格", "Detected where nothing may be found."),
    ("0.2", "不得检出", "0.3", "合格", "Not detected, as demanded."),
    ("0.5", "不得使用", "0.3", "不合格", "Detected where nothing may be found."),
    ("0.5", "不得使用", "", "不合格", "Detected where nothing may be found."),
    ("0.1", "0.2", "", "待判定", "at most or at least"),
    ("", "≤0.2", "", "待判定", "no value"),
    ("0.1", "", "", "待判定", ""),
    ("见附页", "≤0.2", "", "待判定", "no value"),
]


@pytest.mark.parametrize(("result", "limit", "lod", "verdict", "why"), SENTENCES)
def test_a_row_says_what_was_judged_and_why(result: str, limit: str, lod: str, verdict: str, why: str, judge: Callable[..., Rows]) -> None:
    row = judge(table(["result", "limit", "lod"], [result, limit, lod]), "--language", "en")[1]
    assert row[3] == verdict and why in row[4]


@pytest.mark.parametrize(
    ("rule", "verdict"), [("", "不合格"), ("full", "不合格"), ("全数值比较", "不合格"), ("rounded", "合格"), ("修约值比较法", "合格"), ("nearly", "待判定")]
)
def test_the_full_value_is_compared_unless_the_rounded_one_is_asked_for(rule: str, verdict: str, judge: Callable[..., Rows]) -> None:
    """GB/T 8170-2008, 4.3: 0.24 against at most 0.2 does not conform, its rounded value 0.2 does."""
    assert judge(table(["result", "limit", "rule"], ["0.24", "≤0.2", rule]))[1][3] == verdict


def test_the_verdict_is_the_same_word_in_either_language_and_the_explanation_is_not(judge: Callable[..., Rows]) -> None:
    content = table(["result", "limit"], ["1", "≤2"], ["3", "≤2"], ["x", "≤2"], ["1"])
    chinese, english = judge(content), judge(content, "--language", "en")
    assert [row[:3] for row in chinese] == [row[:3] for row in english] and {row[2] for row in english[1:]} == VERDICTS
    assert all(row[3].replace("≤", "").isascii() for row in english[1:])
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in row[3]) for row in chinese[1:])
    assert chinese[0] == english[0]


# -- its codes ---------------------------------------------------------------------------------------------------------------


def test_rows_that_fail_are_no_failure(judge: Callable[..., Rows]) -> None:
    assert judge(table(["result", "limit"], ["3", "≤2"], ["?", "?"]))[1][2] == "不合格"


@pytest.fixture
def folder(home: Path) -> Path:
    """Where a good table lies beside everything that is none."""
    (home / "folder").mkdir()
    (home / "good.csv").write_text("result,limit\n1,≤2\n", "utf-8")
    (home / "empty.csv").write_bytes(b"")
    (home / "blank.csv").write_bytes(b"\xef\xbb\xbf \r\n\n")
    (home / "half.csv").write_text("result,极限\n1,≤2\n", "utf-8")
    (home / "none.csv").write_text("1,≤2\n3,≤2\n", "utf-8")
    (home / "utf16.csv").write_bytes("result,limit\n1,≤2\n".encode("utf-16"))
    (home / "broken.csv").write_bytes("\ufeffresult,limit\n检".encode()[:-1])
    (home / "broken.xlsx").write_bytes(b"PK\x03\x04 no more than its first bytes")
    (home / "taken").write_bytes(b"somebody's thesis")
    return home


REFUSED = [
    (["missing.csv"], "missing.csv cannot be read: there is no such file or folder."),
    (["folder"], "folder cannot be read: it is a folder."),
    (["good.csv/in.csv"], "cannot be read: a file stands where a folder is needed."),
    (["实" * 200], "cannot be read: the name is too long."),
    (["empty.csv"], "empty.csv is empty. It needs a first line with the names of its columns."),
    (["blank.csv"], "blank.csv is empty."),
    (["half.csv"], "The table has no column limit / 标准值 / 标准指标 / 技术要求. Name its columns in the first line."),
    (["none.csv"], "The table has no column result / 检验结果 / 实测值; limit / 标准值 / 标准指标 / 技术要求."),
    (["utf16.csv"], "utf16.csv is neither UTF-8 nor GB18030 text. Save it as CSV (UTF-8) and try again."),
    (["broken.csv"], "broken.csv is neither UTF-8 nor GB18030 text."),
    (["broken.xlsx"], "broken.xlsx is no workbook this program can read."),
    (["half.csv", "--out", "new.csv"], "The table has no column limit"),
    (["half.csv", "--out", "taken"], "The table has no column limit"),
    (["good.csv", "--out", "no/such/folder/out.csv"], "could not be written: there is no such file or folder. Choose another place and try again."),
    (["good.csv", "--out", "taken/out.csv"], "could not be written: a file stands where a folder is needed."),
    (["good.csv", "--out", "folder"], "folder could not be written: it is a folder."),
    (["good.csv", "--out", "."], ". could not be written: it is a folder."),
    (["good.csv", "--out", ""], ". could not be written: it is a folder."),
    (["good.csv", "--out", "实" * 200], "could not be written: the name is too long."),
]


@pytest.mark.parametrize(("words", "english"), REFUSED, ids=[" ".join(words)[:40] for words, _english in REFUSED])
def test_what_cannot_be_read_or_written_is_1_with_one_sentence_in_either_language(words: list[str], english: str, lims: Lims, folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert english in lims("judge", *words, "--language", "en").complaint
    chinese = lims("judge", *words).complaint
    assert english not in chinese and any("\u4e00" <= sign <= "\u9fff" for sign in chinese.replace("实", ""))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before, "nothing was written"


def test_nothing_on_standard_input_is_said(home: Path) -> None:
    assert child("judge", "-", "--language", "en") == (1, b"", "Standard input is empty. It needs a first line with the names of its columns.\n")


@POSIX
def test_a_closed_standard_input_is_said(home: Path) -> None:
    closed = [sys.executable, "-c", "import os, sys; os.close(0); os.execv(sys.executable, [sys.executable, '-m', 'lims', 'judge', '-', '--language', 'en'])"]
    done = subprocess.run(closed, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "There is no standard input. Name a file.\n")


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ([], "FILE is missing. `lims judge --help` shows how it is called.\n"),
        (["a", "b"], "There are more words than this command takes. `lims judge --help` shows how it is called.\n"),
        (["a", "--nonsense"], "There is no option --nonsense. `lims judge --help` shows how it is called.\n"),
        (["a", "--out"], "--out needs a value. `lims --help` shows how it is called.\n"),
    ],
)
def test_wrong_usage_is_2(words: list[str], english: str, lims: Lims) -> None:
    assert lims("--language", "en", "judge", *words) == Said(2, "", english)


# -- where it is written -----------------------------------------------------------------------------------------------------


def test_a_table_may_be_written_over_itself_and_nothing_else_is_left(lims: Lims, home: Path) -> None:
    (home / "in.csv").write_text("result,limit\n1,≤2\n", "utf-8")
    assert lims("judge", "in.csv", "--out", "in.csv") == Said(0, "", "")
    assert read((home / "in.csv").read_text("utf-8-sig"))[1][:3] == ["1", "≤2", "合格"]
    assert [path.name for path in home.iterdir()] == ["in.csv"]


@POSIX
def test_a_link_is_followed_and_stays_a_link(lims: Lims, home: Path) -> None:
    (home / "in.csv").write_text("result,limit\n1,≤2\n", "utf-8")
    (home / "far").mkdir()
    (home / "out.csv").symlink_to(home / "far" / "real.csv")
    assert lims("judge", "in.csv", "--out", "out.csv").code == 0
    assert (home / "out.csv").is_symlink() and "合格" in (home / "far" / "real.csv").read_text("utf-8-sig")


@POSIX
def test_a_pipe_or_a_device_is_written_into_and_not_put_away(lims: Lims, home: Path) -> None:
    (home / "in.csv").write_text("result,limit\n1,≤2\n", "utf-8")
    pipe, got = home / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text("utf-8-sig")), daemon=True)
    reader.start()
    assert lims("judge", "in.csv", "--out", pipe).code == 0
    reader.join(20)
    assert pipe.is_fifo() and read(got[0])[1][:3] == ["1", "≤2", "合格"]


@POSIX
def test_a_full_disk_leaves_the_old_file_and_no_half_of_a_new_one(home: Path) -> None:
    (home / "in.csv").write_text("result,limit\n" + "1,≤2\n" * 5000, "utf-8")
    (home / "out.csv").write_text("yesterday's")
    call = [sys.executable, "-m", "lims", "--language", "en", "judge", str(home / "in.csv"), "--out", str(home / "out.csv")]
    limited = [sys.executable, "-c", f"import os, resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); os.execv({call[0]!r}, {call!r})"]
    done = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{home / 'out.csv'} could not be written: the disk is full. Choose another place and try again.\n"
    assert sorted(path.name for path in home.iterdir()) == ["in.csv", "out.csv"] and (home / "out.csv").read_text() == "yesterday's"


# -- whatever comes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def exits(lims: Lims, home: Path) -> Callable[[bytes], Said]:
    """Calls the command with a file's content; a traceback is no answer."""

    def call(content: bytes) -> Said:
        (home / "any.csv").write_bytes(content)
        said = lims("judge", "any.csv")
        assert said.code in (0, 1) and "Traceback" not in said.err, said
        assert said.err.count("\n") == said.code, said
        return said

    return call


@given(content=st.binary(max_size=300))
def test_whatever_bytes_come_the_answer_is_rows_or_one_sentence(content: bytes, exits: Callable[[bytes], Said]) -> None:
    exits(content)


PIECES = st.sampled_from(
    [
        "result",
        "limit",
        "标准值",
        "unit",
        "0.1",
        "≤0.2",
        "<",
        "未检出",
        "不得检出",
        "n=5,c=2,m=1,M=9",
        "±",
        "~",
        ",",
        "\t",
        '"',
        "\n",
        "\r",
        "\0",
        " ",
        "x",
        "（",
        "10^99",
        "E9",
    ]
)


@given(pieces=st.lists(PIECES, max_size=60))
def test_whatever_stands_below_a_header_is_judged_line_by_line(pieces: list[str], exits: Callable[[bytes], Said]) -> None:
    said = exits(("note,result,limit\n" + "".join(pieces)).encode())
    assert said.code == 0
    assert {row[3] for row in read(said.out)[1:]} <= VERDICTS


FIELD = st.one_of(
    st.sampled_from(["0.1", "≤0.2", "未检出", "不得检出", "1~2", "n=5,c=0,m=0/25g", "—", ""]), st.text(max_size=12).filter(lambda text: "\ufeff" not in text)
)


@settings(max_examples=300)
@given(rows=st.lists(st.lists(FIELD, min_size=1, max_size=5), max_size=8), delimiter=st.sampled_from([",", "\t"]))
def test_as_many_rows_come_out_as_went_in_and_say_the_same(rows: Rows, delimiter: str, exits: Callable[[bytes], Said]) -> None:
    said = exits(table(["note", "result", "limit"], *rows, delimiter=delimiter).encode("utf-8", "replace"))
    out = read(said.out, delimiter)[1:]
    went_in = [[field.encode("utf-8", "replace").decode() for field in row] for row in rows]
    assert [[*row[:3], *row[5:]] for row in out] == [[*row[:3], *[""] * (3 - len(row)), *row[3:]] for row in went_in]
    assert {row[3] for row in out} <= VERDICTS
    assert all(row[3] == "待判定" for row, given_ in zip(out, went_in, strict=True) if len(given_) != 3)
