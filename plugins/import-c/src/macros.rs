//! Macros by what they do to the text around their uses.

use rustc_hash::FxHashMap;

use crate::lex::{Directive, What, is_word, lex, plain};

/// Longest text of a macro that is looked at and handed on.
const LONGEST: usize = 4096;
/// Macros of macros that are followed to tell what one is.
const DEPTH: u32 = 8;

/// A definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Macro {
    pub(crate) name: String,
    /// Parameters of one that is used like a function.
    pub(crate) parameters: Option<Vec<String>>,
    pub(crate) body: String,
    /// Where its text stands.
    pub(crate) span: (u32, u32),
}

/// What a macro is, as far as the syntax around it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Expands to nothing, to attributes or to storage classes other than `static`.
    Nothing,
    /// Expands to `static`, with or without other such words.
    Static,
    /// Expands to its argument, which may be a list in parentheses (`P((int a))`).
    Same,
    /// The head of a loop.
    Loop,
    /// The head of an `if`.
    Branch,
    /// Declarations or statements that need no `;`.
    Statements,
    /// Begins a declaration that the text behind it ends (`struct name`).
    Opens,
    /// Anything else: it stands where a name or a call does.
    Other,
}

/// Reads a `#define`.
pub(crate) fn define(source: &[u8], directive: Directive) -> Option<Macro> {
    let range = directive.argument as usize..directive.end as usize;
    let text = plain(&source[range.clone()]);
    let name_end = text
        .bytes()
        .position(|byte| !is_word(byte))
        .unwrap_or(text.len());
    let (name, mut rest) = text.split_at(name_end);
    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let mut parameters = None;
    if let Some(list) = rest.strip_prefix('(') {
        let (inside, after) = list.split_once(')')?;
        let names = inside.split(',').map(|name| name.trim().to_owned());
        parameters = Some(names.filter(|name| !name.is_empty()).collect());
        rest = after;
    }
    let body = rest.trim();
    Some(Macro {
        name: name.to_owned(),
        parameters,
        body: body[..body.floor_char_boundary(LONGEST)].to_owned(),
        span: (directive.start, directive.end),
    })
}

/// Words that may be left out without changing what a declaration declares.
fn is_decoration(word: &str) -> bool {
    matches!(
        word,
        "extern"
            | "inline"
            | "__inline"
            | "__inline__"
            | "__forceinline"
            | "register"
            | "_Noreturn"
            | "__extension__"
            | "restrict"
            | "__restrict"
            | "__restrict__"
            | "__cdecl"
            | "__stdcall"
            | "__fastcall"
            | "__thiscall"
            | "__vectorcall"
            | "const"
            | "volatile"
            | "__volatile__"
            | "_Thread_local"
            | "thread_local"
            | "__thread"
            | "constexpr"
            | "consteval"
            | "noexcept"
            | "override"
            | "final"
            | "__far"
            | "far"
            | "near"
            | "pascal"
    )
}

/// Words that are followed by parentheses and may be left out with them.
pub(crate) fn is_attribute(word: &str) -> bool {
    matches!(
        word,
        "__attribute__"
            | "__attribute"
            | "__declspec"
            | "_Alignas"
            | "alignas"
            | "_Pragma"
            | "__pragma"
            | "_Nonnull"
    )
}

/// Words of the languages: what a macro makes of them is not looked at.
pub(crate) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "auto"
            | "break"
            | "case"
            | "char"
            | "const"
            | "continue"
            | "default"
            | "do"
            | "double"
            | "else"
            | "enum"
            | "extern"
            | "float"
            | "for"
            | "goto"
            | "if"
            | "inline"
            | "int"
            | "long"
            | "register"
            | "restrict"
            | "return"
            | "short"
            | "signed"
            | "sizeof"
            | "static"
            | "struct"
            | "switch"
            | "typedef"
            | "union"
            | "unsigned"
            | "void"
            | "volatile"
            | "while"
            | "bool"
            | "true"
            | "false"
            | "NULL"
            | "class"
            | "namespace"
            | "template"
            | "typename"
            | "public"
            | "private"
            | "protected"
            | "virtual"
            | "try"
            | "catch"
            | "throw"
            | "new"
            | "delete"
            | "this"
            | "operator"
            | "using"
            | "friend"
            | "_Bool"
            | "_Generic"
            | "typeof"
            | "__typeof__"
            | "nullptr"
            | "and"
            | "or"
            | "not"
            | "co_await"
            | "co_yield"
            | "co_return"
            | "decltype"
            | "alignof"
    )
}

/// All macros that a file knows: its own, and those of what it includes.
#[derive(Default)]
pub(crate) struct Macros {
    by_name: FxHashMap<String, Vec<Macro>>,
}

impl Macros {
    pub(crate) fn add(&mut self, found: Macro) {
        let list = self.by_name.entry(found.name.clone()).or_default();
        // A header that many include hands its macros on once; what differs is another branch's.
        if list.len() < 8
            && !list
                .iter()
                .any(|own| own.body == found.body && own.parameters == found.parameters)
        {
            list.push(found);
        }
    }

    /// Macros without parameters that stand for one other name, wherever they are defined.
    pub(crate) fn renames(&self) -> FxHashMap<String, String> {
        let is_name = |body: &str| {
            !body.is_empty()
                && body.bytes().all(is_word)
                && !body.starts_with(|c: char| c.is_ascii_digit())
                && !is_keyword(body)
        };
        self.by_name
            .iter()
            .filter_map(|(name, list)| match &list[..] {
                [only] if only.parameters.is_none() && is_name(only.body.trim()) => {
                    Some((name.clone(), only.body.trim().to_owned()))
                }
                _ => None,
            })
            .collect()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The definitions of a name.
    pub(crate) fn of(&self, name: &str) -> &[Macro] {
        self.by_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// What uses of a name do, where all its definitions agree; a name that is none is none.
    pub(crate) fn effect(&self, name: &str) -> Option<Effect> {
        if is_keyword(name) {
            return None;
        }
        self.effect_within(name, DEPTH)
    }

    fn effect_within(&self, name: &str, depth: u32) -> Option<Effect> {
        let depth = depth.checked_sub(1)?;
        let mut result: Option<Effect> = None;
        for own in self.by_name.get(name)? {
            let effect = self.effect_of(own, depth);
            result = Some(match (result, effect) {
                (None, effect) => effect,
                (Some(before), effect) if before == effect => effect,
                // `static inline` here and nothing there.
                (Some(Effect::Nothing | Effect::Static), Effect::Nothing | Effect::Static) => {
                    Effect::Static
                }
                // An empty branch of a macro that else does something.
                (Some(Effect::Nothing), other) | (Some(other), Effect::Nothing) => other,
                _ => return Some(Effect::Other),
            });
        }
        result
    }

    fn effect_of(&self, own: &Macro, depth: u32) -> Effect {
        let lexed = lex(own.body.as_bytes());
        let tokens = &lexed.tokens;
        let text = |at: usize| {
            tokens.get(at).map_or("", |token| {
                &own.body[token.start as usize..token.end as usize]
            })
        };
        let (first, last) = (text(0), text(tokens.len().wrapping_sub(1)));
        match (first, last) {
            ("for" | "while", ")") => return Effect::Loop,
            ("if", ")") | (_, "else") => return Effect::Branch,
            ("if" | "for", _) if header_end(&own.body) => return Effect::Branch,
            _ => {}
        }
        if let Some(parameters) = &own.parameters
            && let [only] = &parameters[..]
            && own
                .body
                .trim_start_matches('(')
                .trim_end_matches(')')
                .trim()
                == only
            && !own.body.starts_with('(')
        {
            return Effect::Same;
        }
        if let Some(effect) = self.decoration(own, depth) {
            return effect;
        }
        let opens = matches!(first, "typedef" | "struct" | "union" | "enum")
            && !matches!(last, ";" | "}" | "*");
        if opens && own.parameters.is_some() {
            return Effect::Opens;
        }
        if matches!(last, ";" | "}") && !matches!(first, "{" | "(" | "") {
            return Effect::Statements;
        }
        Effect::Other
    }

    /// Whether a text is only made of words that may be left out.
    fn decoration(&self, own: &Macro, depth: u32) -> Option<Effect> {
        let lexed = lex(own.body.as_bytes());
        let mut is_static = false;
        let mut at = 0;
        let tokens = &lexed.tokens;
        while at < tokens.len() {
            let token = tokens[at];
            let word = &own.body[token.start as usize..token.end as usize];
            at += 1;
            match token.what {
                What::Name if word == "static" => is_static = true,
                What::Name if is_decoration(word) => {}
                What::Name if is_attribute(word) => at = after_parentheses(tokens, at),
                What::Name => match self.effect_within(word, depth) {
                    Some(Effect::Nothing) if word != own.name => at = after_parentheses(tokens, at),
                    Some(Effect::Static) if word != own.name => is_static = true,
                    _ => return None,
                },
                What::Mark(b'[') if own.body.starts_with("[[") && own.body.ends_with("]]") => {
                    at = tokens.len();
                }
                _ => return None,
            }
        }
        Some(if is_static {
            Effect::Static
        } else {
            Effect::Nothing
        })
    }
}

/// Where a list in parentheses ends that starts at a token, else the token.
pub(crate) fn after_parentheses(tokens: &[crate::lex::Token], from: usize) -> usize {
    if !tokens.get(from).is_some_and(|token| token.is(b'(')) {
        return from;
    }
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        if token.is(b'(') {
            depth += 1;
        } else if token.is(b')') {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    tokens.len()
}

/// Whether a text is the head of a statement and then nothing that ends it.
fn header_end(body: &str) -> bool {
    let lexed = lex(body.as_bytes());
    let after = after_parentheses(&lexed.tokens, 1);
    after == lexed.tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn macros(source: &str) -> Macros {
        let lexed = lex(source.as_bytes());
        let mut macros = Macros::default();
        for &directive in &lexed.directives {
            if let Some(found) = define(source.as_bytes(), directive) {
                macros.add(found);
            }
        }
        macros
    }

    #[test]
    fn a_macro_is_what_its_definitions_say() {
        let macros = macros(
            "#define EMPTY\n#define ATTR(x) __attribute__((x))\n#define PRIVATE static\n#define API extern ATTR(a)\n\
             #define foreach(x, l) for (x = l; x; x = x->next)\n#define P(args) args\n#define IF_DEBUG if (debug)\n\
             #define MAX(a, b) ((a) > (b) ? (a) : (b))\n#define INFO(x) extern int x; int y_##x;\n\
             #define int long\n#define CATALOG(n) typedef struct n\n#define LOOP LOOP\n",
        );
        let found: Vec<_> = [
            "EMPTY", "ATTR", "PRIVATE", "API", "foreach", "P", "IF_DEBUG", "MAX", "INFO", "int",
            "CATALOG", "LOOP", "none",
        ]
        .map(|name| macros.effect(name))
        .to_vec();
        use Effect::{Branch, Loop, Nothing, Opens, Other, Same, Statements, Static};
        assert_eq!(
            found,
            [
                Some(Nothing),
                Some(Nothing),
                Some(Static),
                Some(Nothing),
                Some(Loop),
                Some(Same),
                Some(Branch),
                Some(Other),
                Some(Statements),
                None,
                Some(Opens),
                Some(Other),
                None
            ]
        );
    }

    #[test]
    fn definitions_that_disagree_say_nothing() {
        let macros = macros("#define A static\n#define A\n#define B for (;;)\n#define B f(x)\n");
        assert_eq!(macros.effect("A"), Some(Effect::Static));
        assert_eq!(macros.effect("B"), Some(Effect::Other));
    }
}
