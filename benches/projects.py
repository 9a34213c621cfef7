"""The projects that are measured: the list, and where their sources come from."""

import json
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
OPTIONS = {"folder", "edit", "flows", "joern", "from", "language"}
REGISTRIES = {"pypi", "debian", "crate"}
LANGUAGES = {"python", "c"}


@dataclass(frozen=True)
class Project:
    """A line of projects.txt."""

    name: str
    version: str
    folder: str = ""
    edit: str = ""
    flows: str = ""
    joern: str = ""
    registry: str = "pypi"
    language: str = "python"

    @property
    def key(self):
        """What it is called on the command line."""
        return f"{self.name}/{self.folder}" if self.folder else self.name

    @property
    def label(self):
        return f"{self.name} {self.version}" + (f", `{self.folder}/` alone" if self.folder else "")

    def copy(self, into):
        """Copies what is imported: it may be edited then, and modules keep the names that they have in the package."""
        distribution = source(self)
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
        options["registry"] = options.pop("from", "pypi")
        for key, known in [("registry", REGISTRIES), ("language", LANGUAGES)]:
            if options.get(key, min(known)) not in known:
                sys.exit(f"projects.txt:{number}: {options[key]} is none of {', '.join(sorted(known))}")
        projects.append(Project(name, version, **options))
    return projects


def wanted(projects, names):
    """Those of some names: `django` means all of that package, `django/django` the folder alone."""
    known = {project.name for project in projects} | {project.key for project in projects}
    if unknown := sorted(set(names) - known):
        sys.exit(f"no such project in benches/projects.txt: {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [project for project in projects if not names or project.name in names or project.key in names]


class Absent(Exception):
    """A source that cannot be had here: the project is skipped."""


def source(project):
    """The unpacked source distribution of a project; fetched on first use."""
    folder = CACHE / "sources" / f"{project.name}-{project.version}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            fetched = {"pypi": from_pypi, "debian": from_debian, "crate": from_crate}[project.registry](project, Path(work))
            shutil.move(fetched, folder)
    return folder


def unpacked(archive, work):
    """The only folder that an archive unpacks to."""
    into = work / "unpacked"
    with tarfile.open(archive) as opened:
        opened.extractall(into, filter="data")
    return next(path for path in into.iterdir() if path.is_dir())


def from_pypi(project, work):
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", work,
                    f"{project.name}=={project.version}"], check=True)
    return unpacked(next(work.glob("*.tar.gz")), work)


def from_debian(project, work):
    """The upstream archive of a source package, of whichever revision the distribution has of that version."""
    if not shutil.which("apt-get"):
        raise Absent("apt-get is not there")
    done = subprocess.run(["apt-get", "source", "-qq", "--download-only", project.name], cwd=work, capture_output=True, text=True)
    found = sorted(work.glob("*.orig.tar.*"))
    wanted = [path for path in found if path.name.startswith(f"{project.name}_{project.version}.orig.tar.") and path.suffix != ".asc"]
    if not wanted:
        why = done.stderr.strip().splitlines()[-1:] if done.returncode else [f"there is {', '.join(path.name for path in found) or 'nothing'}"]
        raise Absent(f"no {project.version} of the source package {project.name}: {' '.join(why)}")
    return unpacked(wanted[0], work)


def from_crate(project, work):
    """The source of a crate that this workspace is built with: cargo has it already."""
    done = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked"], cwd=ROOT, capture_output=True, text=True)
    packages = json.loads(done.stdout)["packages"] if done.returncode == 0 else []
    manifests = [package["manifest_path"] for package in packages if (package["name"], package["version"]) == (project.name, project.version)]
    if not manifests:
        raise Absent(f"the workspace is not built with the crate {project.name} {project.version}")
    return shutil.copytree(Path(manifests[0]).parent, work / "crate")
