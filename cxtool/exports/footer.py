"""Lines at the end of a CSV file that are clearly no records: totals, counts, ends of reports.

A line is one if it begins with the words of a footer, and the rest is empty, or numbers, or lacks
cells that the header has; also what stands alone in a line after a blank line. What only may be one
stays a record, and rules judge it.
"""

from __future__ import annotations

import csv
import re

from cxtool.exports.header import kind

LAST_LINES = 30
TAIL_BYTES = 1 << 14
END_OF_TEXT = b"\x1a"  # in old systems
PADDING = " \t\r\n\x00\x1a"

COUNT = r"\(?[\d.,'\u00a0 ]+\)?"
TOTALS = (
    "(?:grand |sub-?|overall )?totals?(?: général)?",
    "sum|summe|gesamt(?:summe)?|totale|totaal|average|avg\\.?|mean|durchschnitt|moyenne|promedio",
    "razem|suma|łącznie|ogółem|średnia|średnio",
    "разом|усього|всього|підсумок|середнє|итого|всего|среднее",
    "รวม(?:ทั้งหมด|ทั้งสิ้น)?|ผลรวม|ยอดรวม|ทั้งหมด|ค่าเฉลี่ย|เฉลี่ย",
    "合計|總計|总计|小計|小计|總數|平均",
)
THINGS = (
    "rows?|records?|lines?|entries|items?|results?|cases?|calls?|tickets?|conversations?|contacts?",
    "wierszy|rekordów|рядків|записів|строк|записей|แถว|รายการ|筆|列|条",
)
ENDS = (
    "end of (?:the )?(?:report|file|data|export|list)|end",
    "koniec(?: raportu| pliku| danych)?|кінець(?: звіту)?|конец(?: отчета| отчёта)?",
    "สิ้นสุดรายงาน|จบรายงาน|報表結束|报表结束|以下空白",
)
MADE = (
    "(?:this |the )?(?:report|file|data|export)? ?(?:was |is )?"
    "(?:generated|exported|created|printed|downloaded|produced)",
    "wygenerowano|utworzono|створено|згенеровано|создано|สร้างเมื่อ|產生時間|生成时间",
)


def _any(*groups: str) -> str:
    return "(?:" + "|".join(groups) + ")"


_OF = rf"(?: (?:number |count )?(?:of )?{_any(*THINGS)})?(?: (?:count|number|returned))?"
WORDS = (
    rf"(?i)[-*=# ]*(?:{_any(*TOTALS)}{_OF} ?[:=]? ?(?:{COUNT})?"
    rf"|{_any(*THINGS)}(?: (?:count|number|returned|total))? ?[:=] ?{COUNT}"
    rf"|\(?{COUNT} ?{_any(*THINGS)}(?: (?:affected|returned|found|selected|exported|in total))?\)?"
    rf"|{_any(*ENDS)}|{_any(*MADE)}(?: ?(?:on|at|by|from|in|:).*)?"
    rf"|page \d+(?: (?:of|/) \d+)?)[-*=# .]*"
)


def footer(
    tail: bytes, *, delimiter: str, quote: str, width: int, numbered: bool = False
) -> tuple[int, list[str]]:
    """How many bytes at the end of a file are no records, and the lines in them that hold anything.

    ``tail`` begins with a line of the file, after the header. ``numbered``: each line has its
    number in a cell after those of the header.

    >>> footer(b"1,ada,5\\n2,bo,7\\nTotal,,12\\n", delimiter=",", quote='"', width=3)
    (10, ['Total,,12'])
    """
    lines = tail.splitlines(keepends=True)
    keep = len(lines)
    found: list[str] = []
    for place in range(len(lines) - 1, max(-1, len(lines) - 1 - LAST_LINES), -1):
        text = lines[place].decode(errors="replace").strip(PADDING)
        text = text.rpartition(delimiter)[0] if numbered else text
        after_blank = place > 0 and not lines[place - 1].strip(PADDING.encode())
        if text and not _is_footer(text, delimiter, quote, width, after_blank=after_blank):
            break
        if text:
            keep = place
            found.insert(0, text)
        elif END_OF_TEXT in lines[place]:
            keep = place
    return sum(map(len, lines[keep:])), found


def _is_footer(text: str, delimiter: str, quote: str, width: int, *, after_blank: bool) -> bool:
    if quote and text.count(quote) % 2:  # the end of a quoted cell
        return False
    cells = next(csv.reader([text], delimiter=delimiter, quotechar=quote or None), [])
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled or width == 1:
        return False
    few = 2 * len(filled) <= width or len(cells) < width
    if (few or all(map(kind, filled[1:]))) and re.fullmatch(WORDS, filled[0]):
        return True
    return len(cells) == 1 and after_blank
