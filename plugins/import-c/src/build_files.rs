//! How a project says it is compiled: `compile_commands.json` (the format of Clang's "JSON Compilation Database") and `compile_flags.txt`.
//!
//! Nothing is run and nothing outside of the project is read: of the commands only folders of includes and definitions of macros count.
//! Commands with the same ones are one set.

use codegraph_sdk::{Entry, Fault};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// Names of such files.
pub(crate) const NAMES: [&str; 2] = ["compile_commands.json", "compile_flags.txt"];

/// Commands that are read.
const MOST_COMMANDS: usize = 200_000;
/// Arguments of a command that are read.
const MOST_ARGUMENTS: usize = 10_000;
/// Different sets of flags.
const MOST_SETS: usize = 10_000;

#[derive(Deserialize)]
struct Command {
    #[serde(default)]
    directory: String,
    file: String,
    #[serde(default)]
    command: String,
    #[serde(default)]
    arguments: Vec<String>,
}

/// What of some commands counts.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Flags {
    /// Where includes are looked for, in order.
    folders: Vec<String>,
    /// Definitions, as lines of an outline.
    facts: String,
}

/// What the file says, for the host: sets of flags, each with its folders and files.
///
/// # Errors
/// [`Fault::InvalidInput`] where the file is not what its name says.
pub(crate) fn read(path: &str, source: &[u8]) -> Result<Vec<Entry>, Fault> {
    if path.rsplit('/').next() == Some(NAMES[0]) {
        commands(source)
    } else {
        let text = String::from_utf8_lossy(source);
        let words: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        let mut notes = Notes::default();
        let flags = flags("", &words, &mut notes);
        let mut entries = Vec::new();
        set(&flags, &mut entries);
        entries.push(entry("build.below", ""));
        notes.write(&mut entries);
        Ok(entries)
    }
}

/// What was not read.
#[derive(Default)]
struct Notes {
    response_files: usize,
    commands: usize,
    arguments: usize,
}

impl Notes {
    fn write(&self, entries: &mut Vec<Entry>) {
        let mut note = |count: usize, what: &str| {
            if count > 0 {
                entries.push(entry("build.note", &format!("{count} {what}")));
            }
        };
        note(
            self.response_files,
            "files of arguments (`@file`) are not read",
        );
        note(self.commands, "commands beyond the limit are not read");
        note(self.arguments, "arguments beyond the limit are not read");
    }
}

fn commands(source: &[u8]) -> Result<Vec<Entry>, Fault> {
    let commands: Vec<Command> = serde_json::from_slice(source)
        .map_err(|error| Fault::InvalidInput(format!("no list of commands: {error}")))?;
    let mut notes = Notes::default();
    let mut numbers: FxHashMap<Flags, usize> = FxHashMap::default();
    let mut sets: Vec<(Flags, Vec<String>)> = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        if at >= MOST_COMMANDS {
            notes.commands = commands.len() - at;
            break;
        }
        let words = if command.arguments.is_empty() {
            words(&command.command)
        } else {
            command.arguments.clone()
        };
        let flags = flags(&command.directory, &words, &mut notes);
        let next = sets.len();
        let number = *numbers.entry(flags.clone()).or_insert(next);
        if number == next {
            if next >= MOST_SETS {
                numbers.remove(&flags);
                notes.commands += 1;
                continue;
            }
            sets.push((flags, Vec::new()));
        }
        sets[number]
            .1
            .push(joined(&command.directory, &command.file));
    }
    let mut entries = Vec::new();
    for (flags, files) in &sets {
        set(flags, &mut entries);
        entries.extend(files.iter().map(|file| entry("build.file", file)));
    }
    notes.write(&mut entries);
    Ok(entries)
}

fn set(flags: &Flags, entries: &mut Vec<Entry>) {
    entries.push(entry("build.flags", &flags.facts));
    let folders = flags.folders.iter();
    entries.extend(folders.map(|folder| entry("build.folder", folder)));
}

fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

/// Folders and definitions among the words of a command.
fn flags(directory: &str, words: &[String], notes: &mut Notes) -> Flags {
    let mut flags = Flags::default();
    let mut defined: Vec<(String, String)> = Vec::new();
    notes.arguments += words.len().saturating_sub(MOST_ARGUMENTS);
    let mut words = words.iter().take(MOST_ARGUMENTS);
    while let Some(word) = words.next() {
        if word.starts_with('@') {
            notes.response_files += 1;
            continue;
        }
        let option = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| word.strip_prefix(name).map(str::to_owned))
        };
        let mut value = |rest: String| {
            if rest.is_empty() {
                words.next().cloned().unwrap_or_default()
            } else {
                rest
            }
        };
        if let Some(rest) = option(&["-iquote", "-isystem", "-idirafter", "-I", "/I"]) {
            let folder = value(rest);
            if !folder.is_empty() {
                let folder = joined(directory, &folder);
                if !flags.folders.contains(&folder) {
                    flags.folders.push(folder);
                }
            }
        } else if let Some(rest) = option(&["-D", "/D"]) {
            let text = value(rest);
            let (name, body) = text.split_once('=').unwrap_or((&text, "1"));
            let is_one_line = !text.contains(['\n', '\r', '\0']);
            let begins = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
            if is_one_line && begins {
                defined.retain(|(own, _)| own != name);
                defined.push((name.to_owned(), body.to_owned()));
            }
        } else if let Some(rest) = option(&["-U", "/U"]) {
            let name = value(rest);
            defined.retain(|(own, _)| *own != name);
        }
    }
    for (name, body) in defined {
        flags.facts.push_str(&name);
        flags.facts.push(' ');
        flags.facts.push_str(&body);
        flags.facts.push('\n');
    }
    flags
}

/// A path from the folder of a command, without `.` and `..`; those that lead out of the root of all are left as they are.
fn joined(directory: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
    let whole = if is_absolute || directory.is_empty() {
        path
    } else {
        format!("{}/{path}", directory.replace('\\', "/"))
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if whole.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// The words of a command line, as a shell takes them apart; nothing in them is expanded.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_word = false;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', Some('"')) => match chars.next() {
                Some(next @ ('"' | '\\' | '$' | '`')) => word.push(next),
                Some(next) => word.extend(['\\', next]),
                None => word.push('\\'),
            },
            ('\\', None) => {
                is_word = true;
                word.extend(chars.next());
            }
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                is_word = true;
            }
            (c, None) if c.is_whitespace() => {
                if std::mem::take(&mut is_word) {
                    words.push(std::mem::take(&mut word));
                }
            }
            (c, None) => {
                is_word = true;
                word.push(c);
            }
        }
    }
    if is_word {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, source: &str) -> Vec<String> {
        let entries = read(path, source.as_bytes()).unwrap();
        let line = |entry: &Entry| format!("{}={}", entry.key, entry.value.trim_end());
        entries.iter().map(line).collect()
    }

    #[test]
    fn commands_become_sets() {
        let source = r#"[
            {"directory": "/home/a/p/build", "file": "../src/a.c", "command": "cc -I../include -I /usr/include -DA -DB=\"x y\" -D 'C(a)=a' -UA -c ../src/a.c"},
            {"directory": "/home/a/p/build", "file": "/home/a/p/src/b.c", "arguments": ["cc", "-I../include", "-I", "/usr/include", "-DB=x y", "-DC(a)=a", "@more"]},
            {"directory": "/home/a/p", "file": "c.c", "arguments": ["cc", "-isystem", "lib", "-D", "X=1\n#define Y"], "output": "c.o"}
        ]"#;
        assert_eq!(
            lines("compile_commands.json", source),
            [
                "build.flags=B x y\nC(a) a",
                "build.folder=/home/a/p/include",
                "build.folder=/usr/include",
                "build.file=/home/a/p/src/a.c",
                "build.file=/home/a/p/src/b.c",
                "build.flags=",
                "build.folder=/home/a/p/lib",
                "build.file=/home/a/p/c.c",
                "build.note=1 files of arguments (`@file`) are not read",
            ]
        );
    }

    #[test]
    fn flags_for_all_files_below() {
        assert_eq!(
            lines(
                "sub/compile_flags.txt",
                "-Iinclude\n-DAPI=static\n-I../other\n-xc++\n"
            ),
            [
                "build.flags=API static",
                "build.folder=include",
                "build.folder=../other",
                "build.below=",
            ]
        );
    }

    #[test]
    fn what_is_no_list_of_commands_is_told() {
        for source in ["", "{}", "[{\"file\": 1}]", "[{}]", "[", "null"] {
            let fault = read("compile_commands.json", source.as_bytes());
            assert!(
                matches!(fault, Err(Fault::InvalidInput(why)) if why.starts_with("no list of commands: ")),
                "{source}"
            );
        }
        let deep = "[".repeat(100_000);
        assert!(read("compile_commands.json", deep.as_bytes()).is_err());
        assert!(lines("compile_commands.json", "[]").is_empty());
    }

    #[test]
    fn as_many_commands_as_there_are_places_for() {
        let one = |at: usize| format!(r#"{{"file": "{at}.c", "command": "cc -D N={at}"}}"#);
        let many: Vec<String> = (0..MOST_SETS + 5).map(one).collect();
        let found = lines("compile_commands.json", &format!("[{}]", many.join(",")));
        assert_eq!(found.len(), 2 * MOST_SETS + 1);
        assert_eq!(
            found.last().unwrap(),
            "build.note=5 commands beyond the limit are not read"
        );
    }

    #[test]
    fn words_of_a_shell() {
        assert_eq!(
            words(r#"a "b \"c\" \d" 'e "f' g\ h "" $(x) "open"#),
            ["a", r#"b "c" \d"#, "e \"f", "g h", "", "$(x)", "open"]
        );
        assert_eq!(joined("/a/b", "../../../../x"), "/../../x");
        assert_eq!(joined("C:\\p", "src\\a.c"), "C:/p/src/a.c");
    }
}
