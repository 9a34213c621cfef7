//! What a graph says of the project that it was made of.

use std::collections::BTreeMap;

use codegraph_model::{DOMAIN_FORMAT, Domain, EntryPoint, Subsystem, Term};
use duckdb::Connection;

use super::{Graph, QueryError};

const MOST_ENTRY_POINTS: usize = 30;
const MOST_SUBSYSTEMS: usize = 40;
const MOST_KEY_FUNCTIONS: usize = 5;
const MOST_FILES: usize = 5;
const MOST_TERMS: usize = 300;
/// A word stands in at least so many names before it is one of the project's.
const LEAST_NAMES: u64 = 2;
/// Words of names that every program has.
const COMMON: &[&str] = &[
    "add", "all", "and", "arg", "args", "build", "call", "check", "class", "clear", "close",
    "copy", "create", "data", "default", "del", "delete", "dict", "end", "eq", "error", "exit",
    "file", "find", "for", "from", "func", "function", "get", "handle", "has", "hash", "impl",
    "index", "info", "init", "int", "is", "item", "items", "iter", "key", "kwargs", "len", "list",
    "load", "main", "make", "map", "method", "name", "new", "next", "not", "num", "obj", "object",
    "old", "open", "parse", "pop", "print", "process", "push", "put", "read", "remove", "repr",
    "reset", "result", "return", "run", "self", "set", "setup", "size", "start", "stop", "str",
    "string", "test", "tests", "this", "tmp", "to", "type", "update", "util", "utils", "val",
    "value", "values", "with", "write",
];

/// A method as this reads it.
struct Method {
    name: String,
    full_name: String,
    path: String,
    line: u32,
    callers: u64,
}

impl Graph {
    /// What the project is about.
    pub fn domain(&self, name: &str) -> Result<Domain, QueryError> {
        self.with_connection(|connection| {
            let mut methods = methods(connection)?;
            // Bodies of modules and functions without a name have names in brackets.
            methods.retain(|method| !method.name.starts_with('<'));
            let types = types(connection)?;
            let names = methods.iter().map(|method| method.name.as_str());
            Ok(Domain {
                format: DOMAIN_FORMAT,
                id: Domain::id_of(name),
                display_name: name.to_owned(),
                entry_points: entry_points(&methods),
                subsystems: subsystems(&methods),
                vocabulary: vocabulary(names.chain(types.iter().map(String::as_str))),
            })
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn engine(error: duckdb::Error) -> QueryError {
    QueryError::Engine(error.to_string())
}

/// Methods of the project's own source, with how often they are called.
fn methods(connection: &Connection) -> Result<Vec<Method>, QueryError> {
    let mut statement = connection
        .prepare(
            "SELECT m.name, m.full_name, m.filename, m.line_number, coalesce(c.callers, 0)::UBIGINT FROM method AS m \
             JOIN file AS f ON f.name = m.filename AND f.role = 'source' \
             LEFT JOIN (SELECT dst, count(*) AS callers FROM edges_call GROUP BY dst) AS c ON c.dst = m.id \
             WHERE NOT m.is_external AND m.line_number IS NOT NULL \
             ORDER BY m.filename, m.line_number, m.full_name",
        )
        .map_err(engine)?;
    let rows = statement
        .query_map([], |row| {
            Ok(Method {
                name: row.get(0)?,
                full_name: row.get(1)?,
                path: row.get(2)?,
                line: row.get(3)?,
                callers: row.get(4)?,
            })
        })
        .map_err(engine)?;
    rows.collect::<Result<_, _>>().map_err(engine)
}

fn types(connection: &Connection) -> Result<Vec<String>, QueryError> {
    let mut statement = connection
        .prepare(
            "SELECT t.name FROM type_decl AS t JOIN file AS f ON f.name = t.filename AND f.role = 'source' \
             WHERE NOT t.is_external ORDER BY t.filename, t.full_name",
        )
        .map_err(engine)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(engine)?;
    rows.collect::<Result<_, _>>().map_err(engine)
}

/// How surely a name is that of an entry point; none where it is not.
fn rank(name: &str) -> Option<u8> {
    match name {
        "main" => Some(0),
        _ if name.ends_with("_main") || name.ends_with("Main") => Some(1),
        "run" | "start" | "execute" => Some(2),
        "init" | "setup" => Some(3),
        _ if name.starts_with("Init") => Some(3),
        _ => None,
    }
}

fn entry_points(methods: &[Method]) -> Vec<EntryPoint> {
    let mut found: Vec<(u8, &Method)> = methods
        .iter()
        .filter_map(|method| Some((rank(&method.name)?, method)))
        .collect();
    // What few call is called from outside.
    found.sort_by(|(a_rank, a), (b_rank, b)| {
        (a_rank, a.callers, &a.full_name, &a.path).cmp(&(b_rank, b.callers, &b.full_name, &b.path))
    });
    let entry_point = |(_, method): (u8, &Method)| EntryPoint {
        name: method.full_name.clone(),
        path: method.path.clone(),
        line: method.line,
        callers: method.callers,
    };
    found
        .into_iter()
        .take(MOST_ENTRY_POINTS)
        .map(entry_point)
        .collect()
}

/// The folder that holds all paths.
fn common_folder<'a>(mut paths: impl Iterator<Item = &'a str>) -> &'a str {
    let folder = |path: &'a str| path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut common = folder(paths.next().unwrap_or_default());
    for path in paths {
        while !common.is_empty()
            && !path
                .strip_prefix(common)
                .is_some_and(|rest| rest.starts_with('/'))
        {
            common = folder(common);
        }
    }
    common
}

fn subsystems(methods: &[Method]) -> Vec<Subsystem> {
    let common = common_folder(methods.iter().map(|method| method.path.as_str()));
    let mut parts: BTreeMap<&str, Vec<&Method>> = BTreeMap::new();
    for method in methods {
        let rest = method.path[common.len()..].trim_start_matches('/');
        // What lies in the common folder itself is the core.
        let part = rest.split_once('/').map_or("", |(part, _)| part);
        parts.entry(part).or_default().push(method);
    }
    let mut parts: Vec<(&str, Vec<&Method>)> = parts.into_iter().collect();
    parts.sort_by(|(a, a_methods), (b, b_methods)| (b_methods.len(), a).cmp(&(a_methods.len(), b)));
    let glob = |part: &str| {
        let parts: Vec<&str> = [common, part]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let folder = parts.join("/");
        match (folder.is_empty(), part.is_empty()) {
            (true, _) => "*".to_owned(),
            (false, true) => format!("{folder}/*"),
            (false, false) => format!("{folder}/**"),
        }
    };
    parts
        .into_iter()
        .take(MOST_SUBSYSTEMS)
        .map(|(part, mut methods)| {
            let mut files: BTreeMap<&str, usize> = BTreeMap::new();
            for method in &methods {
                *files.entry(&method.path).or_default() += 1;
            }
            let description = format!("{} functions in {} files", methods.len(), files.len());
            let mut files: Vec<(&str, usize)> = files.into_iter().collect();
            files.sort_by(|(a, a_count), (b, b_count)| (b_count, a).cmp(&(a_count, b)));
            methods.sort_by(|a, b| (b.callers, &a.full_name).cmp(&(a.callers, &b.full_name)));
            let called = methods.iter().filter(|method| method.callers > 0);
            Subsystem {
                name: if part.is_empty() { "core" } else { part }.to_owned(),
                description,
                key_functions: called
                    .take(MOST_KEY_FUNCTIONS)
                    .map(|method| method.full_name.clone())
                    .collect(),
                patterns: vec![glob(part)],
                related_files: files
                    .into_iter()
                    .take(MOST_FILES)
                    .map(|(path, _)| path.to_owned())
                    .collect(),
            }
        })
        .collect()
}

fn vocabulary<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Term> {
    let mut terms: BTreeMap<String, (u64, &str)> = BTreeMap::new();
    for name in names {
        for word in words(name) {
            if word.chars().count() >= 3 && !COMMON.contains(&word.as_str()) {
                terms.entry(word).or_insert((0, name)).0 += 1;
            }
        }
    }
    let mut terms: Vec<Term> = terms
        .into_iter()
        .filter(|(_, (count, _))| *count >= LEAST_NAMES)
        .map(|(term, (count, example))| Term {
            term,
            count,
            example: example.to_owned(),
        })
        .collect();
    terms.sort_by(|a, b| (b.count, &a.term).cmp(&(a.count, &b.term)));
    terms.truncate(MOST_TERMS);
    terms
}

/// The words of a name, each once, in lower case: split where a capital follows a small letter, and at what is no letter.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in name.chars().chain([' ']) {
        let begins = !c.is_alphabetic() || (c.is_uppercase() && was_lower);
        if begins && !word.is_empty() {
            let whole = std::mem::take(&mut word);
            if !words.contains(&whole) {
                words.push(whole);
            }
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(path: &str, name: &str, callers: u64) -> Method {
        Method {
            name: name.into(),
            full_name: format!("{path}.{name}"),
            path: path.into(),
            line: 1,
            callers,
        }
    }

    #[test]
    fn entry_points_by_name_and_callers() {
        let methods = [
            method("a.py", "run", 3),
            method("b.py", "run", 0),
            method("c.py", "main", 9),
            method("d.py", "backend_main", 0),
            method("e.py", "domain", 0),
            method("f.py", "InitDb", 0),
        ];
        let names: Vec<String> = entry_points(&methods)
            .into_iter()
            .map(|point| point.name)
            .collect();
        assert_eq!(
            names,
            [
                "c.py.main",
                "d.py.backend_main",
                "b.py.run",
                "a.py.run",
                "f.py.InitDb"
            ]
        );
    }

    #[test]
    fn subsystems_are_what_the_common_folder_holds() {
        let methods = [
            method("src/shop/app.py", "a", 0),
            method("src/shop/pay/bank.py", "b", 2),
            method("src/shop/pay/card.py", "c", 5),
            method("src/shop/pay/card.py", "d", 0),
        ];
        let found = subsystems(&methods);
        assert_eq!(found[0].name, "pay");
        assert_eq!(found[0].patterns, ["src/shop/pay/**"]);
        assert_eq!(
            found[0].key_functions,
            ["src/shop/pay/card.py.c", "src/shop/pay/bank.py.b"]
        );
        assert_eq!(found[0].related_files[0], "src/shop/pay/card.py");
        assert_eq!(
            (found[1].name.as_str(), found[1].patterns[0].as_str()),
            ("core", "src/shop/*")
        );
        assert_eq!(common_folder(["a/b/c.py", "a/bc/d.py"].into_iter()), "a");
        assert_eq!(common_folder(["a.py", "a/b.py"].into_iter()), "");
        assert!(subsystems(&[]).is_empty());
    }

    #[test]
    fn words_that_every_program_has_are_no_vocabulary() {
        let names = [
            "getInvoice",
            "invoice_lines",
            "get_user",
            "InvoiceLine",
            "x",
        ];
        let terms: Vec<(String, u64)> = vocabulary(names.into_iter())
            .into_iter()
            .map(|term| (term.term, term.count))
            .collect();
        assert_eq!(terms, [("invoice".to_owned(), 3)]);
        assert_eq!(words("СчётКлиента_2x"), ["счёт", "клиента", "x"]);
    }
}
