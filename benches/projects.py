"""The projects that are measured: the list, and where their sources come from."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("CODEGRAPH_BENCH_DIR") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "codegraph-bench")
OPTIONS = {"folder", "edit", "flows", "joern"}


@dataclass(frozen=True)
class Project:
    """A line of projects.txt."""

    name: str
    version: str
    folder: str = ""
    edit: str = ""
    flows: str = ""
    joern: str = ""

    @property
    def key(self):
        """What it is called on the command line."""
        return f"{self.name}/{self.folder}" if self.folder else self.name

    @property
    def label(self):
        return f"{self.name} {self.version}" + (f", `{self.folder}/` alone" if self.folder else "")

    def copy(self, into):
        """Copies what is imported: it may be edited then, and modules keep the names that they have in the package."""
        distribution = source(self.name, self.version)
        for path in [distribution / self.folder] if self.folder else distribution.iterdir():
            if path.is_dir():
                shutil.copytree(path, into / path.name, symlinks=True)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, into / path.name)


def parse(text):
    """The projects of a text in the format of projects.txt."""
    projects = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        name, version, *rest = words if len(words) > 1 else sys.exit(f"projects.txt:{number}: a name and a version are needed")
        options = dict(word.partition("=")[::2] for word in rest)
        if unknown := set(options) - OPTIONS:
            sys.exit(f"projects.txt:{number}: unknown: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(OPTIONS))}")
        projects.append(Project(name, version, **options))
    return projects


def wanted(projects, names):
    """Those of some names: `django` means all of that package, `django/django` the folder alone."""
    known = {project.name for project in projects} | {project.key for project in projects}
    if unknown := sorted(set(names) - known):
        sys.exit(f"no such project in benches/projects.txt: {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [project for project in projects if not names or project.name in names or project.key in names]


def source(name, version):
    """The unpacked source distribution of a package; fetched on first use."""
    folder = CACHE / "sources" / f"{name}-{version}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", work,
                            f"{name}=={version}"], check=True)
            with tarfile.open(next(Path(work).glob("*.tar.gz"))) as archive:
                archive.extractall(work, filter="data")
            shutil.move(next(path for path in Path(work).iterdir() if path.is_dir()), folder)
    return folder
