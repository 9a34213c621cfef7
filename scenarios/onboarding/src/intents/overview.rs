//! The map of the project: its modules, how they depend on each other, where to begin.

use std::collections::BTreeMap;

use crate::answer::Verdict;
use crate::answer::markdown::{block, code};
use crate::answer::mermaid::{Flowchart, Line, Look};
use crate::graph::{Answer, Dependency, ModuleRow};

use super::common::{kind_word, say_gaps};
use super::{Context, file};

/// How many modules the table shows.
const SHOWN: usize = 30;
/// How many modules the picture shows.
const DRAWN: usize = 20;
/// A map of fewer modules is drawn a level deeper.
const TOO_COARSE: usize = 4;
/// Levels that are tried.
const DEEPEST: u32 = 4;

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let revision = cx.graph.revision();
    let (depth, modules) = map(cx)?;
    let source: Vec<ModuleRow> = modules
        .iter()
        .filter(|module| is_telling(module))
        .cloned()
        .collect();
    let lines: u64 = modules.iter().map(|module| module.lines).sum();
    let methods: u64 = modules.iter().map(|module| module.methods).sum();
    let files = cx.reply.text("count_files", &[("count", &revision.files)]);
    let lines = cx.reply.text("count_lines", &[("count", &lines)]);
    let functions = cx.reply.text("count_functions", &[("count", &methods)]);
    let languages = if revision.languages.is_empty() {
        "—".to_owned()
    } else {
        revision.languages.join(", ")
    };
    let project = code(&revision.project);
    cx.reply.say(
        "overview_head",
        &[
            ("project", &project),
            ("languages", &languages),
            ("files", &files),
            ("lines", &lines),
            ("functions", &functions),
        ],
    );
    if let Some((readme, text)) = cx.graph.readme("")? {
        let opening = file::opening(&text);
        if !opening.is_empty() {
            cx.reply.say("readme_says", &[("file", &code(&readme))]);
            cx.reply.paragraph(&block(&opening, "text", 12));
            cx.reply.cite_line(
                &readme,
                file::line_of(&text, &opening),
                "documentation",
                "",
                0.9,
            )?;
        }
    }
    if modules.is_empty() {
        cx.reply.say("overview_empty", &[]);
        say_gaps(cx, "gaps_may_hide");
        return Ok(Verdict::missing(cx.intent));
    }
    let dependencies = cx.graph.dependencies(depth)?;
    table(cx, &modules, &dependencies);
    picture(
        cx,
        if source.is_empty() { &modules } else { &source },
        &dependencies,
    );
    entries(cx)?;
    say_gaps(cx, "gaps_in_overview");
    if let Some(module) = source.iter().max_by_key(|module| module.methods) {
        cx.reply
            .follow("follow_file", &[("file", &code(&module.module))]);
    }
    cx.reply.follow("follow_start", &[]);
    cx.reply.follow("follow_gaps", &[]);
    Ok(cx.found(cx.confidence()))
}

/// Whether a module holds code of the project itself.
fn is_telling(module: &ModuleRow) -> bool {
    module.role != "test" && module.methods + module.types > 0
}

/// The modules at the shallowest level that tells something: a project is often one folder in one folder.
fn map(cx: &Context<'_>) -> Answer<(u32, Vec<ModuleRow>)> {
    let mut last = (1, Vec::new());
    for depth in 1..=DEEPEST {
        let mut modules = cx.graph.modules(depth)?;
        modules.sort_by(|a, b| (b.lines, &a.module).cmp(&(a.lines, &b.module)));
        let source: Vec<u64> = modules
            .iter()
            .filter(|module| is_telling(module))
            .map(|module| module.lines)
            .collect();
        // One module with most of the project in it tells little.
        let lopsided = source
            .iter()
            .max()
            .is_some_and(|most| most * 2 > source.iter().sum());
        let finer = modules.len() > last.1.len();
        if finer || last.1.is_empty() {
            last = (depth, modules);
        }
        if source.len() >= TOO_COARSE && !lopsided {
            break;
        }
    }
    Ok(last)
}

fn table(cx: &mut Context<'_>, modules: &[ModuleRow], dependencies: &[Dependency]) {
    let columns = [
        "column_module",
        "column_files",
        "column_lines",
        "column_functions",
        "column_types",
        "column_uses",
    ]
    .map(|key| cx.reply.text(key, &[]));
    let (tests, source): (Vec<&ModuleRow>, Vec<&ModuleRow>) =
        modules.iter().partition(|module| module.role == "test");
    let is_test = |name: &str| tests.iter().any(|module| module.module == name);
    let rows = source
        .iter()
        .take(SHOWN)
        .map(|module| {
            let mut uses: Vec<&Dependency> = dependencies
                .iter()
                .filter(|edge| {
                    edge.from == module.module && edge.to != module.module && !is_test(&edge.to)
                })
                .collect();
            uses.sort_by(|a, b| (b.weight, &a.to).cmp(&(a.weight, &b.to)));
            let uses: Vec<String> = uses.iter().take(5).map(|edge| code(&edge.to)).collect();
            vec![
                code(&module.module),
                module.files.to_string(),
                module.lines.to_string(),
                module.methods.to_string(),
                module.types.to_string(),
                uses.join(", "),
            ]
        })
        .collect();
    let title = cx.reply.text("title_modules", &[]);
    cx.reply.table(&title, &columns, rows);
    if source.len() > SHOWN {
        cx.reply
            .say("modules_not_shown", &[("count", &(source.len() - SHOWN))]);
    }
    if !tests.is_empty() {
        let lines: u64 = tests.iter().map(|module| module.lines).sum();
        let lines = cx.reply.text("count_lines", &[("count", &lines)]);
        cx.reply.say(
            "modules_of_tests",
            &[("count", &tests.len()), ("lines", &lines)],
        );
    }
}

fn picture(cx: &mut Context<'_>, modules: &[ModuleRow], dependencies: &[Dependency]) {
    let mut chart = Flowchart::new("LR");
    let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
    for module in modules.iter().take(DRAWN) {
        if let Some(node) = chart.node(&module.module, &module.module, Look::Plain) {
            nodes.insert(&module.module, node);
        }
    }
    let mut edges: Vec<&Dependency> = dependencies
        .iter()
        .filter(|edge| edge.from != edge.to)
        .collect();
    edges.sort_by(|a, b| (b.weight, &a.from, &a.to).cmp(&(a.weight, &b.from, &b.to)));
    for edge in edges.iter().take(60) {
        if let (Some(&from), Some(&to)) =
            (nodes.get(edge.from.as_str()), nodes.get(edge.to.as_str()))
        {
            chart.edge(from, to, Line::Solid, &edge.weight.to_string());
        }
    }
    let title = cx.reply.text("title_map", &[]);
    cx.reply.picture(&title, &chart);
}

fn entries(cx: &mut Context<'_>) -> Answer<()> {
    let entries: Vec<_> = cx
        .graph
        .entries()?
        .into_iter()
        .filter(|entry| !entry.symbol.is_test())
        .take(5)
        .collect();
    if entries.is_empty() {
        return Ok(());
    }
    cx.reply.say("overview_entries", &[]);
    for entry in entries {
        let kind = kind_word(cx, &entry.symbol);
        let at = crate::answer::markdown::place(&entry.symbol.path, entry.symbol.line, 0);
        cx.reply.item(
            "outline_item",
            &[
                ("symbol", &code(&entry.symbol.full_name)),
                ("kind", &kind),
                ("place", &at),
            ],
        );
        cx.reply.cite_definition(&entry.symbol, 0.6)?;
    }
    Ok(())
}
