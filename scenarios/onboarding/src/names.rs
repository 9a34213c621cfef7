//! From a name in a question to symbols, files and folders of the graph, or to the nearest there are.

use std::collections::BTreeSet;

use crate::answer::confidence;
use crate::graph::{Answer, FileRow, Graph, Kind, Symbol};
use crate::question::{Entity, Hint, Shape};

/// Symbols of a name.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Best first: source before tests, types and methods before variables, outer before inner.
    pub all: Vec<Symbol>,
    /// The first clearly stands out, or is the only one.
    pub clear: bool,
    /// Factor of confidence: how near the name in the question is to the name in the graph.
    pub exactness: f64,
}

impl Choice {
    /// The best one.
    pub fn best(&self) -> &Symbol {
        &self.all[0]
    }

    /// All definitions that share the best one's full name (overloads, definitions in both branches of a condition).
    pub fn same(&self) -> Vec<&Symbol> {
        let base = self.best().base_name();
        self.all
            .iter()
            .filter(|symbol| symbol.base_name() == base && symbol.path == self.best().path)
            .collect()
    }

    /// Factor of confidence of an answer about the best one.
    pub fn factor(&self) -> f64 {
        let several = self
            .all
            .iter()
            .any(|symbol| symbol.base_name() != self.best().base_name());
        let choice = match (self.clear, several) {
            (true, false) => 1.0,
            (true, true) => confidence::STANDS_OUT,
            (false, _) => confidence::AMBIGUOUS,
        };
        choice * self.exactness
    }
}

/// What a name means.
#[derive(Clone, Debug)]
pub enum Target {
    Symbols(Choice),
    /// Files of that path, or of that end of a path; the first is the best.
    Files(Vec<FileRow>),
    /// A folder and the files below it.
    Folder(String, Vec<FileRow>),
    /// Nothing; what is nearest.
    Missing(Near),
}

/// The nearest names, at most [`NEAREST`] of both kinds together.
#[derive(Clone, Debug, Default)]
pub struct Near {
    pub symbols: Vec<Symbol>,
    pub files: Vec<FileRow>,
}

/// How many bases are searched for an inherited member.
const MOST_BASES: usize = 50;
/// How many nearest names are shown.
pub const NEAREST: usize = 5;

/// Finds what an entity means; `place` says that a file or folder is wanted rather than a symbol.
///
/// # Errors
/// Faults of the graph.
pub fn resolve(graph: &dyn Graph, entity: &Entity, place: bool) -> Answer<Target> {
    let place_first = entity.is_place() || place || entity.hint == Some(Hint::Module);
    if place_first && let Some(target) = places(graph, entity)? {
        return Ok(target);
    }
    if let Some(choice) = symbols(graph, entity)? {
        return Ok(Target::Symbols(choice));
    }
    if !place_first && let Some(target) = places(graph, entity)? {
        return Ok(target);
    }
    near(graph, entity).map(Target::Missing)
}

/// Files or a folder of that name.
fn places(graph: &dyn Graph, entity: &Entity) -> Answer<Option<Target>> {
    if entity.text.contains(char::is_whitespace) {
        return Ok(None);
    }
    let folder_first = entity.shape == Shape::Folder || entity.hint == Some(Hint::Folder);
    if folder_first && let Some(target) = folder(graph, &entity.text)? {
        return Ok(Some(target));
    }
    let mut files = graph.files(&entity.text)?;
    if !files.is_empty() {
        files.sort_by_key(|file| {
            (
                role_rank(&file.role),
                file.path.matches('/').count(),
                file.path.clone(),
            )
        });
        return Ok(Some(Target::Files(files)));
    }
    if folder_first {
        Ok(None)
    } else {
        folder(graph, &entity.text)
    }
}

/// A folder by its path, by the end of its path, or as a package (`flask.json`).
fn folder(graph: &dyn Graph, text: &str) -> Answer<Option<Target>> {
    let mut names = vec![text.trim_matches('/').to_owned()];
    if !text.contains('/') && text.contains('.') {
        names.push(text.replace('.', "/"));
    }
    for name in names.iter().filter(|name| !name.is_empty()) {
        if let Some(path) = graph.folders(name)?.into_iter().next() {
            let files = graph.folder(&path)?;
            return Ok(Some(Target::Folder(path, files)));
        }
    }
    Ok(None)
}

/// Symbols of that name, ranked.
fn symbols(graph: &dyn Graph, entity: &Entity) -> Answer<Option<Choice>> {
    let mut exactness = 1.0;
    let mut found = Vec::new();
    let names = match entity.shape {
        Shape::Path | Shape::Folder => return Ok(None),
        Shape::Dotted | Shape::Name => vec![entity.text.clone()],
        Shape::Word => spellings(&entity.text),
    };
    for (i, name) in names.iter().enumerate() {
        found = graph.lookup(name)?;
        // A hint outweighs letter case: `the class server` means `Server`, whatever `server` is.
        let exact = |symbol: &Symbol| is_named(symbol, name) && fits(symbol, entity.hint);
        if found.iter().any(exact) {
            found.retain(exact);
            exactness = if i == 0 {
                1.0
            } else {
                confidence::NEARLY_WRITTEN
            };
            break;
        }
        // Other letter case is a slip, not another name.
        if !found.is_empty() {
            exactness = confidence::NEARLY_WRITTEN;
            break;
        }
    }
    if found.is_empty() && entity.shape == Shape::Dotted {
        // `Flask.route` where `route` stands in a base of `Flask`.
        found = inherited(graph, &entity.text)?;
        exactness = confidence::NEARLY_WRITTEN;
    }
    if found.is_empty() && entity.shape == Shape::Dotted {
        // `app.route` where `app` is a variable: the graph knows methods by their types. Only members come into question,
        // and only where they are few: else the last part says nothing.
        found = graph.lookup(entity.last())?;
        found.retain(|symbol| {
            !symbol.external
                && matches!(symbol.kind, Kind::Method | Kind::Member)
                && symbol.full_name.contains('.')
        });
        let names: BTreeSet<&str> = found.iter().map(Symbol::base_name).collect();
        if names.len() > 3 {
            found.clear();
        }
        exactness = confidence::LAST_PART;
    }
    let ranked = rank(found, entity.hint);
    if ranked.is_empty() {
        return Ok(None);
    }
    let clear = stands_out(&ranked);
    Ok(Some(Choice {
        all: ranked,
        clear,
        exactness,
    }))
}

/// Members of that name in the nearest bases of the type before the last dot.
fn inherited(graph: &dyn Graph, text: &str) -> Answer<Vec<Symbol>> {
    let Some((of_type, member)) = text.rsplit_once('.') else {
        return Ok(Vec::new());
    };
    let mut level = graph.lookup(of_type)?;
    level.retain(|symbol| {
        symbol.kind == Kind::Type && !symbol.external && is_named(symbol, of_type)
    });
    let mut seen = BTreeSet::new();
    while !level.is_empty() && seen.len() < MOST_BASES {
        let mut found = Vec::new();
        let mut next = Vec::new();
        for symbol in level
            .iter()
            .filter(|symbol| symbol.id != 0 && !symbol.external)
        {
            if !seen.insert(symbol.id) {
                continue;
            }
            let members = graph
                .members(symbol.id)?
                .into_iter()
                .map(|member| member.symbol);
            found.extend(members.filter(|symbol| symbol.name == member));
            next.extend(graph.bases(symbol.id)?);
        }
        if !found.is_empty() {
            return Ok(found);
        }
        level = next;
    }
    Ok(Vec::new())
}

/// Whether a name is, letter by letter, the symbol's short or full name or the end of the full one.
fn is_named(symbol: &Symbol, name: &str) -> bool {
    symbol.name == name
        || symbol.full_name == name
        || symbol.base_name() == name
        || symbol
            .base_name()
            .strip_suffix(name)
            .is_some_and(|before| before.ends_with('.'))
}

/// How words are written as a name: as they are, `login_handler`, `LoginHandler`, `loginHandler`.
pub fn spellings(words: &str) -> Vec<String> {
    let parts: Vec<&str> = words.split_whitespace().collect();
    let capital = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .map(|c| c.to_uppercase().chain(chars).collect::<String>())
            .unwrap_or_default()
    };
    let mut out = vec![parts.join(" ")];
    if parts.len() > 1 {
        out.push(parts.join("_").to_lowercase());
        out.push(parts.iter().map(|part| capital(part)).collect());
        let rest: String = parts[1..].iter().map(|part| capital(part)).collect();
        out.push(parts[0].to_lowercase() + &rest);
    } else {
        out.push(capital(words));
    }
    out.dedup();
    out
}

fn role_rank(role: &str) -> u8 {
    match role {
        "source" | "" => 0,
        "generated" => 1,
        "test" => 2,
        _ => 3,
    }
}

fn kind_rank(kind: Kind) -> u8 {
    match kind {
        Kind::Method | Kind::Type => 0,
        Kind::Module => 1,
        Kind::Member => 2,
        Kind::Local => 3,
        Kind::Parameter => 4,
        Kind::Other => 5,
    }
}

/// Whether a symbol is what the words beside its name say.
fn fits(symbol: &Symbol, hint: Option<Hint>) -> bool {
    match hint {
        Some(Hint::Method) => matches!(symbol.kind, Kind::Method | Kind::Type),
        Some(Hint::Type) => symbol.kind == Kind::Type,
        Some(Hint::Module) => symbol.kind == Kind::Module,
        Some(Hint::Value) => matches!(
            symbol.kind,
            Kind::Member | Kind::Local | Kind::Parameter | Kind::Method
        ),
        Some(Hint::File | Hint::Folder) | None => true,
    }
}

/// Puts definitions in order and drops what only repeats them: the variable that a definition binds, parameters and locals where there is a definition.
pub fn rank(mut found: Vec<Symbol>, hint: Option<Hint>) -> Vec<Symbol> {
    keep_if_any(&mut found, |symbol| !symbol.external);
    keep_if_any(&mut found, |symbol| fits(symbol, hint));
    if hint != Some(Hint::Value) {
        let defined = |symbol: &Symbol| matches!(symbol.kind, Kind::Method | Kind::Type);
        let places: BTreeSet<(String, String)> = found
            .iter()
            .filter(|symbol| defined(symbol))
            .map(|symbol| (symbol.path.clone(), symbol.name.clone()))
            .collect();
        found.retain(|symbol| {
            defined(symbol) || !places.contains(&(symbol.path.clone(), symbol.name.clone()))
        });
        keep_if_any(&mut found, |symbol| {
            !matches!(symbol.kind, Kind::Parameter | Kind::Local)
        });
    }
    found.sort_by_key(|symbol| {
        let depth = symbol.full_name.matches('.').count();
        (
            role_rank(&symbol.role),
            kind_rank(symbol.kind),
            depth,
            symbol.path.clone(),
            symbol.line,
            symbol.id,
        )
    });
    found.dedup_by_key(|symbol| symbol.id);
    found
}

fn keep_if_any(found: &mut Vec<Symbol>, keep: impl Fn(&Symbol) -> bool) {
    if found.iter().any(&keep) {
        found.retain(keep);
    }
}

/// Whether the first clearly stands out: all are one definition, or it is the only one of the source that is a type or method.
fn stands_out(ranked: &[Symbol]) -> bool {
    let tier = |symbol: &Symbol| (role_rank(&symbol.role), kind_rank(symbol.kind));
    let first = &ranked[0];
    ranked
        .iter()
        .filter(|symbol| tier(symbol) == tier(first))
        .all(|symbol| symbol.base_name() == first.base_name() && symbol.path == first.path)
}

/// The nearest names of what is not there.
///
/// # Errors
/// Faults of the graph.
pub fn near(graph: &dyn Graph, entity: &Entity) -> Answer<Near> {
    let wanted = entity.last().to_lowercase();
    let wanted = wanted.split_whitespace().collect::<Vec<_>>().join("_");
    let mut near = Near::default();
    if entity.is_place() {
        // Files that have the name's stem in their path.
        let stem: String = wanted.split('.').next().unwrap_or(&wanted).to_owned();
        let mut files: Vec<(u64, FileRow)> = graph
            .folder("")?
            .into_iter()
            .filter_map(|file| {
                let last = file
                    .path
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_lowercase();
                let alike = likeness(&wanted, &last)
                    .max(likeness(&stem, last.split('.').next().unwrap_or_default()));
                (alike >= 0.5).then_some(((1000.0 - alike * 1000.0) as u64, file))
            })
            .collect();
        files.sort_by(|a, b| (a.0, &a.1.path).cmp(&(b.0, &b.1.path)));
        near.files = files
            .into_iter()
            .map(|(_, file)| file)
            .take(NEAREST)
            .collect();
        if !near.files.is_empty() {
            return Ok(near);
        }
    }
    // A search by the whole name, then by its beginning, its end and its parts: a slip touches few of them.
    let mut queries = vec![wanted.clone()];
    let chars: Vec<char> = wanted.chars().collect();
    if chars.len() > 4 {
        queries.push(chars[..chars.len() / 2].iter().collect());
        queries.push(chars[chars.len() / 2..].iter().collect());
    }
    queries.extend(
        wanted
            .split('_')
            .filter(|part| part.chars().count() > 2)
            .map(str::to_owned),
    );
    queries.dedup();
    let mut seen = BTreeSet::new();
    let mut ranked: Vec<(u64, Symbol)> = Vec::new();
    for query in queries.iter().take(6) {
        for symbol in graph.search(query, 60)? {
            let alike = likeness(&wanted, &symbol.name.to_lowercase());
            let counts = !symbol.external
                && !matches!(symbol.kind, Kind::Local | Kind::Parameter | Kind::Other);
            if counts && alike >= 0.5 && seen.insert(symbol.base_name().to_owned()) {
                ranked.push(((1000.0 - alike * 1000.0) as u64, symbol));
            }
        }
    }
    ranked.sort_by_key(|(distance, symbol)| {
        (
            *distance,
            role_rank(&symbol.role),
            kind_rank(symbol.kind),
            symbol.full_name.clone(),
        )
    });
    near.symbols = ranked
        .into_iter()
        .map(|(_, symbol)| symbol)
        .take(NEAREST)
        .collect();
    Ok(near)
}

/// How alike two names are, from 0 to 1: 1 − distance ÷ length, with insertions, deletions, replacements and swaps of
/// neighbours (optimal string alignment); at least 0.6 where one holds the other whole.
pub fn likeness(a: &str, b: &str) -> f64 {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 1.0;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    let alike = 1.0 - rows[a.len()][b.len()] as f64 / longest as f64;
    let (short, long) = if a.len() <= b.len() {
        (&a, &b)
    } else {
        (&b, &a)
    };
    let held = short.len() > 2
        && long
            .windows(short.len())
            .any(|window| window == short.as_slice());
    if held { alike.max(0.6) } else { alike }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_of_slips() {
        assert!(likeness("dispach_request", "dispatch_request") > 0.9);
        assert!(likeness("recieve", "receive") > 0.85, "a swap is one slip");
        assert!(likeness("route", "add_url_rule") < 0.5);
        assert!(likeness("request", "dispatch_request") >= 0.6);
        assert!((likeness("", "") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn words_become_names() {
        assert_eq!(
            spellings("login handler"),
            [
                "login handler",
                "login_handler",
                "LoginHandler",
                "loginHandler"
            ]
        );
        assert_eq!(spellings("flask"), ["flask", "Flask"]);
    }
}
