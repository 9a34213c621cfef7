"""Runs what is measured: the built binary, the measuring programs beside it, and the peers. All figures come back as rows."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from projects import CACHE, ROOT, source

BUILT = ROOT / "target/debug"
LONG = "CODEGRAPH_BENCH_LONG"
RUNS = 3
QUESTIONS = {
    "flask": ["Where is Flask.dispatch_request defined?", "Who calls full_dispatch_request?", "What does make_response do?",
              "How does wsgi_app get to dispatch_request?", "What are the main modules of this project?"],
    "django": ["Where is QuerySet.filter defined?", "Who calls get_resolver?", "What does force_str do?",
               "How does get_response get to resolve_request?", "What are the main modules of this project?"],
    "redis": ["Where is lookupKeyRead defined?", "Who calls getCommand?", "What does dictAdd do?",
              "How does processCommand get to getCommand?", "What are the main modules of this project?"],
}
BARE = {"python": "bare_parse", "c": "bare_parse_c"}
# A line that changes a file and nothing in it, by language.
CHANGE = {"python": "CHANGED = {}", "c": "static int codegraph_changed_{};"}


def run(*command, environment=None, well=(0,)):
    """Standard output of a program; where it fails, its message ends the run."""
    try:
        done = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not there: run `make build`")
    if done.returncode not in well:
        sys.exit(f"{' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return done.stdout


def codegraph(data, *arguments, well=(0,)):
    """Runs the built binary on a data folder of its own."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CODEGRAPH_BENCH_")}
    environment |= {"CODEGRAPH_DATA_DIR": str(data), "CODEGRAPH_CACHE_DIR": str(CACHE / "plugins")}
    return run(BUILT / "codegraph", *arguments, environment=environment, well=well)


def imported(data, tree, project, *arguments):
    return json.loads(codegraph(data, "import", tree, "--project", project.name, "--format", "json", *arguments))


def by_seconds(reports):
    """The one in the middle."""
    return sorted(reports, key=lambda report: report["seconds"])[len(reports) // 2]


def joern(project, tree):
    """Joern's figures on the same files, or why there are none."""
    if project.joern == "long" and os.environ.get(LONG) != "1":
        return {"skipped": f"only with {LONG}=1"}
    done = subprocess.run([ROOT / "benches/peers/joern/run", tree, project.language], capture_output=True, text=True)
    if done.returncode:
        print(f"joern: {done.stderr.strip()}", file=sys.stderr)
        return {"skipped": done.stderr.strip() or f"ended with {done.returncode}"}
    return json.loads(done.stdout)


def graph(data, project):
    """Look-ups, reachability and flows on the published graph."""
    files = sorted((Path(data) / "graphs").rglob("*.duckdb"), key=lambda path: path.stat().st_mtime)
    if not files:
        sys.exit(f"the import of {project.key} left no graph below {data}/graphs")
    questions = [ROOT / "benches/flows.toml"] if project.flows else []
    return json.loads(run(BUILT / "examples/graph_questions", files[-1], *questions))


def one_changed_file(data, tree, project):
    """Incremental imports after a line of one file changed, each on the graph of the one before."""
    path = tree / project.edit
    # A last line is added, then changed; all else keeps its place.
    text = path.read_text(errors="surrogateescape")
    reports = []
    for number in range(RUNS):
        path.write_text(f"{text}\n{CHANGE[project.language].format(number)}\n", errors="surrogateescape")
        report = imported(data, tree, project, "--mode", "incremental")
        changes = report["changes"] or {}
        if report["full_because"]:
            # A project of few files: one of them is too much of it.
            print(f"one changed file of {project.key}: {report['full_because']}", file=sys.stderr)
            continue
        if changes.get("changed") != 1:
            sys.exit(f"{project.key}: an import after one changed file was none: {changes}")
        reports.append(report)
    path.write_text(text, errors="surrogateescape")
    return by_seconds(reports) if reports else None


def answers(data, project):
    """Each question with the milliseconds inside the program, and those of the whole program."""
    rows = []
    for question in QUESTIONS.get(project.name, []):
        walls, inside = [], []
        for _ in range(RUNS):
            began = time.perf_counter()
            # An answer that nothing was found ends with 1; it takes time too.
            answer = json.loads(codegraph(data, "ask", question, "--project", project.name, "--format", "json", well=(0, 1)))
            walls.append((time.perf_counter() - began) * 1000)
            inside.append(answer["processing_time_ms"])
        rows.append((question, statistics.median(inside), statistics.median(walls)))
    return rows


def measure(project):
    """All figures of a project."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        data, tree = Path(work) / "data", Path(work) / "tree"
        tree.mkdir()
        project.copy(tree)
        if project.edit and not (tree / project.edit).is_file():
            sys.exit(f"benches/projects.txt: {project.key} has no file {project.edit}")
        row = {"key": project.key, "label": project.label}
        row["import"] = by_seconds([imported(data, tree, project) for _ in range(RUNS)])
        row["bare"] = json.loads(run(BUILT / "examples" / BARE[project.language], tree))
        row["joern"] = joern(project, tree)
        row["graph"] = graph(data, project)
        row["answers"] = answers(data, project)
        row["changed"] = one_changed_file(data, tree, project) if project.edit else None
    return row


def plugin_calls(project):
    """What calls of the importer cost; the file that is lowered is the one that is edited otherwise."""
    file = source(project) / project.edit
    measured = json.loads(run(BUILT / "examples/plugin_calls", BUILT / "plugins/import-python.wasm", file))
    return measured | {"file": f"{project.name} {project.version}, {project.edit}", "file_bytes": file.stat().st_size}
