"""The page of figures: tables, and which bars are met. Nothing here measures."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20
# What `benches/calls/run`, `benches/calls/suite` and `benches/server` put between their markers with `--write`, and what is said of flows, stays.
KEPT = [("calls", "## Recall of calls"), ("suite", "## Calls of a public micro suite"), ("flows", ""), ("server", "")]
HEAD = f"""# Benchmarks

Written by `make bench` on {platform.machine()}, {os.cpu_count()} cores; figures of one run on one machine: compare columns, not days.

**Imports**: median of 3 full imports, wall time of the whole command's work, peak resident memory of the process with plugins and
database engine. Bare parsing: tree-sitter, native, on the same files, nothing else. Joern 4.0.379: wall time through its data-flow
layer, in a JVM of its own; its graph has no metrics, no text of sources and no symbol table. Its run over the whole distribution of
Django takes thirteen minutes and is made with `CODEGRAPH_BENCH_LONG=1` only; the package alone is always measured with both.

**One changed file**: median of 3 incremental imports (`--mode incremental`), each after a changed line in one file.

**Questions to a graph** (`core/cpg/examples/graph_questions`): the published file, opened as a server opens it, asked by one thread.
Names are different ones, picked evenly over all methods, after 50 that are not timed; later definitions of one name (`f$2`), which
nobody asks for so, are left out. Callers and callees: by full name, the look-up of the name among it. Reachability: every method that calls from a method lead to, and those that lead to it; the first search, which
loads the call graph, stands apart. Paths: the three shortest to one of the farthest methods. Flows: every group of sources in
`benches/flows.toml` against every group of sinks, at most a million steps each; the first question, which loads what is known of
values, apart. `again` is each question once more: answers are kept.

**Calls of plugins** (`core/plugin-host/examples/plugin_calls`): a new instance of the Python importer and a call of it that has
nothing to do, the slot and the result among it, after 200 that are not timed."""


@dataclass(frozen=True)
class Bar:
    """A figure to reach."""

    figure: str
    value: Callable[[dict], float]
    limit: float
    unit: str = ""
    at_least: bool = False

    def verdict(self, row):
        """The figure of a measured project, and whether it is good enough; none where it was not measured."""
        try:
            value = self.value(row)
        except (KeyError, TypeError):
            value = None
        if value is None:
            return None, "not measured"
        met = value >= self.limit if self.at_least else value <= self.limit
        return value, "met" if met else "**not met**"


# Look-ups by name.
NAMES = [("definition_by_short_name", "definition, by short name"), ("definition", "definition, by full name"), ("callers", "callers"),
         ("callees", "callees")]

# The project that all bars speak of: 5.7 MB of Python.
BARS_ON = "django/django"
# Bars of other projects: seconds and MB of a full import.
IMPORT_BARS = {"redis/src": (6.5, 700), "libsqlite3-sys/sqlite3": (10, None), "postgresql-15/src": (35, 2000)}
BARS = [
    Bar("full import", lambda row: row["import"]["seconds"], 7.5, "s"),
    Bar("peak memory of a full import", lambda row: row["import"]["peak_rss_bytes"] / 1e6, 700, "MB"),
    Bar("bare parsing on one thread ÷ full import", lambda row: row["bare"]["seconds_one_thread"] / row["import"]["seconds"], 0.08, at_least=True),
    Bar("graph file ÷ source, source text not counted", lambda row: graph_bytes(row["import"]) / row["import"]["source_bytes"], 8),
    Bar("one changed file", lambda row: row["changed"]["seconds"], 3, "s"),
    Bar("definition by short name, p99", lambda row: row["graph"]["names"]["definition_by_short_name"]["p99_ms"], 10, "ms"),
    Bar("definition by full name, p99", lambda row: row["graph"]["names"]["definition"]["p99_ms"], 10, "ms"),
    Bar("callers by name, p99", lambda row: row["graph"]["names"]["callers"]["p99_ms"], 10, "ms"),
    Bar("callees by name, p99", lambda row: row["graph"]["names"]["callees"]["p99_ms"], 10, "ms"),
    Bar("reachability over the whole call graph, p99", lambda row: row["graph"]["reach"]["forward"]["p99_ms"], 100, "ms"),
    Bar("the same against the calls, p99", lambda row: row["graph"]["reach"]["backward"]["p99_ms"], 100, "ms"),
]


def graph_bytes(report):
    """Bytes of a graph's file without the text of the sources."""
    return report["graph_bytes"] - report["stored_source_bytes"]


def table(columns, rows, texts=1):
    """Lines of a Markdown table; the first columns hold text, the others numbers."""
    marks = "---|" * texts + "--:|" * (len(columns) - texts)
    return ["| " + " | ".join(columns) + " |", "|" + marks] + ["| " + " | ".join(map(str, row)) + " |" for row in rows]


def number(value):
    """About three digits, as a table has them."""
    if value is None:
        return "–"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def figures(rows):
    row = next((row for row in rows if row["key"] == BARS_ON), {})
    lines = []
    for bar in BARS:
        value, verdict = bar.verdict(row)
        sign = "≥" if bar.at_least else "≤"
        lines.append((bar.figure, f"{sign} {bar.limit:g} {bar.unit}".strip(), f"{number(value)} {bar.unit if value is not None else ''}".strip(), verdict))
    return table(["figure", "bar", "measured", ""], lines)


def import_figures(rows):
    """Bars of imports that are not the one project's."""
    lines = []
    for row in rows:
        seconds, megabytes = IMPORT_BARS.get(row["key"], (None, None))
        bars = [Bar("full import", lambda row: row["import"]["seconds"], seconds, "s") if seconds else None,
                Bar("peak memory of a full import", lambda row: row["import"]["peak_rss_bytes"] / 1e6, megabytes, "MB") if megabytes else None]
        for bar in filter(None, bars):
            value, verdict = bar.verdict(row)
            lines.append((row["label"], bar.figure, f"≤ {bar.limit:g} {bar.unit}", f"{number(value)} {bar.unit}", verdict))
    return ["", *table(["project", "figure", "bar", "measured", ""], lines, texts=2)] if lines else []


def imports(rows):
    lines = []
    for row in rows:
        report, bare, peer = row["import"], row["bare"], row["joern"]
        ours = report["seconds"]
        peer_cells = ([f"{peer['seconds']:.1f}", f"{peer['peak_rss_kib'] / 1024:.0f}", f"{peer['bytes'] / MIB:.1f}", f"{peer['seconds'] / ours:.1f}"]
                      if "seconds" in peer else ["–"] * 4)
        lines.append((
            row["label"], report["files_lowered"], report["lines"], f"{report['source_bytes'] / 1e6:.2f}", report["nodes"], report["edges"],
            report["gaps"], f"{ours:.2f}", f"{report['peak_rss_bytes'] / MIB:.0f}",
            f"{report['graph_bytes'] / MIB:.1f} ({graph_bytes(report) / MIB:.1f})",
            f"{bare['seconds_one_thread']:.2f} / {bare['seconds_two_threads']:.2f}", f"{bare['seconds_one_thread'] / ours:.3f}", *peer_cells))
    columns = ["project", "files lowered", "lines", "MB", "nodes", "edges", "gaps", "seconds", "peak RSS MiB", "graph MiB (without source)",
               "bare parsing s (1 / 2 threads)", "bare ÷ import", "Joern s", "Joern RSS MiB", "Joern MiB", "Joern ÷ ours"]
    lines = table(columns, lines)
    skipped = [f"No figures of Joern on {row['label']}: {row['joern']['skipped'].splitlines()[-1]}." for row in rows if "skipped" in row["joern"]]
    if skipped:
        lines += ["", *skipped]
    steps = [(row["label"], ", ".join(f"{step} {seconds:.2f}" for step, seconds in row["import"]["seconds_by_step"].items())) for row in rows]
    return lines + ["", *table(["project", "seconds by step"], steps, texts=2)]


def changed(rows):
    lines = [(row["label"], f"{row['import']['seconds']:.2f}", f"{row['changed']['seconds']:.2f}",
              f"{row['import']['seconds'] / row['changed']['seconds']:.1f}",
              ", ".join(f"{step} {seconds:.2f}" for step, seconds in row["changed"]["seconds_by_step"].items()))
             for row in rows if row["changed"]]
    return table(["project", "full import s", "one changed file s", "full ÷ changed", "seconds by step"], lines) if lines else []


def times(label, what, measured, note=""):
    return (label, what, measured["count"], *(number(measured[key]) for key in ["p50_ms", "p99_ms", "max_ms"]), note)


def questions(rows):
    lines = []
    for row in rows:
        names, tables, reach = row["graph"]["names"], row["graph"]["names_in_tables"], row["graph"]["reach"]
        for key, what in NAMES:
            note = f"{names[key]['rows']} rows, at most {names[key]['most_rows']}; names were read in {number(row['graph']['warm_names_ms'])} ms"
            lines.append(times(row["label"], what, names[key], note))
        for key, what in NAMES:
            lines.append(times(row["label"], f"{what}, each by a query", tables[key]))
        lines.append(times(row["label"], "reachable from a method", reach["forward"],
                           f"at most {reach['most_reached']} methods; the first {number(reach['first_ms'])} ms"))
        lines.append(times(row["label"], "from where a method is reached", reach["backward"]))
        lines.append(times(row["label"], "paths between two methods", reach["paths"], f"at most {reach['most_steps']} calls"))
    return table(["project", "question", "asked", "p50 ms", "p99 ms", "most ms", "answers"], lines, texts=2)


def flows(rows):
    asked = [(row["label"], row["graph"]["flows"]) for row in rows if "first" in row["graph"].get("flows", {})]
    if not asked:
        return []
    lines = []
    for label, found in asked:
        lines.append(times(label, "all", found["first"], f"loading {found['load_ms']:.0f} ms"))
        lines.append(times(label, "again", found["again"]))
    lines = table(["project", "questions", "asked", "p50 ms", "p99 ms", "most ms", ""], lines, texts=2)
    each = [(label, one["question"], number(one["ms"]), one["flows"], one["steps"], "yes" if one["cut"] else "no")
            for label, found in asked for one in found["questions"]]
    return lines + ["", *table(["project", "question", "ms", "flows", "steps", "cut by the budget"], each, texts=2)]


def plugins(calls):
    rows = [
        ("new instance and call, p50", f"{calls['p50_us']:.0f} µs"),
        ("new instance and call, p99", f"{calls['p99_us']:.0f} µs"),
        ("new instance and call, most", f"{calls['max_us']:.0f} µs"),
        ("start of the host, plugin compiled", f"{calls['start_compiling_ms']:.0f} ms"),
        ("start of the host, plugin from the cache", f"{calls['start_cached_ms']:.0f} ms"),
        (f"lowering of {calls['file']}, a core", f"{calls['lowering_bytes_per_cpu_second'] / 1e6:.2f} MB/s, "
                                               f"{calls['lowering_rows_per_cpu_second'] / 1e6:.2f} M rows/s"),
    ]
    return table([f"{calls['calls']} calls", ""], rows)


def answers(rows):
    lines = [(row["label"], question, f"{inside:.0f}", f"{wall:.0f}") for row in rows for question, inside, wall in row["answers"]]
    return table(["project", "question", "answer ms", "with start of the program ms"], lines, texts=2) if lines else []


def page(rows, calls):
    """All tables under their headings; what was not measured has none."""
    sections = [
        ("Figures to reach", [f"Bars for {BARS_ON}, the package without tests and documentation.", "", *figures(rows)]
         if any(row["key"] == BARS_ON for row in rows) else []),
        ("Figures to reach, other projects", import_figures(rows)[1:]),
        ("Imports", imports(rows)),
        ("One changed file", changed(rows)),
        ("Questions to a graph", questions(rows)),
        ("Searching for flows", flows(rows)),
        ("Calls of plugins", plugins(calls) if calls else []),
        ("Answers", answers(rows)),
    ]
    lines = []
    for heading, body in sections:
        if body:
            lines += ["", f"## {heading}", "", *body]
    return lines[1:]


def markers(part):
    """The comments around what another program, or a person, writes."""
    return f"<!-- {part}: begin -->", f"<!-- {part}: end -->"


def write(lines, path):
    """Writes the page anew but for the parts that are not this program's."""
    before = path.read_text() if path.exists() else ""
    kept = []
    for part, heading in KEPT:
        begin, end = markers(part)
        inside = before[before.index(begin):before.index(end)] if begin in before and end in before else begin + "\n"
        kept.append(f"{heading}\n\n{inside}{end}".lstrip())
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n\n".join(["\n".join([HEAD, "", *lines]), *kept]) + "\n")


def put(part, lines, path):
    """Writes one part between its markers, and leaves the rest as it is."""
    text = path.read_text() if path.exists() else ""
    begin, end = markers(part)
    if begin not in text or end not in text:
        heading = dict(KEPT)[part]
        text = "\n\n".join(piece for piece in [text.rstrip(), heading, f"{begin}\n{end}\n"] if piece)
    before, _, rest = text.partition(begin)
    path.write_text(before + "\n".join([begin, *lines, end]) + rest.partition(end)[2])
