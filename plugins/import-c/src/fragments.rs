//! Files that are no declarations but a part of some: elements of a list, calls of a macro that whoever includes them defines.
//!
//! An outline carries the text of such a file, and where it is included, that text is put in behind the directive before anything else
//! is done: everything behind works on the longer text, and rows of what was put in have the place of the directive.

use crate::conditionals::{Brackets, Inside, Trail, decide};
use crate::lex::{Lexed, Token, What, Word, lex};
use crate::macros::{Macro, Macros, after_parentheses, define, is_keyword};
use crate::prepare::{Limits, expansion};

/// Longest text that an outline carries.
const LONGEST: usize = 256 * 1024;
/// Bytes that are put into one file; what is beyond stays out and is a gap.
const MOST: usize = 4 * 1024 * 1024;
/// Before the text of a fragment in an outline, behind the lines of its macros; no macro has it in its text.
const MARK: &str = "\n\0fragment ";

/// What a file is whose text belongs to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Calls of macros and nothing else.
    Calls,
    /// Elements of a list, statements, or a part of something.
    Part,
}

/// Tokens outside of directives, in branches that count.
fn live_tokens(lexed: &Lexed, live: &[bool]) -> Vec<Token> {
    lexed
        .tokens
        .iter()
        .zip(live)
        .filter(|(token, live)| **live && !matches!(token.what, What::Directive(_)))
        .map(|(&token, _)| token)
        .collect()
}

/// Which form a file has; none for one that stands alone.
fn form(source: &[u8], lexed: &Lexed, live: &[bool]) -> Option<Form> {
    let tokens = live_tokens(lexed, live);
    let (first, last) = (tokens.first()?, tokens.last()?);
    let text = |token: Token| &source[token.start as usize..token.end as usize];
    if is_calls(source, &tokens) {
        return Some(Form::Calls);
    }
    let begins = match first.what {
        What::Mark(mark) => matches!(mark, b'{' | b'}' | b',' | b'.' | b'[' | b'(' | b'-' | b'&'),
        What::Number | What::Text => true,
        What::Name => matches!(
            text(*first),
            b"if" | b"for" | b"while" | b"switch" | b"case" | b"default" | b"return" | b"do"
        ),
        What::Directive(_) => false,
    };
    // Declarations that a macro ends (`END_DECLS`) are not meant.
    let ends =
        !matches!(last.what, What::Mark(b';' | b'}' | b')')) && !has_outer_semicolon(&tokens);
    (begins || ends || !is_balanced(&tokens)).then_some(Form::Part)
}

fn is_calls(source: &[u8], tokens: &[Token]) -> bool {
    let mut at = 0;
    while at < tokens.len() {
        let name = std::str::from_utf8(&source[tokens[at].start as usize..tokens[at].end as usize]);
        let is_call = tokens[at].what == What::Name
            && tokens.get(at + 1).is_some_and(|next| next.is(b'('))
            && name.is_ok_and(|name| !is_keyword(name));
        if !is_call {
            return false;
        }
        at = after_parentheses(tokens, at + 1);
        while tokens
            .get(at)
            .is_some_and(|token| token.is(b',') || token.is(b';'))
        {
            at += 1;
        }
    }
    true
}

fn has_outer_semicolon(tokens: &[Token]) -> bool {
    let mut depth = 0_i64;
    tokens.iter().any(|token| {
        match token.what {
            What::Mark(b'{' | b'(' | b'[') => depth += 1,
            What::Mark(b'}' | b')' | b']') => depth -= 1,
            _ => {}
        }
        depth == 0 && token.is(b';')
    })
}

fn is_balanced(tokens: &[Token]) -> bool {
    let mut depth = 0_i64;
    for token in tokens {
        match token.what {
            What::Mark(b'{' | b'(' | b'[') => depth += 1,
            What::Mark(b'}' | b')' | b']') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Adds the text of a file to its outline, where others have to read it in their place.
pub(crate) fn write(path: &str, source: &[u8], lexed: &Lexed, live: &[bool], facts: &mut String) {
    if source.len() > LONGEST || path.contains('\n') || form(source, lexed, live).is_none() {
        return;
    }
    facts.push_str(MARK);
    facts.push_str(path);
    facts.push('\n');
    facts.push_str(&String::from_utf8_lossy(source));
}

/// The lines of an outline that are macros, and its fragment as path and text.
pub(crate) fn split(facts: &str) -> (&str, Option<(&str, &str)>) {
    match facts.split_once(MARK) {
        Some((macros, fragment)) => (macros, fragment.split_once('\n')),
        None => (facts, None),
    }
}

/// A file with what was put into it.
pub(crate) struct Spliced {
    pub(crate) text: Vec<u8>,
    /// Ascending: where in the text something was put in, its length, and the place of the directive in the file.
    pub(crate) pieces: Vec<(u32, u32, (u32, u32))>,
    /// Directives whose text was left out for its length.
    pub(crate) left_out: Vec<(u32, u32)>,
}

/// Puts fragments in where a file includes them; none where it includes none.
pub(crate) fn splice(
    path: &str,
    source: &[u8],
    included: &[Vec<u8>],
    cpp: bool,
) -> Option<Spliced> {
    let outlines: Vec<_> = included
        .iter()
        .map(|facts| String::from_utf8_lossy(facts))
        .collect();
    let fragments: Vec<(&str, &str)> = outlines
        .iter()
        .filter_map(|facts| split(facts).1)
        .filter(|(name, _)| names(source, name.rsplit('/').next().unwrap_or(name)))
        .collect();
    if fragments.is_empty() {
        return None;
    }
    let lexed = lex(source);
    let decided = decide(source, &lexed, cpp);
    let mut shared = Macros::default();
    crate::outline::read(included, &mut shared);
    let mut this = Splicer {
        path,
        fragments,
        own: Vec::new(),
        shared,
        spliced: Spliced {
            text: Vec::with_capacity(source.len()),
            pieces: Vec::new(),
            left_out: Vec::new(),
        },
        copied: 0,
        put_in: 0,
    };
    let mut brackets = Brackets::default();
    let mut trail = Trail::default();
    for (token, _) in lexed
        .tokens
        .iter()
        .zip(&decided.live)
        .filter(|(_, live)| **live)
    {
        let What::Directive(number) = token.what else {
            brackets.step(source, *token, &trail);
            trail.push(*token);
            continue;
        };
        let directive = lexed.directives[number as usize];
        match directive.word {
            Word::Define => {
                if let Some(found) = define(source, directive) {
                    this.shared.add(found.clone());
                    this.own.push(found);
                }
            }
            Word::Include => {
                let within = brackets.inside() != Inside::Outer
                    || trail
                        .back(0)
                        .is_some_and(|last| last.is(b'=') || last.is(b','));
                if let Some(include) = crate::outline::include(source, directive) {
                    this.include(source, &include.path, include.span, within);
                }
            }
            _ => {}
        }
    }
    let Splicer {
        mut spliced,
        copied,
        ..
    } = this;
    if spliced.pieces.is_empty() && spliced.left_out.is_empty() {
        return None;
    }
    spliced.text.extend(&source[copied..]);
    Some(spliced)
}

/// Whether a file has a name anywhere in it.
fn names(source: &[u8], name: &str) -> bool {
    !name.is_empty()
        && source
            .windows(name.len())
            .any(|window| window == name.as_bytes())
}

struct Splicer<'a> {
    path: &'a str,
    fragments: Vec<(&'a str, &'a str)>,
    /// Macros of the file so far.
    own: Vec<Macro>,
    /// The same, and those of what it includes.
    shared: Macros,
    spliced: Spliced,
    /// Bytes of the file that are in the text so far.
    copied: usize,
    put_in: usize,
}

impl<'a> Splicer<'a> {
    /// Puts the text in that a directive includes; `within` says that it stands inside of something.
    fn include(&mut self, source: &[u8], include: &str, span: (u32, u32), within: bool) {
        let Some(text) = self.fragment(include) else {
            return;
        };
        let lexed = lex(text.as_bytes());
        let live = decide(text.as_bytes(), &lexed, false).live;
        let form = form(text.as_bytes(), &lexed, &live);
        // Between declarations only what makes declarations is meant: a list of calls of macros that are known here.
        if !within && (form != Some(Form::Calls) || !self.knows_first(text, &lexed)) {
            return;
        }
        let put_in = self.expand(text, &lexed, &live);
        let Some(put_in) = put_in.filter(|text| self.put_in + text.len() <= MOST) else {
            self.spliced.left_out.push(span);
            return;
        };
        self.put_in += put_in.len();
        let end = span.1 as usize;
        self.spliced.text.extend(&source[self.copied..end]);
        self.copied = end;
        let at = self.spliced.text.len() as u32;
        self.spliced.text.push(b'\n');
        self.spliced.text.extend(put_in.as_bytes());
        self.spliced
            .pieces
            .push((at, put_in.len() as u32 + 1, span));
    }

    /// The fragment that an include means: of several whose path ends so the one that shares most folders with the file.
    fn fragment(&self, include: &str) -> Option<&'a str> {
        let wanted = include.trim_start_matches("./").trim_start_matches("../");
        let ends = |path: &str| {
            path.strip_suffix(wanted)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let near = |path: &str| {
            let pairs = path.split('/').zip(self.path.split('/'));
            pairs.take_while(|(a, b)| a == b).count()
        };
        let fits = self.fragments.iter().filter(|(path, _)| ends(path));
        let best = fits.max_by_key(|(path, _)| (near(path), std::cmp::Reverse(*path)))?;
        Some(best.1)
    }

    fn knows_first(&self, text: &str, lexed: &Lexed) -> bool {
        let first = lexed.tokens.iter().find(|token| token.what == What::Name);
        first.is_some_and(|token| {
            self.macro_of(&text[token.start as usize..token.end as usize])
                .is_some()
        })
    }

    /// The macro that a name is here and that is used like a function: the file's own that was defined last, else the only one of others.
    fn macro_of(&self, name: &str) -> Option<&Macro> {
        let own = self.own.iter().rev().find(|own| own.name == name);
        let found = own.or_else(|| match self.shared.of(name) {
            [only] => Some(only),
            _ => None,
        })?;
        found.parameters.is_some().then_some(found)
    }

    /// The text of a fragment with the calls of macros that are known here; none where it gets too long.
    fn expand(&self, text: &str, lexed: &Lexed, live: &[bool]) -> Option<String> {
        let tokens = live_tokens(lexed, live);
        let of = |token: Token| &text[token.start as usize..token.end as usize];
        let mut result = String::new();
        let mut at = 0;
        while at < tokens.len() {
            let called = tokens.get(at + 1).is_some_and(|next| next.is(b'('));
            let found = (tokens[at].what == What::Name && called)
                .then(|| self.macro_of(of(tokens[at])))
                .flatten();
            if let Some(found) = found {
                let end = after_parentheses(&tokens, at + 1);
                let arguments = arguments(&tokens[at + 1..end], of);
                result.push_str(&expansion(
                    &self.shared,
                    found,
                    &arguments,
                    &mut Limits::default(),
                )?);
                at = end;
            } else {
                result.push_str(of(tokens[at]));
                at += 1;
            }
            result.push(' ');
            if result.len() > MOST {
                return None;
            }
        }
        Some(result)
    }
}

/// Texts of the arguments of a call, its parentheses among the tokens.
fn arguments<'a>(tokens: &[Token], of: impl Fn(Token) -> &'a str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let mut depth = 0_u32;
    for &token in tokens.iter().skip(1) {
        match token.what {
            What::Mark(b'(' | b'{' | b'[') => depth += 1,
            What::Mark(b')') if depth == 0 => break,
            What::Mark(b')' | b'}' | b']') => depth = depth.saturating_sub(1),
            What::Mark(b',') if depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = arguments.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(of(token));
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(path: &str, source: &str) -> Vec<u8> {
        crate::outline::outline(path, source.as_bytes()).facts
    }

    fn spliced(source: &str, included: &[Vec<u8>]) -> Option<String> {
        let spliced = splice("src/main.c", source.as_bytes(), included, false)?;
        let text = String::from_utf8(spliced.text).unwrap();
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn elements_are_put_into_a_list() {
        let list = facts(
            "src/list.h",
            "/* elements */\n{ \"a\", f },\n{ \"b\", g },\n",
        );
        assert_eq!(
            spliced("struct T t[] = {\n#include \"list.h\"\n};\n", &[list]).unwrap(),
            "struct T t[] = { #include \"list.h\" { \"a\" , f } , { \"b\" , g } , };"
        );
    }

    #[test]
    fn calls_of_macros_become_what_the_includer_defines() {
        let list = facts("lib/ops.def", "OP(add, do_add)\nOP(sub, do_sub)\n");
        let table = "#define OP(name, f) { #name, f, name ## _help },\nstruct T t[] = {\n#include \"lib/ops.def\"\n};\n#undef OP\n\
                     #define OP(name, f) int f(int);\n#include \"lib/ops.def\"\n";
        let text = spliced(table, std::slice::from_ref(&list)).unwrap();
        assert!(text.contains("{ \"add\" , do_add , add_help } ,"), "{text}");
        assert!(text.contains("int do_sub ( int ) ;"), "{text}");
        // Between declarations calls of what nothing defines are left to their own file.
        assert_eq!(spliced("#include \"lib/ops.def\"\nint a;\n", &[list]), None);
    }

    #[test]
    fn what_stands_alone_is_no_fragment() {
        for source in [
            "int a;\n",
            "#define X(a) a\nstruct S { int a; };\nint f(void) { return 0; }\n",
            "",
            "// only a comment\n",
            "BEGIN_DECLS\nint f(void);\nEND_DECLS\n",
        ] {
            assert_eq!(
                split(&String::from_utf8(facts("a.h", source)).unwrap()).1,
                None,
                "{source}"
            );
        }
        for source in [
            "a,\nb,\n",
            "{1, 2},",
            "case 1: return;",
            "X(a)\nX(b)",
            "} f(",
            "1, 2",
        ] {
            let outline = String::from_utf8(facts("a.h", source)).unwrap();
            assert_eq!(split(&outline).1, Some(("a.h", source)), "{source}");
        }
    }

    #[test]
    fn hostile_fragments_end_somewhere() {
        let bomb = format!("X({})\n", "a".repeat(1_000)).repeat(100);
        let facts = facts("bomb.h", &bomb);
        let macros =
            "#define D(x) x x x x x x x x x x x x x x x x\n#define X(x) D(x) D(x) D(x) D(x)\n"
                .to_owned();
        let source = macros + &"int a[] = {\n#include \"bomb.h\"\n};\n".repeat(4);
        let spliced = splice("main.c", source.as_bytes(), &[facts], false).unwrap();
        assert!(spliced.text.len() < MOST + source.len() + LONGEST);
        assert_eq!(spliced.left_out.len() + spliced.pieces.len(), 4);
        assert!(!spliced.left_out.is_empty());
    }
}
