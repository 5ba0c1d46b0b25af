"""RESULTS.md and its pictures: ratios of medians, the targets, and what is behind the ratios.

python -m benchmarks.results RUNS
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import vl_convert

from benchmarks.kept import Case, Kept, machine
from benchmarks.reports import REPORTS

FOLDER = Path(__file__).parent
PEERS = {"duckdb": "DuckDB", "polars": "Polars by hand", "pandas": "pandas", "scan": "bare scan"}
COLOURS = {"duckdb": "#b8860b", "polars": "#2f6db3", "pandas": "#8a4fa3", "scan": "#7a7a7a"}
MEAN_TARGETS = {("duckdb", "parquet"): 0.6, ("duckdb", "csv"): 0.8, ("pandas", ""): 0.2}
EACH_TARGETS = {"duckdb": 1.0, "polars": 1.1}
PARTS_TARGET, PEAK_TARGET_MB = 1.5, 2560.0
HEAD = """# Results

Written by `make bench`; change nothing here by hand. Times are wall time of whole processes, the
median of rounds in turns; memory is the largest resident size. A ratio is cxtool's divided by the
peer's: below 1 cxtool takes less. The exports are of `cxtool sample`, 60 days; the period is the
last 30, compared with the 30 before, so every row counts. Before anything was measured, the
figures of each peer were compared with cxtool's and agreed. Peers know that the sample is clean and
judge no rows; cxtool judges those of CSV in every run, and has proven those of Parquet when it
wrote them (docs/decisions/0011). Peers test no change against chance; `report` is a page with its
pictures in cxtool, figures alone in the others. `log` is written as Parquet.
"""


def write_results(kept: Kept, *, folder: Path = FOLDER) -> None:
    """Write what is kept."""
    parts = [HEAD, *_table(("", ""), machine().items())]
    sizes = dict.fromkeys((case.interactions_n, case.kind) for case in kept.cases())
    for interactions_n, kind in sorted(sizes, key=lambda size: (size[0], size[1] != "parquet")):
        measured = set(kept.cases())
        cases = [c for r in REPORTS if (c := Case(r, kind, interactions_n)) in measured]
        name = f"results-{kind}-{interactions_n}.svg"
        (folder / name).write_text(_picture(kept, cases), encoding="utf-8")
        parts += [
            f"\n## {interactions_n / 1e6:g} million interactions, {kind}\n",
            f"![Wall time of cxtool divided by that of its peers]({name})\n",
            *_table(
                ("Report", "cxtool", *(f"/ {peer}" for peer in PEERS.values())),
                ((case.report, *_cells(kept, case)) for case in cases),
            ),
            "Memory:\n",
            *_table(
                ("Report", "cxtool", *(f"/ {peer}" for peer in PEERS.values())),
                ((case.report, *_cells(kept, case, memory=True)) for case in cases),
            ),
            *_targets(kept, cases),
            *(
                f"- {case.report}, {PEERS[peer]}: left out, {reason}"
                for case in cases
                for peer in PEERS
                if (reason := kept.skipped(case, peer))
            ),
        ]
    (folder / "RESULTS.md").write_text("\n".join(parts) + "\n", encoding="utf-8")


def _cells(kept: Kept, case: Case, *, memory: bool = False) -> Iterator[str]:
    own = kept.median(case, "cxtool")
    if own is None:
        return
    size = f"{own.peak_mb:,.0f} MB" if memory else f"{own.seconds:.2f} s ({own.cpu_s:.2f} s CPU)"
    yield size
    for peer in PEERS:
        ratio = _ratio(kept, case, peer, memory=memory)
        yield "–" if ratio is None else f"{ratio:.2f}"


def _ratio(kept: Kept, case: Case, peer: str, *, memory: bool = False) -> float | None:
    own, other = kept.median(case, "cxtool"), kept.median(case, peer)
    if own is None or other is None:
        return None
    return own.peak_mb / other.peak_mb if memory else own.seconds / other.seconds


def _targets(kept: Kept, cases: Sequence[Case]) -> Iterator[str]:
    """Each target that the measured cases allow to judge, and whether it is met."""
    yield "\nTargets:\n"
    for peer, limit in EACH_TARGETS.items():
        ratios = {case.report: _ratio(kept, case, peer) for case in cases}
        known = {report: ratio for report, ratio in ratios.items() if ratio is not None}
        if known:
            worst = max(known, key=lambda report: known[report])
            said = f"each report at most {limit:g} of {PEERS[peer]}: most is {worst}"
            yield _judged(said, known[worst], limit)
    for (peer, kind), limit in MEAN_TARGETS.items():
        judged = [_ratio(kept, case, peer) for case in cases if kind in ("", case.kind)]
        mean = _geometric(ratio for ratio in judged if ratio is not None)
        if mean is not None:
            said = f"geometric mean at most {limit:g} of {PEERS[peer]}"
            yield _judged(said, mean, limit)
    own = {case.report: kept.median(case, "cxtool") for case in cases}
    times = {report: median.seconds for report, median in own.items() if median}
    parts = [seconds for report, seconds in times.items() if report not in ("log", "report")]
    if "report" in times and parts:
        said = f"report at most {PARTS_TARGET:g} of its slowest part"
        yield _judged(said, times["report"] / max(parts), PARTS_TARGET)
    peak = max((median.peak_mb for median in own.values() if median), default=None)
    if peak is not None:
        said = f"at most {PEAK_TARGET_MB / 1024:g} GB"
        yield _judged(said, peak / 1024, PEAK_TARGET_MB / 1024)


def _judged(said: str, value: float, limit: float) -> str:
    return f"- {'met' if value <= limit else '**missed**'}: {said}, {value:.2f}"


def _geometric(values: Iterable[float]) -> float | None:
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else None


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"]


def _picture(kept: Kept, cases: Sequence[Case]) -> str:
    """A point for each ratio on a logarithmic scale, a line at 1."""
    points = [
        {"report": case.report, "ratio": ratio, "peer": PEERS[peer]}
        for case in cases
        for peer in PEERS
        if (ratio := _ratio(kept, case, peer)) is not None
    ]
    axis = {"title": "wall time of cxtool / of the peer", "format": "~g", "grid": True}
    spec = {
        "width": 560,
        "height": {"step": 34},
        "background": "#ffffff",
        "layer": [
            {
                "data": {"values": [{"even": 1}]},
                "mark": {"type": "rule", "color": "#333333", "strokeDash": [4, 3]},
                "encoding": {"x": {"field": "even", "type": "quantitative"}},
            },
            {
                "data": {"values": points},
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.9},
                "encoding": {
                    "x": {
                        "field": "ratio",
                        "type": "quantitative",
                        "scale": {"type": "log"},
                        "axis": axis,
                    },
                    "y": {"field": "report", "type": "nominal", "sort": None, "title": None},
                    "color": {
                        "field": "peer",
                        "type": "nominal",
                        "title": None,
                        "scale": {"domain": list(PEERS.values()), "range": list(COLOURS.values())},
                    },
                },
            },
        ],
    }
    drawn: str = vl_convert.vegalite_to_svg(spec)
    return drawn


if __name__ == "__main__":
    write_results(Kept(Path(sys.argv[1])))
