//! In which order to read: what most of the rest uses, each file after those that it uses itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::Verdict;
use crate::answer::confidence::HEURISTIC;
use crate::answer::markdown::code;
use crate::graph::{Answer, Dependency, FileRow};

use super::{Context, start};

/// Files that are offered by how many others use them.
const CENTRAL: usize = 10;
/// Files that are offered since programs start there.
const STARTS: usize = 3;

/// A file to read, and why there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading {
    path: String,
    /// Files that use it.
    users: usize,
    /// Files of the list before it that it uses.
    needs: Vec<String>,
    starts: bool,
    about: String,
}

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let files = cx.graph.folder("")?;
    let uses = cx.graph.dependencies(0)?;
    let mut starts: Vec<String> = Vec::new();
    for entry in cx.graph.entries()? {
        // What nothing calls is no start: libraries are full of it.
        if entry.reason == "main" && !entry.symbol.is_test() && !starts.contains(&entry.symbol.path)
        {
            starts.push(entry.symbol.path);
        }
    }
    starts.truncate(STARTS);
    let list = order(&files, &uses, &starts);
    if list.is_empty() {
        return start::run(cx);
    }
    cx.reply.say("reading_head", &[("count", &list.len())]);
    for (at, file) in list.iter().enumerate() {
        let mut reasons = Vec::new();
        if file.users > 0 {
            reasons.push(cx.reply.text("reading_used", &[("count", &file.users)]));
        }
        if file.starts {
            reasons.push(cx.reply.text("reading_starts", &[]));
        }
        if !file.needs.is_empty() {
            let needs: Vec<String> = file.needs.iter().take(4).map(|path| code(path)).collect();
            reasons.push(
                cx.reply
                    .text("reading_after", &[("list", &needs.join(", "))]),
            );
        }
        let about = if file.about.is_empty() {
            String::new()
        } else {
            format!(" — {}", code(&file.about))
        };
        cx.reply.item(
            "reading_item",
            &[
                ("number", &(at + 1)),
                ("file", &code(&file.path)),
                ("about", &about),
                ("reason", &reasons.join("; ")),
            ],
        );
        if let Some(first) = cx.graph.outline(&file.path)?.first() {
            cx.reply.cite_definition(first, 0.7)?;
        }
    }
    cx.reply.say("reading_how", &[]);
    if let Some(first) = list.first() {
        cx.reply
            .follow("follow_file", &[("file", &code(&first.path))]);
    }
    cx.reply.follow("follow_overview", &[]);
    Ok(cx.found(cx.confidence().times(HEURISTIC)))
}

/// Picks files and puts them in order: of those whose own needs on the list are met, or else of all that are left, the most used.
fn order(files: &[FileRow], uses: &[Dependency], starts: &[String]) -> Vec<Reading> {
    let source: BTreeMap<&str, &FileRow> = files
        .iter()
        .filter(|file| file.role == "source" && file.methods + file.types > 0)
        .map(|file| (file.path.as_str(), file))
        .collect();
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in uses {
        let known =
            source.contains_key(edge.from.as_str()) && source.contains_key(edge.to.as_str());
        if known && edge.from != edge.to {
            users.entry(&edge.to).or_default().insert(&edge.from);
        }
    }
    let count = |path: &str| users.get(path).map_or(0, BTreeSet::len);
    let mut central: Vec<&str> = users.keys().copied().collect();
    central.sort_by(|a, b| count(b).cmp(&count(a)).then(a.cmp(b)));
    central.truncate(CENTRAL);
    let own_starts = starts.iter().map(String::as_str);
    central.extend(own_starts.filter(|path| source.contains_key(path)));
    let mut left: BTreeSet<&str> = central.into_iter().collect();
    let needs_of = |path: &str| -> BTreeSet<&str> {
        let of = uses
            .iter()
            .filter(|edge| edge.from == path && edge.to != path);
        of.map(|edge| edge.to.as_str()).collect()
    };
    let mut list: Vec<Reading> = Vec::new();
    while !left.is_empty() {
        let unmet = |path: &str| {
            needs_of(path)
                .iter()
                .filter(|need| left.contains(*need))
                .count()
        };
        let next = left
            .iter()
            .copied()
            .min_by_key(|path| (unmet(path), std::cmp::Reverse(count(path)), *path));
        let Some(next) = next else { break };
        left.remove(next);
        let needs = needs_of(next);
        let before = list.iter().map(|file| &file.path);
        list.push(Reading {
            path: next.to_owned(),
            users: count(next),
            needs: before
                .filter(|path| needs.contains(path.as_str()))
                .cloned()
                .collect(),
            starts: starts.iter().any(|path| path == next),
            about: source
                .get(next)
                .map_or_else(String::new, |file| file.docstring.clone()),
        });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, role: &str) -> FileRow {
        FileRow {
            path: path.into(),
            role: role.into(),
            methods: 1,
            ..FileRow::default()
        }
    }

    fn edge(from: &str, to: &str) -> Dependency {
        Dependency {
            from: from.into(),
            to: to.into(),
            weight: 1,
        }
    }

    fn paths(list: &[Reading]) -> Vec<&str> {
        list.iter().map(|file| file.path.as_str()).collect()
    }

    #[test]
    fn what_is_used_comes_first() {
        let files = [
            file("app", "source"),
            file("base", "source"),
            file("mid", "source"),
            file("t", "test"),
        ];
        let uses = [
            edge("app", "mid"),
            edge("mid", "base"),
            edge("app", "base"),
            edge("t", "app"),
        ];
        let list = order(&files, &uses, &["app".into()]);
        assert_eq!(paths(&list), ["base", "mid", "app"]);
        assert_eq!((list[0].users, list[2].starts), (2, true));
        assert_eq!(list[2].needs, ["base", "mid"]);
    }

    #[test]
    fn circles_are_read_somewhere() {
        let files = [
            file("a", "source"),
            file("b", "source"),
            file("c", "source"),
        ];
        let uses = [edge("a", "b"), edge("b", "a"), edge("c", "a")];
        assert_eq!(paths(&order(&files, &uses, &[])), ["a", "b"]);
    }

    #[test]
    fn there_may_be_nothing_to_read() {
        assert!(order(&[], &[edge("x", "y")], &["z".into()]).is_empty());
    }
}
