//! The signature of a function: its parameters and what it returns.

use crate::answer::Verdict;
use crate::answer::markdown::{block, code, place};
use crate::graph::{Answer, Kind, Member, Parameter, Symbol};
use crate::names::Target;

use super::common::{ambiguous, kind_word, others, target};
use super::{Context, file};

/// Answers the intent.
///
/// # Errors
/// Faults of the graph.
pub fn run(cx: &mut Context<'_>) -> Answer<Verdict> {
    let (entity, choice) = match target(cx, 0, false)? {
        Err(verdict) => return Ok(verdict),
        Ok((entity, Target::Symbols(choice))) => (entity, choice),
        Ok((entity, target)) => return file::describe(cx, &entity, target),
    };
    if !choice.clear {
        return ambiguous(cx, &entity, &choice, "follow_signature");
    }
    let best = choice.best().clone();
    let name = code(&best.full_name);
    // What a type takes is what its constructor takes.
    let method = if best.kind == Kind::Type {
        constructor(cx, &best)?
    } else {
        Some(best.clone())
    };
    let Some(method) = method.filter(|symbol| symbol.kind == Kind::Method && !symbol.external)
    else {
        let key = if best.external {
            "defined_outside"
        } else {
            "no_signature"
        };
        cx.reply
            .say(key, &[("symbol", &name), ("kind", &kind_word(cx, &best))]);
        cx.reply.cite_definition(&best, 0.8)?;
        return Ok(cx.found(cx.confidence().times(choice.factor())));
    };
    if best.kind == Kind::Type {
        cx.reply.say(
            "constructed_by",
            &[("symbol", &name), ("constructor", &code(&method.full_name))],
        );
    }
    let definitions: Vec<Symbol> = if best.kind == Kind::Type {
        vec![method.clone()]
    } else {
        choice.same().into_iter().cloned().collect()
    };
    for definition in definitions.iter().take(5) {
        one(cx, definition)?;
    }
    others(cx, &choice);
    cx.reply
        .follow("follow_callers", &[("symbol", &code(&method.full_name))]);
    cx.reply
        .follow("follow_explain", &[("symbol", &code(&method.full_name))]);
    Ok(cx.found(cx.confidence().times(choice.factor())))
}

/// The constructor among the members of a type, if the type has one of its own.
fn constructor(cx: &Context<'_>, of: &Symbol) -> Answer<Option<Symbol>> {
    let members = cx.graph.members(of.id)?;
    Ok(members
        .into_iter()
        .find(Member::is_constructor)
        .map(|member| member.symbol))
}

fn one(cx: &mut Context<'_>, symbol: &Symbol) -> Answer<()> {
    let parameters = cx.graph.parameters(symbol.id)?;
    let about = cx.graph.about(symbol)?;
    cx.reply.say(
        "signature_at",
        &[
            ("symbol", &code(&symbol.full_name)),
            ("place", &place(&symbol.path, symbol.line, 0)),
        ],
    );
    let text = written(&symbol.name, &parameters, &about.returns);
    cx.reply.paragraph(&block(&text, "", 40));
    cx.reply.cite_definition(symbol, 1.0)?;
    if !parameters.is_empty() {
        let columns = [
            "column_parameter",
            "column_type",
            "column_default",
            "column_kind",
        ]
        .map(|key| cx.reply.text(key, &[]));
        let rows = parameters
            .iter()
            .map(|parameter| row(cx, parameter))
            .collect();
        let title = cx.reply.text("title_parameters", &[]);
        cx.reply.table(&title, &columns, rows);
    }
    if !about.returns.is_empty() {
        cx.reply
            .say("returns_declared", &[("type", &code(&about.returns))]);
    }
    Ok(())
}

fn row(cx: &Context<'_>, parameter: &Parameter) -> Vec<String> {
    let kind = if parameter.variadic {
        "parameter_variadic"
    } else if parameter.keyword_variadic {
        "parameter_keyword_variadic"
    } else if parameter.keyword_only {
        "parameter_keyword_only"
    } else if parameter.positional_only {
        "parameter_positional_only"
    } else if parameter.default.is_empty() {
        "parameter_required"
    } else {
        "parameter_optional"
    };
    let shown = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            code(text)
        }
    };
    vec![
        code(&parameter.name),
        shown(&parameter.declared_type),
        shown(&parameter.default),
        cx.reply.text(kind, &[]),
    ]
}

/// A signature on one line, or one parameter a line where it is long.
pub fn written(name: &str, parameters: &[Parameter], returns: &str) -> String {
    let mut parts = Vec::new();
    let mut keyword_only = false;
    for (i, parameter) in parameters.iter().enumerate() {
        if parameter.keyword_only
            && !keyword_only
            && !parameters[..i].iter().any(|before| before.variadic)
        {
            parts.push("*".to_owned());
        }
        keyword_only |= parameter.keyword_only;
        let stars = if parameter.variadic {
            "*"
        } else if parameter.keyword_variadic {
            "**"
        } else {
            ""
        };
        let declared = if parameter.declared_type.is_empty() {
            String::new()
        } else {
            format!(": {}", parameter.declared_type)
        };
        let equals = if declared.is_empty() { "=" } else { " = " };
        let default = if parameter.default.is_empty() {
            String::new()
        } else {
            format!("{equals}{}", parameter.default)
        };
        let bare = parameter.name.trim_start_matches('*');
        parts.push(format!("{stars}{bare}{declared}{default}"));
        let positional_ends = parameter.positional_only
            && !parameters
                .get(i + 1)
                .is_some_and(|next| next.positional_only);
        if positional_ends {
            parts.push("/".to_owned());
        }
    }
    let returns = if returns.is_empty() {
        String::new()
    } else {
        format!(" -> {returns}")
    };
    let flat = format!("{name}({}){returns}", parts.join(", "));
    if flat.chars().count() <= 100 {
        return flat;
    }
    format!("{name}(\n    {}\n){returns}", parts.join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str) -> Parameter {
        Parameter {
            name: name.to_owned(),
            ..Parameter::default()
        }
    }

    #[test]
    fn signatures_are_written() {
        let plain = [
            parameter("a"),
            Parameter {
                default: "1".into(),
                ..parameter("b")
            },
        ];
        assert_eq!(written("f", &plain, ""), "f(a, b=1)");
        let typed = [Parameter {
            declared_type: "int".into(),
            default: "1".into(),
            ..parameter("b")
        }];
        assert_eq!(written("f", &typed, "str"), "f(b: int = 1) -> str");
        let kinds = [
            Parameter {
                positional_only: true,
                ..parameter("a")
            },
            Parameter {
                keyword_only: true,
                ..parameter("k")
            },
            Parameter {
                keyword_variadic: true,
                ..parameter("rest")
            },
        ];
        assert_eq!(written("f", &kinds, ""), "f(a, /, *, k, **rest)");
        let stars = [
            Parameter {
                variadic: true,
                ..parameter("a")
            },
            Parameter {
                keyword_only: true,
                ..parameter("k")
            },
        ];
        assert_eq!(written("f", &stars, ""), "f(*a, k)");
    }

    #[test]
    fn long_signatures_break() {
        let many: Vec<Parameter> = (0..20)
            .map(|i| parameter(&format!("parameter_{i}")))
            .collect();
        assert_eq!(written("f", &many, "").lines().count(), 22);
    }
}
