//! The bytes of a file as the parser is given them. Offsets never move: what cannot be parsed is blanked in place.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::bodies::Bodies;
use crate::conditionals::{Brackets, Decided, Inside, Trail, decide, is_boundary};
use crate::lex::{Lexed, Token, What, Word, lex};
use crate::macros::{Effect, Macro, Macros, after_parentheses, is_attribute, is_keyword};
use crate::outline::{Include, definitions, includes};

/// Longest text that a use of a macro is expanded to.
const LONGEST: usize = 1 << 20;

/// A macro that stands for the head of a loop or branch, by the offset of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    Loop,
    Branch,
}

/// A file, ready to be parsed.
pub(crate) struct Prepared {
    pub(crate) bytes: Vec<u8>,
    pub(crate) heads: FxHashMap<u32, Head>,
    pub(crate) includes: Vec<Include>,
    /// Macros that the file defines and that are used like functions, as such.
    pub(crate) functions: Bodies,
    /// Macros that are other names of something, with that.
    pub(crate) renames: FxHashMap<String, String>,
    /// Start, end, reason, sentence.
    pub(crate) gaps: Vec<(u32, u32, &'static str, String)>,
}

struct Preparer<'a> {
    source: &'a [u8],
    tokens: Vec<Token>,
    macros: Macros,
    cpp: bool,
    bytes: Vec<u8>,
    heads: FxHashMap<u32, Head>,
    /// The token before which a `;` was written last.
    ended: usize,
}

/// Prepares a file. `included` are the outlines of what it includes.
pub(crate) fn prepare(source: &[u8], included: &[Vec<u8>], cpp: bool) -> Prepared {
    let lexed = lex(source);
    let decided = decide(source, &lexed, cpp);
    let mut bytes = source.to_vec();
    let gaps = blank_directives(source, &lexed, &decided, &mut bytes);
    let mut macros = Macros::default();
    crate::outline::read(included, &mut macros);
    let mut functions = Vec::new();
    for found in definitions(source, &lexed, &decided.live) {
        if found.parameters.is_some() {
            functions.push(found.clone());
        }
        macros.add(found);
    }
    let includes = includes(source, &lexed, &decided.live).collect();
    let tokens = lexed
        .tokens
        .iter()
        .zip(&decided.live)
        .filter(|&(token, &live)| live && !matches!(token.what, What::Directive(_)))
        .map(|(&token, _)| token)
        .collect();
    let mut preparer = Preparer {
        source,
        tokens,
        macros,
        cpp,
        bytes,
        heads: FxHashMap::default(),
        ended: 0,
    };
    preparer.continuations();
    preparer.uses();
    Prepared {
        bytes: preparer.bytes,
        heads: preparer.heads,
        includes,
        renames: preparer.macros.renames(),
        functions: Bodies::new(source, &preparer.macros, &functions),
        gaps,
    }
}

/// Blanks what the parser must not see: what is not read, and all directives but those of conditionals inside of functions.
fn blank_directives(
    source: &[u8],
    lexed: &Lexed,
    decided: &Decided,
    bytes: &mut [u8],
) -> Vec<(u32, u32, &'static str, String)> {
    for (number, directive) in lexed.directives.iter().enumerate() {
        let (start, end) = (directive.start as usize, directive.end as usize);
        if decided.visible.binary_search(&(number as u32)).is_err() {
            blank(bytes, start, end, false);
            continue;
        }
        // The condition is not the parser's to read: the graph has its text.
        let argument = directive.argument as usize;
        match directive.word {
            Word::If | Word::Elif => {
                blank(bytes, argument, end, true);
                // `#if(X)` has no blank to write it behind.
                let at = if source.get(argument).is_some_and(u8::is_ascii_whitespace) {
                    argument + 1
                } else {
                    argument
                };
                if at < end {
                    bytes[at] = b'1';
                }
            }
            Word::Ifdef | Word::Ifndef | Word::Elifdef | Word::Elifndef => {
                let text = &source[argument..end];
                let name = text
                    .iter()
                    .position(|&byte| crate::lex::is_word(byte))
                    .unwrap_or(0);
                let after = text[name..]
                    .iter()
                    .position(|&byte| !crate::lex::is_word(byte));
                if let Some(after) = after {
                    blank(bytes, argument + name + after, end, true);
                }
            }
            _ => blank(bytes, argument, end, true),
        }
    }
    let mut gaps = Vec::new();
    for dropped in &decided.dropped {
        let (start, end) = (dropped.start as usize, dropped.end as usize);
        blank(bytes, start, end, false);
        let has_code = source[start..end]
            .iter()
            .any(|byte| !byte.is_ascii_whitespace());
        if !has_code || dropped.other_language {
            continue;
        }
        let (reason, detail) = if dropped.never {
            ("inactive_code", "the condition is never true")
        } else {
            (
                "conditional_branch",
                "the branches of a conditional do not stand alone: another one is read",
            )
        };
        gaps.push((dropped.start, dropped.end, reason, detail.to_owned()));
    }
    gaps
}

/// Blanks a stretch; line ends stay unless they are to go too.
fn blank(bytes: &mut [u8], start: usize, end: usize, lines: bool) {
    for byte in &mut bytes[start..end] {
        if lines || !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

impl Preparer<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| {
            std::str::from_utf8(&self.source[token.start as usize..token.end as usize])
                .unwrap_or_default()
        })
    }

    /// Backslashes that continue lines outside of texts are no tokens of the grammar everywhere.
    fn continuations(&mut self) {
        let mut from = 0;
        for token in &self.tokens {
            for at in from..token.start as usize {
                if self.bytes[at] == b'\\' && matches!(self.bytes.get(at + 1), Some(b'\n' | b'\r'))
                {
                    self.bytes[at] = b' ';
                }
            }
            from = token.end as usize;
        }
    }

    fn blank_tokens(&mut self, from: usize, to: usize) {
        for token in &self.tokens[from..to] {
            blank(
                &mut self.bytes,
                token.start as usize,
                token.end as usize,
                false,
            );
        }
    }

    /// Goes over all uses of macros.
    fn uses(&mut self) {
        let mut brackets = Brackets::default();
        let mut trail = Trail::default();
        let mut at = 0;
        while at < self.tokens.len() {
            let token = self.tokens[at];
            if token.what == What::Name {
                let called = self.tokens.get(at + 1).is_some_and(|next| next.is(b'('));
                if called && self.takes_types(at, &trail) {
                    self.name_types(at + 1);
                }
                let inside = brackets.inside();
                let boundary = is_boundary(trail.back(0), inside) || self.ended == at;
                if let Some(next) = self.name(at, inside, boundary, &trail) {
                    at = next;
                    continue;
                }
            }
            brackets.step(self.source, token, &trail);
            trail.push(token);
            at += 1;
        }
    }

    /// Treats a name; gives the token to go on from where it is gone.
    fn name(&mut self, at: usize, inside: Inside, boundary: bool, trail: &Trail) -> Option<usize> {
        let text = self.text(at);
        let called = self.tokens.get(at + 1).is_some_and(|next| next.is(b'('));
        if is_attribute(text) && called && text != "alignas" && text != "_Alignas" {
            let end = after_parentheses(&self.tokens, at + 1);
            self.blank_tokens(at, end);
            return Some(end);
        }
        if matches!(
            text,
            "__extension__"
                | "__cdecl"
                | "__stdcall"
                | "__fastcall"
                | "__vectorcall"
                | "__thiscall"
        ) {
            self.blank_tokens(at, at + 1);
            return Some(at + 1);
        }
        if self.is_export(at) {
            self.blank_tokens(at, at + 1);
            return Some(at + 1);
        }
        // `WITH_LOCKS(lock_t *lock;)`: what is given is the statement.
        if called && boundary && inside != Inside::Parentheses && !is_keyword(text) {
            let end = after_parentheses(&self.tokens, at + 1);
            if end > at + 3 && self.tokens[end - 2].is(b';') {
                self.blank_tokens(at, at + 2);
                self.blank_tokens(end - 1, end);
                return Some(at + 2);
            }
        }
        let effect = if self.macros.is_empty() {
            None
        } else {
            self.macros.effect(text)
        };
        match effect {
            Some(Effect::Nothing) if !is_member(trail) => {
                let takes = self
                    .macros
                    .of(text)
                    .iter()
                    .any(|own| own.parameters.is_some());
                let end = if takes {
                    after_parentheses(&self.tokens, at + 1)
                } else {
                    at + 1
                };
                // A call that expands to nothing is a statement all the same; so is a name that is used as a value.
                let follows = self.tokens.get(end).copied();
                // A function that is a macro in another build.
                if takes && self.is_declared(at, follows) {
                    return None;
                }
                if takes && (end == at + 1 || boundary && follows.is_some_and(|next| next.is(b';')))
                    || inside == Inside::Parentheses && !takes && !self.decorates(at)
                {
                    return None;
                }
                self.blank_tokens(at, end);
                Some(end)
            }
            Some(Effect::Static) if text.len() >= 6 && !is_member(trail) => {
                let start = self.tokens[at].start as usize;
                self.blank_tokens(at, at + 1);
                self.bytes[start..start + 6].copy_from_slice(b"static");
                // What follows stays: its own words are looked at on their own.
                Some(at + 1)
            }
            Some(Effect::Static) if !is_member(trail) => {
                self.blank_tokens(at, at + 1);
                Some(at + 1)
            }
            Some(Effect::Same)
                if called
                    && self.tokens.get(at + 2).is_some_and(|next| next.is(b'('))
                    && inside != Inside::Code =>
            {
                let end = after_parentheses(&self.tokens, at + 1);
                self.blank_tokens(at, at + 2);
                self.blank_tokens(end - 1, end);
                Some(at + 2)
            }
            Some(Effect::Loop) if called => self.head(at, Head::Loop),
            Some(Effect::Branch) if called => self.head(at, Head::Branch),
            Some(Effect::Opens) if called && boundary => self.expand(at),
            Some(Effect::Statements) if boundary => {
                let end = after_parentheses(&self.tokens, at + 1);
                self.end_statement(end);
                None
            }
            None | Some(Effect::Other) if called && boundary && !is_keyword(text) => {
                self.unknown_call(at, inside);
                None
            }
            _ => None,
        }
    }

    /// Whether a name is a macro that is used like a function, which may be given types.
    fn takes_types(&self, at: usize, trail: &Trail) -> bool {
        let text = self.text(at);
        // Behind a type it is what a declaration declares.
        let declared = trail.back(0).is_some_and(|last| {
            last.is(b'*')
                || last.what == What::Name
                    && !matches!(
                        &self.source[last.start as usize..last.end as usize],
                        b"return" | b"else" | b"do" | b"case" | b"in"
                    )
        });
        let takes = self.macros.of(text).iter();
        text == "va_arg" || !declared && takes.clone().any(|own| own.parameters.is_some())
    }

    /// Writes the arguments of a call that are types (`F(unsigned int, x)`) as names, which the parser takes in their place: the row has
    /// its place in the source all the same.
    fn name_types(&mut self, open: usize) {
        let end = after_parentheses(&self.tokens, open);
        let mut from = open + 1;
        let mut depth = 0_u32;
        for at in open + 1..end {
            let token = self.tokens[at];
            if token.is(b'(') || token.is(b'[') || token.is(b'{') {
                depth += 1;
            }
            let closes = token.is(b')') || token.is(b']') || token.is(b'}');
            if depth == 0 && (token.is(b',') || closes) {
                if self.is_type(from, at) {
                    self.name_type(from, at);
                }
                from = at + 1;
            }
            if closes {
                depth = depth.saturating_sub(1);
            }
        }
    }

    /// Whether tokens can only be a type: words of one, with stars behind them.
    fn is_type(&self, from: usize, to: usize) -> bool {
        let Some(first) = self.tokens.get(from).filter(|_| from < to) else {
            return false;
        };
        if first.what != What::Name {
            return false;
        }
        let text = self.text(from);
        let begins = is_primitive(text)
            || matches!(text, "const" | "struct" | "union" | "enum" | "volatile");
        let stars = self.tokens[from..to]
            .iter()
            .rev()
            .take_while(|token| token.is(b'*'))
            .count();
        let words = &self.tokens[from..to - stars];
        words.iter().all(|token| token.what == What::Name)
            && (begins || stars > 0 && words.len() == 1)
    }

    fn name_type(&mut self, from: usize, to: usize) {
        let (start, end) = (
            self.tokens[from].start as usize,
            self.tokens[to - 1].end as usize,
        );
        let bytes = &mut self.bytes[start..end];
        if bytes.contains(&b'\n') {
            return;
        }
        bytes[0].make_ascii_uppercase();
        for byte in bytes {
            if !crate::lex::is_word(*byte) {
                *byte = b'_';
            }
        }
    }

    /// Whether a name is what a declaration declares: behind its type, and before what ends it.
    fn is_declared(&self, at: usize, follows: Option<Token>) -> bool {
        if !follows.is_some_and(|next| next.is(b';') || next.is(b'{') || next.is(b',')) {
            return false;
        }
        let mut names = 0;
        let mut from = at;
        while let Some(before) = from.checked_sub(1) {
            let token = self.tokens[before];
            let text = self.text(before);
            match token.what {
                What::Mark(b'*') => return names == 0,
                What::Name
                    if from == at
                        && is_keyword(text)
                        && !matches!(text, "return" | "else" | "do" | "const") =>
                {
                    return true;
                }
                What::Name
                    if is_keyword(text) && !is_primitive(text)
                        || matches!(
                            self.macros.effect(text),
                            Some(Effect::Nothing | Effect::Static)
                        ) => {}
                What::Name => names += 1,
                _ => break,
            }
            from = before;
        }
        names == 1
    }

    /// Whether a name stands beside another one or a `*`, as words of a declaration do.
    fn decorates(&self, at: usize) -> bool {
        let near = |at: Option<usize>| {
            at.and_then(|at| self.tokens.get(at))
                .is_some_and(|token| token.what == What::Name || token.is(b'*'))
        };
        near(at.checked_sub(1)) || near(Some(at + 1))
    }

    /// Whether a name that nothing defines stands between `extern` and a declaration that is whole without it: headers use macros that
    /// those that include them define.
    fn is_export(&self, at: usize) -> bool {
        let name = |at: usize| {
            self.tokens
                .get(at)
                .is_some_and(|token| token.what == What::Name)
        };
        let declares = name(at + 2) || self.tokens.get(at + 2).is_some_and(|token| token.is(b'*'));
        at > 0
            && self.text(at - 1) == "extern"
            && self.is_shouted(at)
            && name(at + 1)
            && declares
            && self.macros.effect(self.text(at)).is_none()
    }

    /// A macro that is the head of a loop or branch is written as one.
    fn head(&mut self, at: usize, head: Head) -> Option<usize> {
        let end = after_parentheses(&self.tokens, at + 1);
        let follows = self.tokens.get(end)?;
        if follows.is(b';') && head == Head::Branch {
            return None;
        }
        let (start, word) = (self.tokens[at].start, self.text(at));
        let keyword: &[u8] = match head {
            Head::Loop if word.len() >= 5 => b"while",
            _ if word.len() >= 2 => b"if",
            _ => return None,
        };
        self.blank_tokens(at, at + 1);
        self.bytes[start as usize..start as usize + keyword.len()].copy_from_slice(keyword);
        // A loop without conditions: the parser wants something in the parentheses.
        if end == at + 3 {
            let open = self.tokens[at + 1];
            if open.end < self.tokens[at + 2].start {
                self.bytes[open.end as usize] = b'1';
            }
        }
        self.heads.insert(start, head);
        None
    }

    /// A call behind which no `;` stands, at the begin of a statement or declaration.
    fn unknown_call(&mut self, at: usize, inside: Inside) {
        let end = after_parentheses(&self.tokens, at + 1);
        let Some(&follows) = self.tokens.get(end) else {
            return;
        };
        match inside {
            Inside::Code if follows.is(b'{') && self.tokens[end - 1].is(b')') && !self.cpp => {
                self.head(at, Head::Loop);
            }
            Inside::Code if follows.is(b'}') || follows.what == What::Name => {
                self.end_statement(end);
            }
            // A definition without a type has a declaration of its parameters or a body behind it.
            Inside::Outer
                if follows.what == What::Name && self.is_shouted(at) && self.on_new_line(end) =>
            {
                self.end_statement(end);
            }
            _ => {}
        }
    }

    fn is_shouted(&self, at: usize) -> bool {
        let text = self.text(at);
        text.len() > 2 && !text.bytes().any(|byte| byte.is_ascii_lowercase())
    }

    fn on_new_line(&self, at: usize) -> bool {
        let (before, own) = (
            self.tokens[at - 1].end as usize,
            self.tokens[at].start as usize,
        );
        self.source[before..own].contains(&b'\n')
    }

    /// Writes a `;` behind a token, where there is room.
    fn end_statement(&mut self, end: usize) {
        let Some(last) = end.checked_sub(1).and_then(|at| self.tokens.get(at)) else {
            return;
        };
        let place = last.end as usize;
        let needs = self.tokens.get(end).is_none_or(|next| !next.is(b';'));
        if needs && self.bytes.get(place).is_some_and(u8::is_ascii_whitespace) {
            self.bytes[place] = b';';
            self.ended = end;
        }
    }

    /// Writes what a macro that begins a declaration expands to over its use, where it is not longer.
    fn expand(&mut self, at: usize) -> Option<usize> {
        let end = after_parentheses(&self.tokens, at + 1);
        let [only] = self.macros.of(self.text(at)) else {
            return None;
        };
        let arguments = self.arguments(at + 1, end);
        let text = expansion(&self.macros, only, &arguments, &mut Limits::default())?;
        let (from, to) = (
            self.tokens[at].start as usize,
            self.tokens[end - 1].end as usize,
        );
        let same_line = !self.source[from..to].contains(&b'\n');
        if text.len() > to - from || !same_line {
            return None;
        }
        blank(&mut self.bytes, from, to, false);
        self.bytes[from..from + text.len()].copy_from_slice(text.as_bytes());
        Some(end)
    }

    /// Texts of the arguments of a use.
    fn arguments(&self, open: usize, end: usize) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut depth = 0_u32;
        let mut from = open + 1;
        let mut push = |from: usize, to: usize| {
            let texts: Vec<&str> = (from..to).map(|at| self.text(at)).collect();
            arguments.push(texts.join(" "));
        };
        for at in open..end {
            let token = self.tokens[at];
            if token.is(b'(') {
                depth += 1;
            } else if token.is(b')') {
                depth -= 1;
                if depth == 0 {
                    push(from, at);
                }
            } else if token.is(b',') && depth == 1 {
                push(from, at);
                from = at + 1;
            }
        }
        arguments
    }
}

/// Whether a word is a type of the languages.
fn is_primitive(word: &str) -> bool {
    matches!(
        word,
        "char"
            | "double"
            | "float"
            | "int"
            | "long"
            | "short"
            | "signed"
            | "unsigned"
            | "void"
            | "bool"
            | "_Bool"
    )
}

/// Whether the name that follows is a member's: `a.name`, `a->name`.
fn is_member(trail: &Trail) -> bool {
    trail.back(0).is_some_and(|last| last.is(b'.'))
        || trail.back(0).is_some_and(|last| last.is(b'>'))
            && trail.back(1).is_some_and(|last| last.is(b'-'))
}

/// What is left for expanding a use of a macro: definitions may name each other so that there is no end, or none worth waiting for.
pub(crate) struct Limits {
    depth: u32,
    steps: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 8,
            steps: 100_000,
        }
    }
}

impl Limits {
    fn step(&mut self) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        Some(())
    }
}

/// What a use of a macro expands to, with macros in it and pasted names.
pub(crate) fn expansion(
    macros: &Macros,
    own: &Macro,
    arguments: &[String],
    limits: &mut Limits,
) -> Option<String> {
    limits.step()?;
    limits.depth = limits.depth.checked_sub(1)?;
    let result = expanded(macros, own, arguments, limits);
    limits.depth += 1;
    result
}

fn expanded(
    macros: &Macros,
    own: &Macro,
    arguments: &[String],
    limits: &mut Limits,
) -> Option<String> {
    let parameters = own.parameters.as_deref().unwrap_or_default();
    let lexed = lex(own.body.as_bytes());
    let tokens = &lexed.tokens;
    let text = |at: usize| &own.body[tokens[at].start as usize..tokens[at].end as usize];
    let rest = parameters
        .iter()
        .position(|name| name == "...")
        .map(|at| arguments.get(at..).unwrap_or_default().join(", "));
    let value = |word: &str| {
        if word == "__VA_ARGS__" {
            return rest.as_deref();
        }
        let at = parameters.iter().position(|name| name == word)?;
        arguments.get(at).map(String::as_str)
    };
    let mut result = String::new();
    let mut pasted = true;
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is(b'#') && at + 1 < tokens.len() && tokens[at + 1].is(b'#') {
            pasted = true;
            at += 2;
            continue;
        }
        limits.step()?;
        if result.len() > LONGEST {
            return None;
        }
        if !std::mem::take(&mut pasted) {
            result.push(' ');
        }
        // `#x` is the text of what it is given.
        if tokens[at].is(b'#')
            && let Some(given) = tokens.get(at + 1).and_then(|_| value(text(at + 1)))
        {
            let _ = write!(result, "{given:?}");
            at += 2;
            continue;
        }
        let word = text(at);
        at += 1;
        let inner = macros.of(word);
        if let [inner] = inner
            && inner.parameters.is_some()
            && inner.name != own.name
        {
            let end = after_parentheses(tokens, at);
            if end > at {
                let inside = &own.body[tokens[at].end as usize..tokens[end - 1].start as usize];
                let given: Vec<String> = inside
                    .split(',')
                    .map(|given| value(given.trim()).unwrap_or(given.trim()).to_owned())
                    .collect();
                result.push_str(&expansion(macros, inner, &given, limits)?);
                at = end;
                continue;
            }
        }
        result.push_str(value(word).unwrap_or(word));
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(source: &str) -> String {
        let found = prepare(source.as_bytes(), &[], false);
        assert_eq!(found.bytes.len(), source.len(), "offsets stay");
        let text = String::from_utf8(found.bytes).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn decorations_are_blanked() {
        assert_eq!(
            prepared(
                "#define API __attribute__((x))\n#define NR(a) __attribute__((a))\nAPI int f(int a) NR(b);"
            ),
            "int f(int a) ;"
        );
        assert_eq!(
            prepared("#define PRIVATE static\nPRIVATE int f(void);"),
            "static int f(void);"
        );
        assert_eq!(
            prepared("#define P(x) x\nint f P((int a));"),
            "int f (int a) ;"
        );
        // What is a macro in another build is a function in this one.
        assert_eq!(
            prepared("#define off()\nvoid off(void) { }\nT *off(void);\nT off(void);"),
            "void off(void) { } T *off(void); T off(void);"
        );
        assert_eq!(prepared("#define AT(x)\nint v AT(1);"), "int v ;");
        assert_eq!(
            prepared("void f(void) { LOCKED(int *m;) g(); }"),
            "void f(void) { int *m; g(); }"
        );
        assert_eq!(
            prepared("#define trace(x)\nvoid f(void) { trace(1); p->trace = 1; }"),
            "void f(void) { trace(1); p->trace = 1; }"
        );
    }

    #[test]
    fn types_that_macros_are_given_are_names() {
        let source = "#define F(type, name, x) type name = x\n#define G(t) t\nF(unsigned int, a, 1);\nF(char *, b, 0);\n\
                      int G(void);\nvoid h(va_list ap) { use(va_arg(ap, struct s *)); use(G(int)); f(int (*)(void), a * b); }\n";
        let prepared = prepare(source.as_bytes(), &[], false);
        let text = String::from_utf8(prepared.bytes).unwrap();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "F(Unsigned_int, a, 1);",
                "F(Char__, b, 0);",
                "int G(void);",
                "void h(va_list ap) { use(va_arg(ap, Struct_s__)); use(G(Int)); f(int (*)(void), a * b); }",
            ]
        );
    }

    #[test]
    fn heads_are_written_as_such() {
        let source = "#define foreach(x, l) for (x = l; x; x++)\nvoid f() { foreach(a, b) { c(); } foreach (a, b) d(); }";
        assert_eq!(
            prepared(source),
            "void f() { while (a, b) { c(); } while (a, b) d(); }"
        );
        assert_eq!(prepare(source.as_bytes(), &[], false).heads.len(), 2);
        assert_eq!(
            prepared("void f() { each_of(x, y) { g(); } }"),
            "void f() { while (x, y) { g(); } }"
        );
    }

    #[test]
    fn statements_get_their_end() {
        assert_eq!(
            prepared("void f() { CHECK(x)\n g(); }"),
            "void f() { CHECK(x); g(); }"
        );
        assert_eq!(
            prepared("extern EXPORT volatile int a;\nextern DIR *b;\nextern SIZE c;"),
            "extern volatile int a; extern DIR *b; extern SIZE c;"
        );
        assert_eq!(
            prepared("WORD(a)\nWORD(b)\nWORD(c)\nint a;"),
            "WORD(a);WORD(b);WORD(c);int a;"
        );
        assert_eq!(prepared("MAGIC(x)\nint a;"), "MAGIC(x);int a;");
        assert_eq!(
            prepared("int f(a) int a; { return a; }"),
            "int f(a) int a; { return a; }"
        );
    }

    #[test]
    fn what_begins_a_declaration_is_expanded() {
        let source = "#define Concat(a, b) a##b\n#define CATALOG(n, o) typedef struct Concat(Form_, n)\nCATALOG(pg_class,1259,Relation_Rowtype_Id)\n{ int a; } X;";
        assert_eq!(
            prepared(source),
            "typedef struct Form_pg_class { int a; } X;"
        );
    }
}
