//! What must not change the result: names, the order of files, unrelated code.

use super::{Linking, program, program_of};

const FILES: [(&str, &str); 4] = [
    (
        "p/__init__.s",
        "from p.store import Store\nfrom p.tools import *\n",
    ),
    (
        "p/store.s",
        "
from p.tools import check
class Base:
  def find(self, key):
    return self.load(key)
  def load(self, key):
    return check(key)
class Store(Base):
  def load(self, key):
    return super().load(key)
  @property
  def tool(self):
    return check
",
    ),
    (
        "p/tools.s",
        "def check(key):\n  def inner():\n    return key\n  return inner()\ndef apply(cb, value: Store):\n  return cb(value)\n",
    ),
    (
        "main.s",
        "
from p import Store, apply
import p.tools as t
import os
class App:
  def __init__(self):
    self.store = Store()
  def run(self, other):
    self.store.find(1)
    self.store.tool(2)
    other.find(3)
    apply(t.check, 4)
    os.path.join(5)
app = App()
def main(given):
  app.run(given)
",
    ),
];

fn edges(linking: &Linking) -> Vec<String> {
    let mut all: Vec<String> = linking
        .linked
        .calls
        .iter()
        .map(|call| {
            format!(
                "{} {} {}",
                linking.line(call.site),
                linking.name(call.target),
                call.resolution.text()
            )
        })
        .chain(linking.linked.links.iter().map(|link| {
            format!(
                "{} {:?} {}",
                linking.name(link.src),
                link.kind,
                linking.name(link.dst)
            )
        }))
        .collect();
    all.sort();
    all
}

#[test]
fn the_program_is_linked() {
    let linked = program(&FILES);
    linked.check("self.store.find(1)", &["p.store.Base.find (type)"]);
    linked.check(
        "self.store.tool(2)",
        &["p.store.Store.tool (type)", "p.tools.check (type)"],
    );
    linked.check(
        "return self.load(key)",
        &["p.store.Store.load (type)"],
    );
    linked.check("other.find(3)", &["p.store.Base.find (name_only)"]);
    linked.check("return cb(value)", &["p.tools.check (type)"]);
    linked.check("app.run(given)", &["main.App.run (type)"]);
}

#[test]
fn the_same_files_give_the_same_rows() {
    assert_eq!(
        format!("{:?}", program(&FILES).linked),
        format!("{:?}", program(&FILES).linked)
    );
}

#[test]
fn the_order_of_files_changes_no_edge() {
    let expected = edges(&program(&FILES));
    for shift in 1..FILES.len() {
        let mut files = FILES;
        files.rotate_left(shift);
        assert_eq!(edges(&program(&files)), expected, "rotated by {shift}");
        files.reverse();
        assert_eq!(
            edges(&program(&files)),
            expected,
            "rotated by {shift} and reversed"
        );
    }
}

#[test]
fn the_order_of_the_list_changes_no_row() {
    let infos: Vec<_> = (1..)
        .zip(&FILES)
        .map(|(ordinal, (path, _))| super::info(ordinal, path))
        .collect();
    let straight = program_of(&infos, &FILES).linked;
    let mut files = FILES;
    files.reverse();
    let infos: Vec<_> = infos.into_iter().rev().collect();
    assert_eq!(
        format!("{straight:?}"),
        format!("{:?}", program_of(&infos, &files).linked)
    );
}

#[test]
fn new_names_change_no_edge() {
    let renamed = [
        ("find", "aa_look_up"),
        ("Store", "Zz"),
        ("check", "a_b"),
        ("inner", "zinner"),
        ("load", "x0"),
    ];
    let rename = |text: &str| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let mut result = String::new();
        for part in text.split_inclusive(|c| !word(c)) {
            let end = part.find(|c| !word(c)).unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            let new = renamed
                .iter()
                .find(|(old, _)| *old == name)
                .map_or(name, |(_, new)| new);
            result += new;
            result += rest;
        }
        result
    };
    let files: Vec<(&str, String)> = FILES
        .iter()
        .map(|(path, source)| (*path, rename(source)))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, source)| (*path, source.as_str()))
        .collect();
    let mut expected: Vec<String> = edges(&program(&FILES))
        .iter()
        .map(|edge| rename(edge))
        .collect();
    expected.sort();
    assert_eq!(edges(&program(&files)), expected);
}

#[test]
fn unrelated_code_removes_no_edge() {
    let mut files = FILES.to_vec();
    files.push(("zzz.s", "class Unrelated:\n  def something(self):\n    self.else_()\n  def else_(self):\n    pass\n"));
    let more = edges(&program(&files));
    for edge in edges(&program(&FILES)) {
        assert!(more.contains(&edge), "{edge}");
    }
}
