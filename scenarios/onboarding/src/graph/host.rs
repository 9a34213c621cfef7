//! The graph behind the host: the named queries of `docs/queries.md`, decoded here and nowhere else.

use codegraph_sdk::Fault;
use codegraph_sdk::rows::{self, Row, Rows};
use codegraph_sdk::scenario::{self, Direction, ReachSpec, Value};

use super::{
    About, Answer, Call, Dependency, Entry, FileRow, Gap, GapCount, Graph, Import, Kind, Member,
    ModuleRow, Parameter, Reference, Revision, Step, Symbol,
};

/// Most rows of one query: more than an answer ever says.
const MOST_ROWS: u32 = 2_000;
/// Longest call path.
const DEEPEST: u32 = 30;

/// The graph of the call that is being answered.
#[derive(Debug, Default)]
pub struct HostGraph;

impl HostGraph {
    /// The graph of this call.
    pub fn new() -> Self {
        Self
    }
}

fn ask(name: &str, parameters: &[Value]) -> Answer<Rows> {
    rows::ask(name, parameters, MOST_ROWS)
}

fn all<T>(rows: &Rows, read: impl Fn(Row<'_>) -> Answer<T>) -> Answer<Vec<T>> {
    rows.iter().map(read).collect()
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn id(value: u64) -> Value {
    // Ids have 53 bits.
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

fn ids(values: &[u64]) -> Value {
    Value::Ints(
        values
            .iter()
            .map(|&value| i64::try_from(value).unwrap_or(i64::MAX))
            .collect(),
    )
}

fn kind(text: &str) -> Kind {
    match text {
        "METHOD" => Kind::Method,
        "TYPE_DECL" => Kind::Type,
        "NAMESPACE_BLOCK" | "FILE" => Kind::Module,
        "MEMBER" => Kind::Member,
        "LOCAL" => Kind::Local,
        "METHOD_PARAMETER_IN" => Kind::Parameter,
        _ => Kind::Other,
    }
}

/// A symbol from the columns that all queries of symbols have; `role` only some.
fn symbol(row: Row<'_>, with_role: bool) -> Answer<Symbol> {
    let role = if with_role {
        row.text("role")?
    } else if row.truth("is_test")? {
        "test".to_owned()
    } else {
        String::new()
    };
    Ok(Symbol {
        id: row.id("id")?,
        kind: Kind::Other,
        name: row.text("name")?,
        full_name: row.text("full_name")?,
        path: row.text("path")?,
        line: row.small("line")?,
        line_end: row.small("line_end")?,
        role,
        external: false,
    })
}

/// A symbol of a query that says its kind and whether it is external.
fn whole_symbol(row: Row<'_>) -> Answer<Symbol> {
    Ok(Symbol {
        kind: kind(&row.text("kind")?),
        external: row.truth("is_external")?,
        ..symbol(row, true)?
    })
}

/// A type of a query of types.
fn type_symbol(row: Row<'_>) -> Answer<Symbol> {
    Ok(Symbol {
        kind: Kind::Type,
        external: row.truth("is_external")?,
        ..symbol(row, false)?
    })
}

/// A call of `callers` or `callees`; `target` is the column that has the node that is called.
fn call(row: Row<'_>, target: &str) -> Answer<Call> {
    Ok(Call {
        id: row.id("call_id")?,
        target: row.id(target)?,
        other: whole_symbol(row)?,
        path: row.text("call_path")?,
        line: row.small("call_line")?,
        code: row.text("call_code")?,
        resolution: row.text("resolution")?,
        confidence: row.real("confidence")?,
    })
}

fn file(row: Row<'_>) -> Answer<FileRow> {
    Ok(FileRow {
        path: row.text("path")?,
        language: row.text("language")?,
        role: row.text("role")?,
        module: row.text("module")?,
        lines: row.count("lines")?,
        methods: row.count("methods")?,
        types: row.count("types")?,
        docstring: row.text("docstring")?,
    })
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Methods and types of these nodes.
fn nodes(wanted: &[u64]) -> Answer<Vec<Symbol>> {
    let mut found = all(&ask("method", &[ids(wanted)])?, whole_symbol)?;
    found.extend(all(&ask("type", &[ids(wanted)])?, whole_symbol)?);
    Ok(found)
}

impl Graph for HostGraph {
    fn revision(&self) -> Revision {
        let revision = scenario::revision();
        Revision {
            project: revision.project,
            languages: revision.languages,
            files: revision.files,
            gaps: revision.gaps,
        }
    }

    fn lookup(&self, name: &str) -> Answer<Vec<Symbol>> {
        all(&ask("symbol_lookup", &[text(name)])?, whole_symbol)
    }

    fn search(&self, wanted: &str, limit: u32) -> Answer<Vec<Symbol>> {
        all(
            &ask(
                "symbol_search",
                &[text(wanted), Value::Int(i64::from(limit))],
            )?,
            whole_symbol,
        )
    }

    fn about(&self, symbol: &Symbol) -> Answer<About> {
        let query = match symbol.kind {
            Kind::Method => "method",
            Kind::Type => "type",
            _ => return Ok(About::default()),
        };
        let rows = ask(query, &[ids(&[symbol.id])])?;
        let Some(row) = rows.iter().next() else {
            return Ok(About::default());
        };
        let mut about = About {
            docstring: row.text("docstring")?,
            decorators: row.text("decorators")?.lines().map(str::to_owned).collect(),
            in_type: row.text("parent_kind")? == "TYPE_DECL",
            properties: words(&row.text("properties")?),
            lines: row.small("lines")?,
            ..About::default()
        };
        if symbol.kind == Kind::Method {
            about.cyclomatic = row.small("cyclomatic")?;
            about.nesting = row.small("nesting")?;
            about.returns = row.text("return_type")?;
        }
        Ok(about)
    }

    fn parameters(&self, method: u64) -> Answer<Vec<Parameter>> {
        all(&ask("parameters", &[id(method)])?, |row| {
            Ok(Parameter {
                name: row.text("name")?,
                declared_type: row.text("declared_type")?,
                default: row.text("default_value")?,
                variadic: row.truth("is_variadic")?,
                keyword_variadic: row.truth("is_keyword_variadic")?,
                keyword_only: row.truth("is_keyword_only")?,
                positional_only: row.truth("is_positional_only")?,
            })
        })
    }

    fn callers(&self, methods: &[u64]) -> Answer<Vec<Call>> {
        all(&ask("callers", &[ids(methods)])?, |row| {
            call(row, "target_id")
        })
    }

    fn callees(&self, method: u64) -> Answer<Vec<Call>> {
        all(&ask("callees", &[id(method)])?, |row| call(row, "id"))
    }

    fn members(&self, of: u64) -> Answer<Vec<Member>> {
        all(&ask("type_members", &[id(of)])?, |row| {
            Ok(Member {
                symbol: Symbol {
                    kind: kind(&row.text("kind")?),
                    ..symbol(row, false)?
                },
                properties: words(&row.text("properties")?),
                declared_type: row.text("declared_type")?,
            })
        })
    }

    fn bases(&self, of: u64) -> Answer<Vec<Symbol>> {
        all(&ask("type_bases", &[id(of)])?, type_symbol)
    }

    fn subtypes(&self, of: u64) -> Answer<Vec<Symbol>> {
        all(&ask("type_subtypes", &[id(of)])?, type_symbol)
    }

    fn references(&self, declaration: u64) -> Answer<Vec<Reference>> {
        all(&ask("references", &[id(declaration)])?, |row| {
            Ok(Reference {
                path: row.text("path")?,
                line: row.small("line")?,
                code: row.text("code")?,
                within: row.text("method_full_name")?,
                role: row.text("role")?,
            })
        })
    }

    fn unresolved(&self, name: &str) -> Answer<u64> {
        Ok(ask("unresolved_calls", &[text(name)])?.iter().count() as u64)
    }

    fn files(&self, path: &str) -> Answer<Vec<FileRow>> {
        all(&ask("file", &[text(path)])?, file)
    }

    fn outline(&self, path: &str) -> Answer<Vec<Symbol>> {
        all(&ask("file_outline", &[text(path)])?, |row| {
            Ok(Symbol {
                kind: kind(&row.text("kind")?),
                ..symbol(row, false)?
            })
        })
    }

    fn folders(&self, path: &str) -> Answer<Vec<String>> {
        all(&ask("folders", &[text(path)])?, |row| row.text("path"))
    }

    fn folder(&self, path: &str) -> Answer<Vec<FileRow>> {
        all(&ask("folder", &[text(path)])?, file)
    }

    fn readme(&self, folder: &str) -> Answer<Option<(String, String)>> {
        let rows = ask("folder_readme", &[text(folder)])?;
        let Some(row) = rows.iter().next() else {
            return Ok(None);
        };
        Ok(Some((row.text("path")?, row.text("content")?)))
    }

    fn modules(&self, depth: u32) -> Answer<Vec<ModuleRow>> {
        all(
            &ask("module_map", &[Value::Int(i64::from(depth))])?,
            |row| {
                Ok(ModuleRow {
                    module: row.text("module")?,
                    files: row.count("files")?,
                    lines: row.count("lines")?,
                    methods: row.count("methods")?,
                    types: row.count("types")?,
                    role: row.text("role")?,
                    about: row.text("docstring")?,
                })
            },
        )
    }

    fn dependencies(&self, depth: u32) -> Answer<Vec<Dependency>> {
        all(
            &ask("module_dependencies", &[Value::Int(i64::from(depth))])?,
            |row| {
                let weight = row.count("imports")? + row.count("calls")?;
                Ok(Dependency {
                    from: row.text("from_module")?,
                    to: row.text("to_module")?,
                    weight,
                })
            },
        )
    }

    fn gap_counts(&self) -> Answer<Vec<GapCount>> {
        all(&ask("gaps_summary", &[])?, |row| {
            Ok(GapCount {
                reason: row.text("reason")?,
                count: row.count("gaps")?,
                files: row.count("files")?,
            })
        })
    }

    fn gaps(&self, prefix: &str, limit: u32) -> Answer<Vec<Gap>> {
        let mut gaps = all(&ask("gaps", &[text(prefix)])?, |row| {
            Ok(Gap {
                path: row.text("path")?,
                line: row.small("line")?,
                reason: row.text("reason")?,
                detail: row.text("detail")?,
            })
        })?;
        gaps.truncate(limit as usize);
        Ok(gaps)
    }

    fn entries(&self) -> Answer<Vec<Entry>> {
        all(&ask("entry_candidates", &[])?, |row| {
            Ok(Entry {
                symbol: Symbol {
                    kind: Kind::Method,
                    ..symbol(row, false)?
                },
                reason: row.text("reason")?,
            })
        })
    }

    fn imports(&self, path: &str) -> Answer<Vec<Import>> {
        all(&ask("imports", &[text(path)])?, |row| {
            Ok(Import {
                path: row.text("path")?,
                line: row.small("line")?,
                module: row.text("module")?,
                target: row.text("target")?,
                code: row.text("code")?,
            })
        })
    }

    fn dependents(&self, path: &str) -> Answer<Vec<Import>> {
        all(&ask("file_dependents", &[text(path)])?, |row| {
            Ok(Import {
                path: row.text("path")?,
                line: row.small("line")?,
                module: row.text("module")?,
                target: row.text("target")?,
                code: String::new(),
            })
        })
    }

    fn call_paths(&self, from: &[u64], to: &[u64], most: u32) -> Answer<Vec<Vec<Step>>> {
        let spec = ReachSpec {
            from: from.to_vec(),
            to: to.to_vec(),
            edges: vec!["call".to_owned()],
            direction: Direction::Forward,
            max_depth: DEEPEST,
            max_results: most,
            min_confidence: 0.0,
        };
        let columns = ["path", "step", "node", "via"].map(str::to_owned).to_vec();
        let rows = Rows::new("reach", columns, vec![scenario::reach(&spec)?]);
        let steps = all(&rows, |row| {
            Ok((row.count("path")?, row.id("node")?, row.id("via")?))
        })?;
        let mut wanted: Vec<u64> = steps.iter().map(|(_, node, _)| *node).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let symbols = nodes(&wanted)?;
        // The edges: each is a call of its target.
        let calls = if steps.iter().any(|(_, _, via)| *via != 0) {
            self.callers(&wanted)?
        } else {
            Vec::new()
        };
        let mut paths: Vec<Vec<Step>> = Vec::new();
        for (path, node, via) in steps {
            let Some(symbol) = symbols.iter().find(|symbol| symbol.id == node).cloned() else {
                return Err(Fault::Internal(format!(
                    "node {node} of a call path is neither a method nor a type"
                )));
            };
            let call = calls
                .iter()
                .find(|call| call.id == via && call.target == node)
                .cloned();
            let at = usize::try_from(path).unwrap_or(usize::MAX);
            while paths.len() <= at.min(most as usize) {
                paths.push(Vec::new());
            }
            if let Some(steps) = paths.get_mut(at) {
                steps.push(Step { symbol, call });
            }
        }
        paths.retain(|path| !path.is_empty());
        Ok(paths)
    }

    fn source(&self, path: &str, first: u32, last: u32) -> Answer<String> {
        scenario::source(path, first, last)
    }
}
