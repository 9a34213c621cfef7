//! Names of the code in free text: what is quoted, and what no natural language writes so.

/// What an entity looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// One name: `main`, `HttpClient`, `__init__`.
    Name,
    /// Parts joined by dots: a qualified name, a module, or a file name.
    Dotted,
    /// Has a slash.
    Path,
    /// Ends with a slash.
    Folder,
    /// A plain word or several, taken for a name because of where they stand.
    Word,
}

/// What the words beside an entity say that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hint {
    Method,
    Type,
    File,
    Module,
    Folder,
    Value,
}

/// A name of the code, as a question has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The name, separators made dots, without quotes and argument lists.
    pub text: String,
    pub shape: Shape,
    pub hint: Option<Hint>,
    /// Quoted, or written as no plain word is; else it may still be a word of a pattern.
    pub strong: bool,
}

/// Longest name that is looked up; no language's identifiers come near it.
const LONGEST: usize = 300;

impl Entity {
    /// Reads a text that is said to be a name (quoted, or captured by a pattern).
    pub fn quoted(text: &str) -> Option<Self> {
        let trimmed = text.trim().trim_end_matches([',', ';', '?', '!']);
        if trimmed.is_empty() || !trimmed.chars().any(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        if let Some(entity) = Self::shaped(trimmed) {
            return Some(Self {
                strong: true,
                ..entity
            });
        }
        let shape = if trimmed.contains(char::is_whitespace) {
            Shape::Word
        } else {
            Shape::Name
        };
        let hint = (trimmed.ends_with(')')).then_some(Hint::Method);
        Some(Self {
            text: clip(without_arguments(trimmed)),
            shape,
            hint,
            strong: true,
        })
    }

    /// Reads a run of characters without spaces; none where it may as well be a plain word.
    pub fn shaped(raw: &str) -> Option<Self> {
        let call = raw.find('(').is_some_and(|at| at > 0);
        let text = without_arguments(raw);
        let hint = call.then_some(Hint::Method);
        if text.contains(['/', '\\']) {
            return path(text);
        }
        let joined = text.replace("::", ".").replace("->", ".").replace('#', ".");
        let parts: Vec<&str> = joined.split('.').collect();
        if parts.len() > 1
            && parts
                .iter()
                .all(|part| is_identifier(part) || *part == "<module>" || *part == "<body>")
        {
            // `e.g`, `т.д`: abbreviations, not names.
            if parts.iter().all(|part| part.chars().count() == 1) && !call {
                return None;
            }
            return Some(Self {
                text: clip(&joined),
                shape: Shape::Dotted,
                hint,
                strong: true,
            });
        }
        // A dot in front or several in the middle of odd parts (`.env`, `setup.cfg.in`, `a-b.js`): a file.
        if joined.contains('.')
            && !joined.ends_with('.')
            && joined
                .chars()
                .all(|c| is_name_char(c) || ".-+@".contains(c))
            && joined.chars().any(char::is_alphabetic)
        {
            return Some(Self {
                text: clip(text),
                shape: Shape::Path,
                hint: Some(Hint::File),
                strong: true,
            });
        }
        if !is_identifier(text) {
            return None;
        }
        let strong = call || text.contains('_') || is_camel(text);
        let weak = text.chars().skip(1).any(char::is_numeric) || is_shouting(text);
        (strong || weak).then(|| Self {
            text: clip(text),
            shape: Shape::Name,
            hint,
            strong,
        })
    }

    /// A plain word, taken for a name.
    pub fn word(text: &str, hint: Option<Hint>) -> Self {
        Self {
            text: clip(text),
            shape: Shape::Word,
            hint,
            strong: false,
        }
    }

    /// Last part of the name.
    pub fn last(&self) -> &str {
        match self.shape {
            Shape::Path | Shape::Folder => self
                .text
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(&self.text),
            _ => self.text.rsplit('.').next().unwrap_or(&self.text),
        }
    }

    /// Whether it can be a file or a folder and nothing else.
    pub fn is_place(&self) -> bool {
        matches!(self.shape, Shape::Path | Shape::Folder)
            || matches!(self.hint, Some(Hint::File | Hint::Folder))
    }
}

/// A path, unless it is two plain words with a slash between (`and/or`).
fn path(text: &str) -> Option<Entity> {
    let text = text.replace('\\', "/");
    let text = text.trim_start_matches("./");
    let looks = |part: &str| part.contains(['.', '_']) || is_camel(part);
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() || text.contains("//") {
        return None;
    }
    let folder = text.ends_with('/');
    let strong =
        folder || text.starts_with('/') || parts.len() > 2 || parts.iter().any(|part| looks(part));
    let shape = if folder { Shape::Folder } else { Shape::Path };
    Some(Entity {
        text: clip(&parts.join("/")),
        shape,
        hint: folder.then_some(Hint::Folder),
        strong,
    })
}

/// Cuts the argument list off: `f(x, y)` → `f`.
fn without_arguments(text: &str) -> &str {
    match text.find('(') {
        Some(at) if at > 0 => &text[..at],
        _ => text,
    }
}

fn clip(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '~' || ('\u{300}'..='\u{36f}').contains(&c)
}

/// Whether a text is a name in most languages (Unicode letters, digits, `_`, `$`).
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| is_name_char(c) && !c.is_numeric())
        && chars.all(is_name_char)
}

/// A capital after a small letter (`fooBar`), or a word after capitals (`HTTPServer`).
fn is_camel(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let inner_capital = chars
        .windows(2)
        .any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase());
    let capitals_then_small = chars
        .windows(3)
        .any(|three| three[0].is_uppercase() && three[1].is_uppercase() && three[2].is_lowercase());
    inner_capital || (capitals_then_small && chars.len() > 3)
}

/// Capitals only, as constants are written; acronyms of prose are too, so this is weak.
fn is_shouting(text: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(|c| c.is_uppercase() || c.is_numeric())
}
