//! Imports and modules.

use super::program;
use crate::kind::EdgeKind;

#[test]
fn members_of_modules() {
    let linked = program(&[
        ("a.s", "def f():\n  pass\n"),
        ("b.s", "import a\nfrom a import f as g\na.f()\ng()\n"),
    ]);
    linked.check("a.f()", &["a.f (import)"]);
    linked.check("g()", &["a.f (import)"]);
    assert_eq!(
        linked.links(EdgeKind::Imports),
        ["b.s -> a.s", "b.s:a -> a.s", "b.s:g -> a.f"]
    );
}

#[test]
fn an_alias_of_a_nested_module() {
    let linked = program(&[
        ("p/__init__.s", ""),
        ("p/q.s", "def f():\n  pass\n"),
        ("b.s", "import p.q\nimport p.q as z\np.q.f()\nz.f()\n"),
    ]);
    linked.check("p.q.f()", &["p.q.f (import)"]);
    linked.check("z.f()", &["p.q.f (import)"]);
}

#[test]
fn folders_without_a_file_are_modules_too() {
    let linked = program(&[
        ("p/q/r.s", "def f():\n  pass\n"),
        ("b.s", "import p.q.r\nfrom p.q import r\np.q.r.f()\nr.f()\n"),
    ]);
    linked.check("p.q.r.f()", &["p.q.r.f (import)"]);
    linked.check("r.f()", &["p.q.r.f (import)"]);
}

#[test]
fn relative_imports() {
    let linked = program(&[
        ("p/__init__.s", "from .q import f\nf()\n"),
        ("p/q.s", "def f():\n  pass\n"),
        ("p/s/__init__.s", ""),
        (
            "p/s/t.s",
            "from ..q import f as g\nfrom . import u\ng()\nu.h()\n",
        ),
        ("p/s/u.s", "def h():\n  pass\n"),
    ]);
    linked.check("f()", &["p.q.f (import)"]);
    linked.check("g()", &["p.q.f (import)"]);
    linked.check("u.h()", &["p.s.u.h (import)"]);
}

#[test]
fn a_package_gives_on_what_it_imports() {
    let linked = program(&[
        ("p/__init__.s", "from p.inner import Thing\n"),
        (
            "p/inner.s",
            "class Thing:\n  def __init__(self):\n    pass\n  def go(self):\n    pass\n",
        ),
        (
            "b.s",
            "from p import Thing\nimport p\nt = Thing()\nt.go()\nu = p.Thing()\nu.go()\n",
        ),
    ]);
    linked.check("t = Thing()", &["p.inner.Thing.__init__ (import)"]);
    linked.check("t.go()", &["p.inner.Thing.go (type)"]);
    linked.check("u.go()", &["p.inner.Thing.go (type)"]);
    assert!(
        linked
            .links(EdgeKind::Imports)
            .contains(&"b.s:Thing -> p.inner.Thing".to_owned())
    );
}

#[test]
fn wildcards_take_what_the_module_exports() {
    let linked = program(&[
        (
            "a.s",
            "__all__ = [\"f\"]\ndef f():\n  pass\ndef g():\n  pass\n",
        ),
        ("b.s", "def h():\n  pass\ndef _hidden():\n  pass\n"),
        ("c.s", "from a import *\nfrom b import *\n"),
        ("d.s", "from c import *\nf()\ng()\nh()\n_hidden()\n"),
    ]);
    linked.check("f()", &["a.f (import)"]);
    linked.check("g()", &["builtins.g (exact)"]);
    linked.check("h()", &["b.h (import)"]);
    linked.check("_hidden()", &["builtins._hidden (exact)"]);
}

#[test]
fn rings_of_imports_end() {
    let linked = program(&[
        ("a.s", "from b import *\nfrom b import x\nx()\ny()\n"),
        ("b.s", "from a import *\nfrom a import x\n"),
        ("c.s", "from d import z\nz()\n"),
        ("d.s", "from c import z\n"),
    ]);
    linked.check("x()", &[]);
    linked.check("z()", &[]);
}

#[test]
fn two_files_that_import_each_other() {
    let linked = program(&[
        ("a.s", "import b\ndef f():\n  b.g()\n"),
        ("b.s", "import a\ndef g():\n  a.f()\n"),
    ]);
    linked.check("b.g()", &["b.g (import)"]);
    linked.check("a.f()", &["a.f (import)"]);
}

#[test]
fn what_is_not_there_is_outside() {
    let linked = program(&[(
        "a.s",
        "import os.path\nfrom os import path as p\nfrom lib import f\nos.path.join(1)\np.join(2)\nf()\nf().g()\n",
    )]);
    linked.check("os.path.join(1)", &["os.path.join (import)"]);
    linked.check("p.join(2)", &["os.path.join (import)"]);
    linked.check("f()", &["lib.f (import)"]);
    linked.check("f().g()", &["lib.f (import)"]);
    assert_eq!(
        linked
            .linked
            .stubs
            .iter()
            .map(|stub| stub.full_name.as_str())
            .collect::<Vec<_>>(),
        ["lib.f", "os.path.join"]
    );
}

#[test]
fn alternatives_are_all_targets() {
    let linked = program(&[
        ("fast.s", "def f():\n  pass\n"),
        ("slow.s", "def f():\n  pass\n"),
        (
            "b.s",
            "try:\n  from fast import f\nexcept:\n  from slow import f\nf()\n",
        ),
    ]);
    linked.check("f()", &["fast.f (import)", "slow.f (import)"]);
}

#[test]
fn the_nearest_of_two_programs_is_meant() {
    let infos: Vec<_> = ["one/util.s", "one/main.s", "two/main.s", "two/util.s"]
        .iter()
        .zip(1..)
        .map(|(path, ordinal)| {
            let module = path
                .rsplit('/')
                .next()
                .unwrap_or("")
                .trim_end_matches(".s")
                .to_owned();
            crate::passes::FileInfo {
                ordinal,
                path: (*path).to_owned(),
                module,
                is_package: false,
            }
        })
        .collect();
    let helper = "def f():\n  pass\n";
    let linked = super::program_of(
        &infos,
        &[
            ("one/util.s", helper),
            ("one/main.s", "import util\nutil.f()\n"),
            ("two/main.s", "import util\nutil.f()\n"),
            ("two/util.s", helper),
        ],
    );
    let pairs: Vec<(u32, u32)> = linked
        .linked
        .calls
        .iter()
        .map(|call| (call.site.file(), call.target.file()))
        .collect();
    assert_eq!(pairs, [(2, 1), (3, 4)]);
}

#[test]
fn a_module_of_a_package_is_no_library() {
    let linked = program(&[
        ("p/__init__.s", ""),
        ("p/json.s", "import json\njson.dumps(1)\n"),
        ("p/other.s", "import json\njson.dumps(2)\n"),
        ("scripts/tool.s", "import helper\nhelper.go()\n"),
        ("scripts/helper.s", "def go():\n  pass\n"),
    ]);
    linked.check("json.dumps(1)", &["json.dumps (import)"]);
    linked.check("json.dumps(2)", &["json.dumps (import)"]);
    linked.check("helper.go()", &["scripts.helper.go (import)"]);
}

#[test]
fn a_module_sees_what_others_set_in_it() {
    let linked = program(&[
        ("conf.s", "hook = None\n"),
        ("a.s", "import conf\ndef f():\n  pass\nconf.hook = f\n"),
        ("b.s", "import conf\nconf.hook()\n"),
    ]);
    linked.check("conf.hook()", &["a.f (type)"]);
}

#[test]
fn an_instance_of_a_module_is_shared() {
    let linked = program(&[
        (
            "db.s",
            "class Store:\n  def find(self):\n    pass\nstore = Store()\n",
        ),
        (
            "b.s",
            "from db import store\nimport db\nstore.find()\ndb.store.find()\n",
        ),
    ]);
    linked.check("store.find()", &["db.Store.find (type)"]);
    linked.check("db.store.find()", &["db.Store.find (type)"]);
}

#[test]
fn relative_imports_go_by_folders() {
    // `p/inner` has no marker: by its name the file stands at the top.
    let infos: Vec<_> = [
        (1, "p/__init__.s", "p"),
        (2, "p/tools.s", "p.tools"),
        (3, "p/inner/deep.s", "deep"),
    ]
    .map(|(ordinal, path, module)| crate::passes::FileInfo {
        ordinal,
        path: path.to_owned(),
        module: module.to_owned(),
        is_package: path.ends_with("__init__.s"),
    })
    .into();
    let sources = [
        (
            "p/__init__.s",
            "from .inner.deep import g\nfrom .inner import deep\ng()\ndeep.g()\n",
        ),
        ("p/tools.s", "def f():\n  pass\n"),
        (
            "p/inner/deep.s",
            "from ..tools import f\nfrom .. import tools\nf()\ntools.f()\ndef g():\n  pass\n",
        ),
    ];
    let linked = super::program_of(&infos, &sources);
    linked.check("f()", &["p.tools.f (import)"]);
    linked.check("tools.f()", &["p.tools.f (import)"]);
    linked.check("g()", &["deep.g (import)"]);
    linked.check("deep.g()", &["deep.g (import)"]);
}

#[test]
fn what_is_bound_more_than_once_is_imported_all_the_same() {
    let linked = program(&[
        (
            "lib.s",
            "def deco(f):\n  return f\nif x:\n  def two():\n    pass\nelse:\n  def two():\n    pass\ndef one():\n  pass\none = deco(one)\n",
        ),
        (
            "m.s",
            "from lib import one, two\nimport lib\none(1)\ntwo(2)\nlib.one(3)\n",
        ),
    ]);
    linked.check("one(1)", &["lib.one (type)"]);
    linked.check("two(2)", &["lib.two (type)", "lib.two$2 (type)"]);
    linked.check("lib.one(3)", &["lib.one (type)"]);
}

#[test]
fn a_package_imports_its_own_modules_from_itself() {
    let linked = program(&[
        ("p/__init__.s", "from p import fields\n"),
        ("p/fields.s", "def f():\n  pass\n"),
        (
            "m.s",
            "from p import fields\nimport p.fields\nfields.f(1)\np.fields.f(2)\n",
        ),
    ]);
    linked.check("fields.f(1)", &["p.fields.f (import)"]);
    linked.check("p.fields.f(2)", &["p.fields.f (import)"]);
}
