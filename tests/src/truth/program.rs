//! Programs of a truth set, as Markdown.

use super::Call;

/// A program with what is known of it.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) title: String,
    /// (path, source).
    pub(crate) files: Vec<(String, String)>,
    pub(crate) calls: Vec<Call>,
}

/// The programs of a document: a heading, files with their paths above, calls.
///
/// # Panics
/// Panics where a line of calls cannot be read.
pub(crate) fn parse(document: &str) -> Vec<Program> {
    let mut programs: Vec<Program> = Vec::new();
    let mut path = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            programs.push(Program {
                title: title.trim().to_owned(),
                ..Program::default()
            });
        }
        let Some(program) = programs.last_mut() else {
            continue;
        };
        if line.starts_with("```") {
            let mut source = String::new();
            for line in lines.by_ref().take_while(|line| !line.starts_with("```")) {
                source.push_str(line);
                source.push('\n');
            }
            program.files.push((std::mem::take(&mut path), source));
        } else if let Some(call) = line.strip_prefix("- `") {
            let parts: Vec<&str> = call.trim_end().trim_end_matches('`').split('`').collect();
            let &[site, _, caller, _, callee] = &parts[..] else {
                panic!("{}: `{line}` is no call", program.title);
            };
            program
                .calls
                .push((site.to_owned(), caller.to_owned(), callee.to_owned()));
        } else if line.starts_with('`') && line.ends_with('`') {
            line.trim_matches('`').clone_into(&mut path);
        }
    }
    programs.retain(|program| !program.files.is_empty());
    programs
}
