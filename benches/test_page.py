"""Tests of what decides: bars, the list of projects, and what of a page is kept. `python3 -B -m unittest discover -s benches`"""

import tempfile
import unittest
from pathlib import Path

import page
import projects


class Bars(unittest.TestCase):
    def test_a_bar_is_met_at_its_limit_from_the_right_side(self):
        most = page.Bar("seconds", lambda row: row["seconds"], 3, "s")
        least = page.Bar("share", lambda row: row["share"], 0.08, at_least=True)
        self.assertEqual(most.verdict({"seconds": 3}), (3, "met"))
        self.assertEqual(most.verdict({"seconds": 3.01}), (3.01, "**not met**"))
        self.assertEqual(least.verdict({"share": 0.08}), (0.08, "met"))
        self.assertEqual(least.verdict({"share": 0.079}), (0.079, "**not met**"))

    def test_what_was_not_measured_is_never_met(self):
        bar = page.Bar("changed", lambda row: row["changed"]["seconds"], 3, "s")
        for row in [{}, {"changed": None}, {"changed": {"seconds": None}}]:
            self.assertEqual(bar.verdict(row), (None, "not measured"), row)
        self.assertIn("| changed | ≤ 3 s | – | not measured |", figures(bar, []))

    def test_figures_are_those_of_the_project_that_the_bars_name(self):
        bar = page.Bar("seconds", lambda row: row["seconds"], 3, "s")
        rows = [{"key": "django", "seconds": 14.0}, {"key": page.BARS_ON, "seconds": 2.5}]
        self.assertIn("| seconds | ≤ 3 s | 2.50 s | met |", figures(bar, rows))

    def test_each_bar_reads_what_the_programs_print(self):
        times = {"p99_ms": 1.0}
        row = {
            "import": {"seconds": 1.0, "peak_rss_bytes": 1, "graph_bytes": 2, "stored_source_bytes": 1, "source_bytes": 1},
            "bare": {"seconds_one_thread": 1.0}, "changed": {"seconds": 1.0},
            "graph": {"names": dict.fromkeys(["definition_by_short_name", "definition", "callers", "callees"], times),
                      "reach": {"forward": times, "backward": times}},
        }
        self.assertEqual({bar.verdict(row)[1] for bar in page.BARS}, {"met"})


class Projects(unittest.TestCase):
    def test_lines_say_what_is_measured(self):
        alone, whole = projects.parse("# comment\nd 1.0 folder=d edit=d/a.py\n\nd 1.0 joern=long  # slow\n")
        self.assertEqual((alone.key, alone.edit, whole.key, whole.joern), ("d/d", "d/a.py", "d", "long"))
        self.assertEqual(projects.wanted([alone, whole], ["d"]), [alone, whole])
        self.assertEqual(projects.wanted([alone, whole], ["d/d"]), [alone])
        self.assertEqual(projects.wanted([alone, whole], []), [alone, whole])

    def test_the_list_itself_can_be_read(self):
        listed = projects.parse((projects.ROOT / "benches/projects.txt").read_text())
        self.assertEqual(len({project.key for project in listed}), len(listed))
        self.assertLessEqual(set(page.IMPORT_BARS), {project.key for project in listed})

    def test_what_cannot_be_had_is_skipped(self):
        absent = projects.Project("codegraph-no-such-crate", "1.0", registry="crate")
        with tempfile.TemporaryDirectory() as work, self.assertRaises(projects.Absent) as ended:
            projects.from_crate(absent, Path(work))
        self.assertIn("codegraph-no-such-crate 1.0", str(ended.exception))

    def test_mistakes_are_named(self):
        for text, message in [("flask", "projects.txt:1: a name and a version"), ("\nd 1 fold=x", "projects.txt:2: unknown: fold"),
                              ("d 1 from=npm", "projects.txt:1: npm is none of crate, debian, pypi"), ("d 1 language=go", "go is none of c, python")]:
            with self.assertRaises(SystemExit) as ended:
                projects.parse(text)
            self.assertIn(message, str(ended.exception))
        with self.assertRaises(SystemExit) as ended:
            projects.wanted(projects.parse("d 1"), ["d", "e"])
        self.assertIn("no such project in benches/projects.txt: e", str(ended.exception))


class Page(unittest.TestCase):
    def test_flows_have_a_table_where_the_graph_answered_them(self):
        times = {"count": 1, "p50_ms": 12.0, "p99_ms": 12.0, "max_ms": 12.0}
        one = {"question": "requests to sql", "ms": 12.0, "flows": 3, "steps": 4000, "cut": True}
        asked = {"load_ms": 700.0, "first": times, "again": times, "questions": [one]}
        lines = page.flows([{"label": "p", "graph": {"flows": asked}}, {"label": "q", "graph": {}}])
        self.assertIn("| p | requests to sql | 12.0 | 3 | 4000 | yes |", lines)
        self.assertIn("| p | all | 1 | 12.0 | 12.0 | 12.0 | loading 700 ms |", lines)
        self.assertEqual(page.flows([{"label": "q", "graph": {"flows": {"load_ms": 7.0}}}]), [])

    def test_what_others_wrote_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "docs/benchmarks.md"
            page.write(["## Imports", "old"], path)
            for part, _ in page.KEPT:
                begin, _ = page.markers(part)
                path.write_text(path.read_text().replace(begin, f"{begin}\nof {part}"))
            page.write(["## Imports", "new"], path)
            text = path.read_text()
        self.assertIn("new", text)
        self.assertNotIn("old", text)
        for part, _ in page.KEPT:
            begin, end = page.markers(part)
            self.assertIn(f"{begin}\nof {part}\n{end}", text)
            self.assertEqual((text.count(begin), text.count(end)), (1, 1))

    def test_one_part_is_written_alone_also_where_it_is_new(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "benchmarks.md"
            path.write_text("# Benchmarks\n\nabove\n")
            page.put("calls", ["first"], path)
            page.put("suite", ["other"], path)
            page.put("calls", ["second"], path)
            text = path.read_text()
        self.assertIn("above", text)
        self.assertNotIn("first", text)
        for part, line in [("calls", "second"), ("suite", "other")]:
            begin, end = page.markers(part)
            self.assertIn(f"{dict(page.KEPT)[part]}\n\n{begin}\n{line}\n{end}\n", text)

    def test_a_part_is_put_where_it_belongs(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "docs/benchmarks.md"
            page.write(["## Imports", "figures"], path)
            before = path.read_text()
            page.put("server", ["## Server", "of one day"], path)
            page.put("server", ["## Server", "of another"], path)
            text = path.read_text()
            self.assertNotIn("of one day", text)
            self.assertIn("of another", text)
            begin, end = page.markers("server")
            self.assertEqual(text.replace("\n## Server\nof another", ""), before)
            page.write(["## Imports", "new figures"], path)
            self.assertIn(f"{begin}\n## Server\nof another\n{end}", path.read_text())
            # Into a page that has no such part yet, and into none.
            path.write_text("# Page\n")
            page.put("server", ["x"], path)
            self.assertEqual(path.read_text(), f"# Page\n\n{begin}\nx\n{end}\n")
            path.unlink()
            page.put("server", ["x"], path)
            self.assertEqual(path.read_text(), f"{begin}\nx\n{end}\n")


def figures(bar, rows):
    """The table of figures with one bar."""
    usual, page.BARS = page.BARS, [bar]
    try:
        return page.figures(rows)
    finally:
        page.BARS = usual


if __name__ == "__main__":
    unittest.main()
