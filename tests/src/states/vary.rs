//! Changes of programs that change nothing of what they do: what is found stays the same.

use super::{Lines, Program};

/// A program with another text, and how its lines moved.
pub(crate) struct Varied {
    pub(crate) name: &'static str,
    pub(crate) program: Program,
    /// New number of each line, by file; from 1.
    pub(crate) moved: Vec<Vec<usize>>,
}

impl Varied {
    /// Findings of the first program, where they are in this one.
    pub(crate) fn moved(&self, program: &Program, lines: &Lines) -> Lines {
        lines
            .iter()
            .map(|(path, line, label)| {
                let file = program.files.iter().position(|(own, _)| own == path);
                let file = file.expect("a file of the program");
                (path.clone(), self.moved[file][*line - 1], label.clone())
            })
            .collect()
    }
}

/// The variations of a program.
pub(crate) fn vary(program: &Program) -> Vec<Varied> {
    vec![
        by_line("renamed", program, |line| vec![rename(line)]),
        by_line("spread", program, |line| {
            let indent: String = line.chars().take_while(|c| *c == ' ').collect();
            let text = line.trim();
            let opens = text.is_empty()
                || text.starts_with(['@', '#', ')', ']', '}'])
                || ["else", "elif", "except", "finally", "case"]
                    .iter()
                    .any(|word| text.starts_with(word));
            if opens {
                vec![line.to_owned()]
            } else {
                vec![format!("{indent}unrelated = 0"), line.to_owned()]
            }
        }),
        wrapped(program),
    ]
}

/// Each line becomes some lines, of which the last is the line itself.
fn by_line(name: &'static str, program: &Program, change: impl Fn(&str) -> Vec<String>) -> Varied {
    let mut moved = Vec::new();
    let files = program
        .files
        .iter()
        .map(|(path, source)| {
            let mut numbers = Vec::new();
            let mut text = Vec::new();
            for line in source.lines() {
                text.extend(change(line));
                numbers.push(text.len());
            }
            moved.push(numbers);
            (path.clone(), text.join("\n") + "\n")
        })
        .collect();
    Varied {
        name,
        program: Program {
            title: program.title.clone(),
            files,
            known: (),
        },
        moved,
    }
}

/// Gives names that only the program knows other ones.
fn rename(line: &str) -> String {
    let own = [
        "thing", "other", "handle", "record", "lock", "first", "second",
    ];
    let mut text = String::new();
    let mut word = String::new();
    for c in line.chars().chain(std::iter::once('\n')) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if own.contains(&word.as_str()) {
            word.push_str("_of_ours");
        }
        text.push_str(&word);
        word.clear();
        text.push(c);
    }
    text.pop();
    text
}

/// Things are closed by a function of its own.
fn wrapped(program: &Program) -> Varied {
    let mut varied = by_line("wrapped", program, |line| {
        vec![if line.contains("import") {
            line.to_owned()
        } else {
            line.replace(" thing.close()", " close_it(thing)")
        }]
    });
    for ((_, source), moved) in varied.program.files.iter_mut().zip(&mut varied.moved) {
        if source.contains("close_it(") {
            source.insert_str(0, "def close_it(closed_thing):\n    closed_thing.close()\n");
            for number in moved {
                *number += 2;
            }
        }
    }
    varied
}
