//! What a type holds, what it inherits from, and what inherits from it.

use crate::answer::Verdict;
use crate::answer::markdown::{block, code, first_paragraph, place};
use crate::answer::mermaid::{Flowchart, Line, Look};
use crate::graph::{Answer, Kind, Member, Symbol};
use crate::names::{Choice, Target};

use super::common::{LISTED, ambiguous, kind_word, located_item, more, others, short, target};
use super::{Context, explain, file};

/// How many members are listed.
const MEMBERS: usize = 40;

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let (entity, mut choice) = match target(cx, 0, false)? {
        Err(verdict) => return Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => (entity, choice),
        Ok((entity, target)) => return file::describe(cx, &entity, target),
    };
    // Members are asked of types: of several of that name, a type is meant.
    let types: Vec<Symbol> = choice
        .all
        .iter()
        .filter(|symbol| symbol.kind == Kind::Type)
        .cloned()
        .collect();
    if !choice.clear
        && types
            .iter()
            .all(|symbol| symbol.base_name() == types[0].base_name())
        && !types.is_empty()
    {
        choice = Choice {
            all: types,
            clear: true,
            ..choice
        };
    }
    if !choice.clear {
        return ambiguous(cx, &entity, &choice, "follow_members");
    }
    if choice.best().kind == Kind::Type && !choice.best().external {
        return describe(cx, &choice);
    }
    if choice.best().external {
        let best = choice.best().clone();
        cx.reply.say(
            "defined_outside",
            &[
                ("symbol", &code(&best.full_name)),
                ("kind", &kind_word(cx, &best)),
            ],
        );
        let subtypes = cx.graph.subtypes(best.id)?;
        list(cx, "subtypes", &subtypes)?;
        return Ok(cx.found(cx.confidence().times(choice.factor())));
    }
    cx.reply.say(
        "no_type",
        &[
            ("symbol", &code(&choice.best().full_name)),
            ("kind", &kind_word(cx, choice.best())),
        ],
    );
    explain::run(cx)
}

/// Describes a type.
///
/// # Errors
/// Faults of the graph.
pub fn describe(cx: &mut Context<'_>, choice: &Choice) -> Answer<Verdict> {
    let best = choice.best().clone();
    let name = code(&best.full_name);
    let kind = kind_word(cx, &best);
    let at = place(&best.path, best.line, best.line_end);
    cx.reply.say(
        "explain_head",
        &[
            ("symbol", &name),
            ("kind", &kind),
            ("properties", &""),
            ("place", &at),
        ],
    );
    cx.reply.cite_definition(&best, 1.0)?;
    let about = cx.graph.about(&best)?;
    let docstring = about.docstring.clone();
    if docstring.trim().is_empty() {
        cx.reply.say("no_docstring", &[]);
    } else {
        cx.reply.say("docstring_says", &[]);
        cx.reply
            .paragraph(&block(&first_paragraph(&docstring, 12), "text", 12));
        explain::cite_docstring(cx, &best, &docstring)?;
    }
    explain::say_decorators(cx, &about);
    let bases = cx.graph.bases(best.id)?;
    let subtypes = cx.graph.subtypes(best.id)?;
    list(cx, "bases", &bases)?;
    let members = cx.graph.members(best.id)?;
    let methods: Vec<&Member> = members
        .iter()
        .filter(|member| member.symbol.kind == Kind::Method && !member.symbol.name.starts_with('<'))
        .collect();
    let named: Vec<&str> = methods
        .iter()
        .map(|method| method.symbol.name.as_str())
        .collect();
    let fields: Vec<&Member> = members
        .iter()
        .filter(|member| {
            member.symbol.kind != Kind::Method && !named.contains(&member.symbol.name.as_str())
        })
        .collect();
    let (m, f) = (
        cx.reply.text("count_methods", &[("count", &methods.len())]),
        cx.reply.text("count_fields", &[("count", &fields.len())]),
    );
    cx.reply.say(
        "type_holds",
        &[
            ("symbol", &code(&best.name)),
            ("methods", &m),
            ("fields", &f),
        ],
    );
    for (i, member) in methods.iter().chain(&fields).take(MEMBERS).enumerate() {
        member_item(cx, member);
        if i < LISTED {
            cx.reply.cite_definition(&member.symbol, 0.7)?;
        }
    }
    more(cx, (methods.len() + fields.len()).saturating_sub(MEMBERS));
    list(cx, "subtypes", &subtypes)?;
    others(cx, choice);
    hierarchy(cx, &best, &bases, &subtypes);
    if let Some(method) = methods
        .iter()
        .find(|method| !method.symbol.name.starts_with('_'))
    {
        cx.reply.follow(
            "follow_explain",
            &[("symbol", &code(&method.symbol.full_name))],
        );
    }
    cx.reply.follow("follow_callers", &[("symbol", &name)]);
    Ok(cx.found(cx.confidence().times(choice.factor())))
}

/// A member as a point of a list: its name, its declared type, what it is, its place.
fn member_item(cx: &mut Context<'_>, member: &Member) {
    let symbol = &member.symbol;
    let declared = if member.declared_type.is_empty() {
        String::new()
    } else {
        format!(": {}", code(&member.declared_type))
    };
    let mut kind = if symbol.kind == Kind::Method {
        cx.reply.word("kind", "type_method")
    } else {
        kind_word(cx, symbol)
    };
    for property in &member.properties {
        if explain::TOLD.contains(&property.as_str()) {
            kind.push_str(", ");
            kind.push_str(&cx.reply.word("property", property));
        }
    }
    let fills: [(&str, &dyn std::fmt::Display); 4] = [
        ("symbol", &code(&symbol.name)),
        ("declared", &declared),
        ("kind", &kind),
        ("place", &place(&symbol.path, symbol.line, 0)),
    ];
    cx.reply.item("member_item", &fills);
}

fn list(cx: &mut Context<'_>, what: &str, symbols: &[Symbol]) -> Answer<()> {
    let bases = what == "bases";
    if symbols.is_empty() {
        cx.reply
            .say(if bases { "no_bases" } else { "no_subtypes" }, &[]);
        return Ok(());
    }
    cx.reply.say(
        if bases { "bases" } else { "subtypes" },
        &[("count", &symbols.len())],
    );
    for symbol in symbols.iter().take(LISTED) {
        located_item(cx, symbol);
        cx.reply.cite_definition(symbol, 0.6)?;
    }
    more(cx, symbols.len().saturating_sub(LISTED));
    Ok(())
}

fn hierarchy(cx: &mut Context<'_>, focus: &Symbol, bases: &[Symbol], subtypes: &[Symbol]) {
    let mut chart = Flowchart::new("TD");
    let Some(centre) = chart.node("focus", short(&focus.full_name), Look::Focus) else {
        return;
    };
    for base in bases.iter().take(10) {
        let look = if base.external {
            Look::Outer
        } else {
            Look::Plain
        };
        if let Some(node) = chart.node(
            &format!("b{}", base.full_name),
            short(&base.full_name),
            look,
        ) {
            chart.edge(node, centre, Line::Solid, "");
        }
    }
    let mut left_out = 0;
    for subtype in subtypes {
        let look = if subtype.is_test() {
            Look::Outer
        } else {
            Look::Plain
        };
        match chart.node(&format!("s{}", subtype.id), short(&subtype.full_name), look) {
            Some(node) => chart.edge(centre, node, Line::Solid, ""),
            None => left_out += 1,
        }
    }
    if left_out > 0
        && let Some(node) = chart.node(
            "rest",
            &cx.reply.text("rest_types", &[("count", &left_out)]),
            Look::Rest,
        )
    {
        chart.edge(centre, node, Line::Solid, "");
    }
    let title = cx
        .reply
        .text("title_hierarchy", &[("symbol", &focus.full_name)]);
    cx.reply.picture(&title, &chart);
}
