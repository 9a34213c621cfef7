//! What a module or file imports.

use crate::answer::Verdict;
use crate::answer::confidence::AMBIGUOUS;
use crate::answer::markdown::code;
use crate::graph::{Answer, Import};
use crate::names::Target;
use crate::question::Entity;

use super::common::{LISTED, more, target};
use super::importers::{files_of, import_item};
use super::{Context, callees};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    match target(cx, 0, true)? {
        Err(verdict) => Ok(verdict),
        Ok((_, Target::Symbols(_))) => callees::run(cx),
        Ok((entity, target)) => of(cx, &entity, target),
    }
}

/// Says what a file, or the files of a folder, import.
///
/// # Errors
/// Faults of the graph.
pub fn of(cx: &mut Context<'_>, entity: &Entity, target: Target) -> Answer<Verdict> {
    cx.intent = "imports";
    let (name, files, exact) = files_of(entity, target);
    let mut found: Vec<Import> = Vec::new();
    for file in files.iter().take(200) {
        found.extend(cx.graph.imports(&file.path)?);
    }
    let own: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    found.retain(|import| !own.contains(&import.target.as_str()));
    let name = code(&name);
    let (inside, outside): (Vec<Import>, Vec<Import>) = found
        .into_iter()
        .partition(|import| !import.target.is_empty());
    if inside.is_empty() && outside.is_empty() {
        cx.reply.say("imports_nothing", &[("file", &name)]);
    }
    if !inside.is_empty() {
        cx.reply.say(
            "imports_inside",
            &[("file", &name), ("count", &inside.len())],
        );
        for import in inside.iter().take(LISTED) {
            import_item(cx, import)?;
        }
        more(cx, inside.len().saturating_sub(LISTED));
    }
    if !outside.is_empty() {
        let mut modules: Vec<&str> = outside
            .iter()
            .map(|import| import.module.as_str())
            .collect();
        modules.sort_unstable();
        modules.dedup();
        let mut list: Vec<String> = modules.iter().take(20).map(|module| code(module)).collect();
        if modules.len() > 20 {
            list.push("…".to_owned());
        }
        cx.reply.say(
            "imports_outside",
            &[
                ("file", &name),
                ("count", &modules.len()),
                ("list", &list.join(", ")),
            ],
        );
        for import in outside.iter().take(5) {
            cx.reply
                .cite_line(&import.path, import.line, "reference", &import.module, 0.6)?;
        }
    }
    cx.reply.follow("follow_importers", &[("file", &name)]);
    cx.reply.follow("follow_file", &[("file", &name)]);
    Ok(cx.found(cx.confidence().times(if exact { 1.0 } else { AMBIGUOUS })))
}
