//! Who imports a module or file.

use crate::answer::Verdict;
use crate::answer::confidence::{ABSENCE, AMBIGUOUS};
use crate::answer::markdown::{code, line, place};
use crate::graph::{Answer, FileRow, Import};
use crate::names::Target;
use crate::question::Entity;

use super::common::{LISTED, more, target};
use super::{Context, callers};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    match target(cx, 0, true)? {
        Err(verdict) => Ok(verdict),
        Ok((_, Target::Symbols(_))) => callers::run(cx),
        Ok((entity, target)) => of(cx, &entity, target),
    }
}

/// Says who imports what a name of a place means.
///
/// # Errors
/// Faults of the graph.
pub fn of(cx: &mut Context<'_>, entity: &Entity, target: Target) -> Answer<Verdict> {
    cx.intent = "importers";
    let (name, files, exact) = files_of(entity, target);
    let mut found = Vec::new();
    for file in files.iter().take(200) {
        found.extend(cx.graph.dependents(&file.path)?);
    }
    // A file of the same folder that imports another is no user of the folder.
    let own: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    found.retain(|import| !own.contains(&import.path.as_str()));
    found.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    // One line a file: a file may import many names.
    found.dedup_by(|later, first| later.path == first.path);
    let name = code(&name);
    let mut importers: Vec<&str> = found.iter().map(|import| import.path.as_str()).collect();
    importers.dedup();
    if importers.is_empty() {
        cx.reply.say("imported_by_none", &[("file", &name)]);
        cx.reply.say("unseen_imports", &[]);
        cx.reply.follow("follow_file", &[("file", &name)]);
        return Ok(cx.found(cx.confidence().times(ABSENCE)));
    }
    cx.reply.say(
        "imported_by",
        &[("file", &name), ("count", &importers.len())],
    );
    for import in found.iter().take(LISTED) {
        import_item(cx, import)?;
    }
    more(cx, found.len().saturating_sub(LISTED));
    cx.reply.follow("follow_file", &[("file", &name)]);
    cx.reply.follow("follow_imports", &[("file", &name)]);
    Ok(cx.found(cx.confidence().times(if exact { 1.0 } else { AMBIGUOUS })))
}

/// The files that a name of a place means, what to call them, and whether there was no choice.
pub fn files_of(entity: &Entity, target: Target) -> (String, Vec<FileRow>, bool) {
    match target {
        Target::Folder(path, files) => (format!("{path}/"), files, true),
        Target::Files(mut files) => {
            let exact = files.len() == 1 || files[0].path == entity.text;
            files.truncate(1);
            (
                files
                    .first()
                    .map(|file| file.path.clone())
                    .unwrap_or_default(),
                files,
                exact,
            )
        }
        Target::Symbols(_) | Target::Missing(_) => (entity.text.clone(), Vec::new(), false),
    }
}

/// An import as a point of a list, with its line as proof.
///
/// # Errors
/// Faults of the graph.
pub fn import_item(cx: &mut Context<'_>, import: &Import) -> Answer<()> {
    let text = if import.code.is_empty() {
        code(&import.module)
    } else {
        code(&line(&import.code, 100))
    };
    cx.reply.item(
        "reference_item",
        &[
            ("place", &place(&import.path, import.line, 0)),
            ("code", &text),
        ],
    );
    cx.reply
        .cite_line(&import.path, import.line, "reference", &import.module, 0.9)
}
