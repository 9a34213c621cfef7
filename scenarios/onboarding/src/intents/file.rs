//! What a file, a module or a folder is for.

use std::collections::BTreeMap;

use crate::answer::Verdict;
use crate::answer::confidence::{AMBIGUOUS, STANDS_OUT};
use crate::answer::markdown::{block, code, first_paragraph, line, place};
use crate::graph::{Answer, FileRow, Kind, Symbol};
use crate::names::Target;
use crate::question::Entity;

use super::common::{LISTED, ambiguous, kind_word, more, target};
use super::{Context, explain};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    match target(cx, 0, true)? {
        Err(verdict) => Ok(verdict),
        Ok((entity, Target::Symbols(choice))) if !choice.clear => {
            ambiguous(cx, &entity, &choice, "follow_explain")
        }
        Ok((_, Target::Symbols(_))) => explain::run(cx),
        Ok((entity, target)) => describe(cx, &entity, target),
    }
}

/// Describes what a name of a place means.
///
/// # Errors
/// Faults of the graph.
pub fn describe(cx: &mut Context<'_>, entity: &Entity, target: Target) -> Answer<Verdict> {
    cx.intent = "file";
    match target {
        Target::Files(files) => several_or_one(cx, entity, &files),
        Target::Folder(path, files) => folder(cx, &path, &files),
        Target::Missing(near) => super::common::not_found(cx, entity, &near),
        Target::Symbols(choice) => ambiguous(cx, entity, &choice, "follow_explain"),
    }
}

/// Describes the file of a module.
///
/// # Errors
/// Faults of the graph.
pub fn describe_module(cx: &mut Context<'_>, entity: &Entity, module: &Symbol) -> Answer<Verdict> {
    let files = cx.graph.files(&module.path)?;
    let files: Vec<FileRow> = files
        .into_iter()
        .filter(|file| file.path == module.path)
        .collect();
    if files.is_empty() {
        return Ok(Verdict::missing(cx.intent));
    }
    several_or_one(cx, entity, &files)
}

fn several_or_one(cx: &mut Context<'_>, entity: &Entity, files: &[FileRow]) -> Answer<Verdict> {
    let best = &files[0];
    let exact = best.path == entity.text || files.len() == 1;
    let alike = files.iter().filter(|file| file.role == best.role).count();
    if !exact && alike > 1 {
        cx.reply.say(
            "several_files",
            &[("name", &code(&entity.text)), ("count", &files.len())],
        );
        for file in files.iter().take(LISTED) {
            let about = first_line(&file.docstring);
            cx.reply.item(
                "file_item",
                &[("file", &code(&file.path)), ("about", &about)],
            );
            cx.reply
                .cite_line(&file.path, 1, "documentation", &file.module, 0.5)?;
        }
        more(cx, files.len().saturating_sub(LISTED));
        for file in files.iter().take(3) {
            cx.reply
                .follow("follow_file", &[("file", &code(&file.path))]);
        }
        return Ok(cx.found(cx.confidence().times(AMBIGUOUS)));
    }
    file(cx, best)?;
    if files.len() > 1 && best.path != entity.text {
        let list: Vec<String> = files[1..]
            .iter()
            .take(5)
            .map(|file| code(&file.path))
            .collect();
        cx.reply.say(
            "also_files",
            &[("count", &(files.len() - 1)), ("list", &list.join(", "))],
        );
        return Ok(cx.found(cx.confidence().times(STANDS_OUT)));
    }
    Ok(cx.found(cx.confidence()))
}

/// First line of a documentation text behind a dash; empty where there is none.
pub fn first_line(docstring: &str) -> String {
    let text = line(docstring.trim().lines().next().unwrap_or_default(), 100);
    if text.is_empty() {
        text
    } else {
        format!(" — {}", plain(&text))
    }
}

/// Text that is put into a sentence: what Markdown would read is taken out by a code span.
fn plain(text: &str) -> String {
    if text.chars().any(|c| "*_`[]<>#|\\!~&".contains(c)) {
        code(text)
    } else {
        text.to_owned()
    }
}

fn file(cx: &mut Context<'_>, file: &FileRow) -> Answer<()> {
    let outline = cx.graph.outline(&file.path)?;
    let name = code(&file.path);
    let role = cx.reply.word(
        "role",
        if file.role.is_empty() {
            "source"
        } else {
            &file.role
        },
    );
    let lines = cx.reply.text("count_lines", &[("count", &file.lines)]);
    let language = if file.language.is_empty() {
        String::new()
    } else {
        format!(", {}", file.language)
    };
    let module = if file.module.is_empty() {
        String::new()
    } else {
        cx.reply
            .text("as_module", &[("module", &code(&file.module))])
    };
    cx.reply.say(
        "file_head",
        &[
            ("file", &name),
            ("role", &role),
            ("language", &language),
            ("lines", &lines),
            ("module", &module),
        ],
    );
    if file.docstring.trim().is_empty() {
        cx.reply.say("file_no_docstring", &[]);
    } else {
        cx.reply.say("file_says", &[]);
        cx.reply
            .paragraph(&block(&first_paragraph(&file.docstring, 12), "text", 12));
        let whole = Symbol {
            id: 0,
            kind: Kind::Module,
            name: file.module.clone(),
            full_name: file.module.clone(),
            path: file.path.clone(),
            line: 1,
            line_end: u32::try_from(file.lines).unwrap_or(u32::MAX),
            role: file.role.clone(),
            external: false,
        };
        explain::cite_docstring(cx, &whole, &file.docstring)?;
    }
    let types: Vec<&Symbol> = outline
        .iter()
        .filter(|symbol| symbol.kind == Kind::Type)
        .collect();
    let functions: Vec<&Symbol> = outline
        .iter()
        .filter(|symbol| symbol.kind == Kind::Method && !within(symbol, &types))
        .collect();
    if types.is_empty() && functions.is_empty() {
        cx.reply.say("file_defines_nothing", &[]);
    } else {
        let (t, f) = (
            cx.reply.text("count_types", &[("count", &types.len())]),
            cx.reply
                .text("count_functions", &[("count", &functions.len())]),
        );
        cx.reply
            .say("file_defines", &[("types", &t), ("functions", &f)]);
        for symbol in types.iter().chain(&functions).take(LISTED) {
            let kind = kind_word(cx, symbol);
            let at = place(&symbol.path, symbol.line, symbol.line_end);
            cx.reply.item(
                "outline_item",
                &[
                    ("symbol", &code(&symbol.name)),
                    ("kind", &kind),
                    ("place", &at),
                ],
            );
            cx.reply.cite_definition(symbol, 0.7)?;
        }
        more(cx, (types.len() + functions.len()).saturating_sub(LISTED));
    }
    used_and_using(cx, file)?;
    gaps_of(cx, &file.path)?;
    cx.reply.follow("follow_importers", &[("file", &name)]);
    if let Some(symbol) = types.first().or(functions.first()) {
        cx.reply
            .follow("follow_explain", &[("symbol", &code(&symbol.full_name))]);
    }
    Ok(())
}

/// Whether a method belongs to one of the types of the file.
fn within(symbol: &Symbol, types: &[&Symbol]) -> bool {
    types.iter().any(|outer| {
        outer.line <= symbol.line && symbol.line_end <= outer.line_end && outer.id != symbol.id
    })
}

fn used_and_using(cx: &mut Context<'_>, file: &FileRow) -> Answer<()> {
    let mut uses: Vec<String> = cx
        .graph
        .imports(&file.path)?
        .into_iter()
        .map(|import| import.target)
        .filter(|target| !target.is_empty() && *target != file.path)
        .collect();
    uses.sort();
    uses.dedup();
    let dependents = cx.graph.dependents(&file.path)?;
    let mut users: Vec<String> = dependents
        .iter()
        .map(|import| import.path.clone())
        .filter(|path| *path != file.path)
        .collect();
    users.sort();
    users.dedup();
    for (key, list) in [("file_uses", &uses), ("file_used_by", &users)] {
        if !list.is_empty() {
            let mut shown: Vec<String> = list.iter().take(8).map(|path| code(path)).collect();
            if list.len() > 8 {
                shown.push("…".to_owned());
            }
            cx.reply
                .say(key, &[("count", &list.len()), ("list", &shown.join(", "))]);
        }
    }
    if let Some(import) = dependents.iter().find(|import| import.path != file.path) {
        cx.reply
            .cite_line(&import.path, import.line, "reference", &import.module, 0.5)?;
    }
    if users.is_empty() {
        cx.reply.say("file_used_by_none", &[]);
    }
    Ok(())
}

/// Says which parts of a file or folder were not analysed.
fn gaps_of(cx: &mut Context<'_>, prefix: &str) -> Answer<()> {
    let gaps = cx.graph.gaps(prefix, 100)?;
    if gaps.is_empty() {
        return Ok(());
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for gap in &gaps {
        *reasons.entry(gap.reason.clone()).or_default() += 1;
    }
    let list: Vec<String> = reasons
        .iter()
        .map(|(reason, count)| format!("{}: {count}", cx.reply.word("reason", reason)))
        .collect();
    cx.reply.say(
        "gaps_here",
        &[("count", &gaps.len()), ("list", &list.join(", "))],
    );
    Ok(())
}

fn folder(cx: &mut Context<'_>, path: &str, files: &[FileRow]) -> Answer<Verdict> {
    let name = code(&format!("{path}/"));
    let lines: u64 = files.iter().map(|file| file.lines).sum();
    let count_files = cx.reply.text("count_files", &[("count", &files.len())]);
    let count_lines = cx.reply.text("count_lines", &[("count", &lines)]);
    cx.reply.say(
        "folder_head",
        &[
            ("folder", &name),
            ("files", &count_files),
            ("lines", &count_lines),
        ],
    );
    // What speaks for a folder: its README, else the documentation of the file that stands for it.
    let mut spoken = false;
    if let Some((readme, text)) = cx.graph.readme(path)? {
        let opening = opening(&text);
        if !opening.is_empty() {
            cx.reply.say("readme_says", &[("file", &code(&readme))]);
            cx.reply.paragraph(&block(&opening, "text", 12));
            cx.reply
                .cite_line(&readme, line_of(&text, &opening), "documentation", "", 0.9)?;
            spoken = true;
        }
    }
    let direct = |file: &&FileRow| {
        file.path
            .rsplit_once('/')
            .is_some_and(|(folder, _)| folder == path)
    };
    let spoken_by = files.iter().filter(direct).find(|file| {
        !file.docstring.trim().is_empty()
            && file
                .module
                .replace('.', "/")
                .ends_with(path.rsplit('/').next().unwrap_or(path))
    });
    if let Some(file) = spoken_by.filter(|_| !spoken) {
        cx.reply.say("readme_says", &[("file", &code(&file.path))]);
        cx.reply
            .paragraph(&block(&first_paragraph(&file.docstring, 12), "text", 12));
        cx.reply
            .cite_line(&file.path, 1, "documentation", &file.module, 0.8)?;
        spoken = true;
    }
    if !spoken {
        cx.reply.say("folder_no_words", &[]);
    }
    contents(cx, path, files)?;
    gaps_of(cx, &format!("{path}/"))?;
    if let Some(file) = files.iter().filter(direct).max_by_key(|file| file.methods) {
        cx.reply
            .follow("follow_file", &[("file", &code(&file.path))]);
    }
    Ok(cx.found(cx.confidence()))
}

fn contents(cx: &mut Context<'_>, path: &str, files: &[FileRow]) -> Answer<()> {
    let mut folders: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    let mut direct = Vec::new();
    for file in files {
        let rest = &file.path[path.len() + 1..];
        match rest.split_once('/') {
            Some((folder, _)) => {
                let entry = folders.entry(folder.to_owned()).or_default();
                entry.0 += 1;
                entry.1 += file.lines;
            }
            None => direct.push(file),
        }
    }
    direct.sort_by(|a, b| (b.methods + b.types, &a.path).cmp(&(a.methods + a.types, &b.path)));
    for file in direct.iter().take(LISTED) {
        let about = first_line(&file.docstring);
        let (t, f) = (
            cx.reply.text("count_types", &[("count", &file.types)]),
            cx.reply
                .text("count_functions", &[("count", &file.methods)]),
        );
        cx.reply.item(
            "folder_file",
            &[
                ("file", &code(&file.path)),
                ("types", &t),
                ("functions", &f),
                ("about", &about),
            ],
        );
    }
    more(cx, direct.len().saturating_sub(LISTED));
    if let Some(file) = direct.first() {
        cx.reply
            .cite_line(&file.path, 1, "documentation", &file.module, 0.5)?;
    }
    for (folder, (count, lines)) in folders.iter().take(LISTED) {
        let (f, l) = (
            cx.reply.text("count_files", &[("count", count)]),
            cx.reply.text("count_lines", &[("count", lines)]),
        );
        cx.reply.item(
            "folder_folder",
            &[
                ("folder", &code(&format!("{path}/{folder}/"))),
                ("files", &f),
                ("lines", &l),
            ],
        );
    }
    Ok(())
}

/// First paragraph of a README that is prose: headings, badges, pictures and rules are passed over.
pub fn opening(text: &str) -> String {
    let mut lines = Vec::new();
    let rows: Vec<&str> = text.lines().take(200).collect();
    for (i, row) in rows.iter().enumerate() {
        let row = row.trim_end();
        let trimmed = row.trim_start();
        let underline = |text: &str| text.len() > 2 && text.chars().all(|c| "=-~^*#+".contains(c));
        let heading = trimmed.starts_with('#')
            || underline(trimmed)
            || rows
                .get(i + 1)
                .is_some_and(|next| underline(next.trim()) && !trimmed.is_empty());
        let markup = trimmed.starts_with("![")
            || trimmed.starts_with("[![")
            || trimmed.starts_with('<')
            || trimmed.starts_with(".. ")
            || trimmed.starts_with("[!");
        if trimmed.is_empty() || heading || markup {
            if !lines.is_empty() {
                break;
            }
            continue;
        }
        lines.push(row);
        if lines.len() == 12 {
            break;
        }
    }
    lines.join("\n")
}

/// The line, from 1, on which a passage of a text starts.
pub fn line_of(text: &str, passage: &str) -> u32 {
    let first = passage.lines().next().unwrap_or_default();
    text.lines()
        .position(|row| row.trim_end() == first)
        .map_or(1, |at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_of_readmes() {
        assert_eq!(
            opening("# Title\n\n[![badge](x)](y)\n\nIt does things.\nWell.\n\nMore."),
            "It does things.\nWell."
        );
        assert_eq!(opening("Title\n=====\n\nProse."), "Prose.");
        assert_eq!(opening("<div>\n\n"), "");
        assert_eq!(line_of("# Title\n\nProse.", "Prose."), 3);
    }
}
