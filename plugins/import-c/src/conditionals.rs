//! What becomes of `#if … #endif`: which branches are read, and which directives the parser sees.
//!
//! A conditional whose branches are whole declarations or statements keeps them all; inside of functions its directives stay, so that
//! the graph has them as alternatives. Where a branch ends in mid-statement or does not balance its brackets, one branch is read and
//! the others are gaps.

use crate::lex::{Directive, Lexed, Token, What, Word, plain};

/// Bracket nesting that is looked at; deeper brackets count as the one at this depth.
const DEEPEST: usize = 256;
/// Nesting of conditionals that is looked at; deeper ones keep all branches.
const CONDITIONALS: usize = 64;

/// What a bracket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Statements.
    Code,
    /// Members, enumerators or initializers.
    List,
    /// Declarations: of a namespace, or under `extern "C"`.
    Outer,
    /// `(` or `[`.
    Parentheses,
}

/// Open brackets at a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brackets {
    open: Vec<Inside>,
    /// Brackets beyond [`DEEPEST`].
    beyond: u32,
}

impl Brackets {
    /// What the innermost bracket holds.
    pub(crate) fn inside(&self) -> Inside {
        self.open.last().copied().unwrap_or(Inside::Outer)
    }

    /// Goes over a token; `before` are the tokens before it, the last of them last.
    pub(crate) fn step(&mut self, source: &[u8], token: Token, before: &Trail) {
        match token.what {
            What::Mark(b'{') => self.push(before.brace(source, self.inside())),
            What::Mark(b'(' | b'[') => self.push(Inside::Parentheses),
            What::Mark(b'}' | b')' | b']') => {
                if self.beyond > 0 {
                    self.beyond -= 1;
                } else {
                    self.open.pop();
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, inside: Inside) {
        if self.open.len() < DEEPEST {
            self.open.push(inside);
        } else {
            self.beyond += 1;
        }
    }
}

/// The last tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail {
    last: [Option<Token>; 24],
    at: usize,
}

impl Trail {
    pub(crate) fn push(&mut self, token: Token) {
        self.at = (self.at + 1) % self.last.len();
        self.last[self.at] = Some(token);
    }

    /// The token so many places back; 0 is the last.
    pub(crate) fn back(&self, places: usize) -> Option<Token> {
        let length = self.last.len();
        (places < length)
            .then(|| self.last[(self.at + length - places) % length])
            .flatten()
    }

    /// What a brace behind these tokens holds.
    fn brace(&self, source: &[u8], around: Inside) -> Inside {
        let Some(last) = self.back(0) else {
            return Inside::Code;
        };
        match last.what {
            What::Mark(b'=' | b',' | b'(' | b'[' | b']') => Inside::List,
            What::Mark(b'{') if matches!(around, Inside::List) => Inside::List,
            What::Mark(b')' | b';' | b'}' | b'{' | b':') => Inside::Code,
            What::Text => Inside::Outer,
            _ => self.named_brace(source),
        }
    }

    fn named_brace(&self, source: &[u8]) -> Inside {
        for places in 0..self.last.len() {
            let Some(token) = self.back(places) else {
                break;
            };
            match token.what {
                What::Mark(b';' | b'{' | b'}' | b')') => break,
                What::Name => match &source[token.start as usize..token.end as usize] {
                    b"namespace" => return Inside::Outer,
                    b"struct" | b"union" | b"enum" | b"class" | b"return" => return Inside::List,
                    _ => {}
                },
                _ => {}
            }
        }
        Inside::Code
    }
}

/// What is known of a condition without running it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    Never,
    Always,
    Open,
}

struct Branch {
    directive: u32,
    truth: Truth,
    /// Tokens of the branch.
    from: usize,
    to: usize,
    /// Brackets where it ends.
    brackets: Brackets,
    trail: Trail,
}

struct Group {
    branches: Vec<Branch>,
    brackets: Brackets,
    trail: Trail,
}

/// A stretch that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The condition says so (`#if 0`); else the branches cannot all be read.
    pub(crate) never: bool,
    /// It is for the other of the two languages, and no gap.
    pub(crate) other_language: bool,
}

/// What was decided.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// By token: whether it is read.
    pub(crate) live: Vec<bool>,
    /// Directives that the parser sees.
    pub(crate) visible: Vec<u32>,
    pub(crate) dropped: Vec<Dropped>,
}

struct Decider<'a> {
    source: &'a [u8],
    lexed: &'a Lexed,
    cpp: bool,
    brackets: Brackets,
    trail: Trail,
    groups: Vec<Group>,
    decided: Decided,
}

/// Decides all conditionals of a file.
pub(crate) fn decide(source: &[u8], lexed: &Lexed, cpp: bool) -> Decided {
    let mut decider = Decider {
        source,
        lexed,
        cpp,
        brackets: Brackets::default(),
        trail: Trail::default(),
        groups: Vec::new(),
        decided: Decided {
            live: vec![true; lexed.tokens.len()],
            ..Decided::default()
        },
    };
    for (at, &token) in lexed.tokens.iter().enumerate() {
        if let What::Directive(number) = token.what {
            decider.directive(at, number);
        } else {
            decider.brackets.step(source, token, &decider.trail);
            decider.trail.push(token);
        }
    }
    // What is never closed keeps all of it.
    decider.decided.visible.sort_unstable();
    decider.decided.dropped.sort_by_key(|dropped| dropped.start);
    decider.decided
}

impl Decider<'_> {
    fn directive(&mut self, at: usize, number: u32) {
        let directive = self.lexed.directives[number as usize];
        match directive.word {
            Word::If | Word::Ifdef | Word::Ifndef => {
                let branch = self.branch(at, number, directive, None);
                self.groups.push(Group {
                    branches: vec![branch],
                    brackets: self.brackets.clone(),
                    trail: self.trail.clone(),
                });
            }
            Word::Elif | Word::Elifdef | Word::Elifndef | Word::Else => {
                self.end_branch(at);
                let Some(group) = self.groups.last() else {
                    return;
                };
                let before = group.branches.iter().map(|branch| branch.truth);
                let decided = before.clone().any(|truth| truth == Truth::Always);
                let all_never = before.clone().all(|truth| truth == Truth::Never);
                let branch = self.branch(at, number, directive, Some((decided, all_never)));
                if let Some(group) = self.groups.last_mut() {
                    group.branches.push(branch);
                    self.brackets = group.brackets.clone();
                    self.trail = group.trail.clone();
                }
            }
            Word::Endif => {
                self.end_branch(at);
                let deep = self.groups.len() > CONDITIONALS;
                if let Some(group) = self.groups.pop() {
                    if deep {
                        self.brackets = group.brackets;
                        self.trail = group.trail;
                    } else {
                        self.close(group, number);
                    }
                }
            }
            _ => {}
        }
    }

    fn branch(
        &self,
        at: usize,
        number: u32,
        directive: Directive,
        before: Option<(bool, bool)>,
    ) -> Branch {
        let own = truth(self.source, directive, self.cpp);
        let truth = match before {
            Some((true, _)) => Truth::Never,
            Some((false, true)) if directive.word == Word::Else => Truth::Always,
            _ => own,
        };
        Branch {
            directive: number,
            truth,
            from: at + 1,
            to: at + 1,
            brackets: Brackets::default(),
            trail: Trail::default(),
        }
    }

    fn end_branch(&mut self, at: usize) {
        if let Some(branch) = self
            .groups
            .last_mut()
            .and_then(|group| group.branches.last_mut())
        {
            branch.to = at;
            branch.brackets = std::mem::take(&mut self.brackets);
            branch.trail = std::mem::take(&mut self.trail);
        }
    }

    fn close(&mut self, group: Group, endif: u32) {
        let inside = group.brackets.inside();
        let boundary = is_boundary(group.trail.back(0), inside);
        let all = group.branches.iter().all(|branch| {
            branch.truth == Truth::Never || self.is_whole(branch.from, branch.to, inside)
        });
        let live = group
            .branches
            .iter()
            .filter(|branch| branch.truth != Truth::Never);
        let only = (live.clone().count() == 1)
            .then(|| live.clone().next())
            .flatten();
        let first = live.clone().next();
        if boundary && all && inside != Inside::Parentheses {
            let none_dropped = group
                .branches
                .iter()
                .all(|branch| branch.truth == Truth::Open);
            if inside == Inside::Code && none_dropped {
                self.decided
                    .visible
                    .extend(group.branches.iter().map(|branch| branch.directive));
                self.decided.visible.push(endif);
            }
            for branch in &group.branches {
                if branch.truth == Truth::Never {
                    self.drop_branch(branch, endif);
                }
            }
            self.trail = first.map_or(group.trail, |branch| branch.trail.clone());
            self.brackets = group.brackets;
            return;
        }
        let kept = only.or(first).map(|branch| branch.directive);
        for branch in &group.branches {
            if kept != Some(branch.directive) {
                self.drop_branch(branch, endif);
            }
        }
        if let Some(branch) = group
            .branches
            .into_iter()
            .find(|branch| kept == Some(branch.directive))
        {
            self.brackets = branch.brackets;
            self.trail = branch.trail;
        } else {
            self.brackets = group.brackets;
            self.trail = group.trail;
        }
    }

    fn drop_branch(&mut self, branch: &Branch, endif: u32) {
        self.decided.live[branch.from..branch.to].fill(false);
        let directives = &self.lexed.directives;
        let own = directives[branch.directive as usize];
        // Directives inside of what is dropped are not seen either.
        let end = self
            .lexed
            .tokens
            .get(branch.to)
            .map_or(directives[endif as usize].start, |token| token.start);
        self.decided.visible.retain(|&number| {
            directives[number as usize].start <= own.start
                || directives[number as usize].start >= end
        });
        if branch.from < branch.to {
            self.decided.dropped.push(Dropped {
                start: own.end,
                end,
                never: branch.truth == Truth::Never,
                other_language: mentions_cpp(self.source, own)
                    || own.word == Word::Else && branch.truth == Truth::Never,
            });
        }
    }

    /// Whether tokens are whole statements, declarations or elements.
    fn is_whole(&self, from: usize, to: usize, inside: Inside) -> bool {
        let tokens = &self.lexed.tokens[from..to];
        let live = &self.decided.live[from..to];
        let mut depth = [0_i32; 3];
        let mut first = None;
        let mut last = None;
        for (token, _) in tokens.iter().zip(live).filter(|&(_, &live)| live) {
            let (kind, step) = match token.what {
                What::Directive(_) => continue,
                What::Mark(b'(') => (0, 1),
                What::Mark(b')') => (0, -1),
                What::Mark(b'[') => (1, 1),
                What::Mark(b']') => (1, -1),
                What::Mark(b'{') => (2, 1),
                What::Mark(b'}') => (2, -1),
                _ => (0, 0),
            };
            depth[kind] += step;
            if depth[kind] < 0 {
                return false;
            }
            first = first.or(Some(*token));
            last = Some(*token);
        }
        let Some(last) = last else {
            return true;
        };
        let starts = first
            .is_some_and(|first| &self.source[first.start as usize..first.end as usize] != b"else");
        let ends = match inside {
            Inside::List => last.is(b',') || last.is(b';'),
            _ => last.is(b';') || last.is(b'}') || last.is(b':'),
        };
        starts && ends && depth == [0; 3]
    }
}

/// Whether something whole can begin behind a token.
pub(crate) fn is_boundary(before: Option<Token>, inside: Inside) -> bool {
    before.is_none_or(|token| match token.what {
        What::Mark(b';' | b'{' | b'}' | b':') => true,
        What::Mark(b',') => inside == Inside::List,
        _ => false,
    })
}

/// What a condition says that needs no values of macros.
fn truth(source: &[u8], directive: Directive, cpp: bool) -> Truth {
    let text = plain(&source[directive.argument as usize..directive.end as usize]);
    let known = |holds: bool| if holds { Truth::Always } else { Truth::Never };
    match directive.word {
        Word::Ifdef | Word::Elifdef if text == "__cplusplus" => known(cpp),
        Word::Ifndef | Word::Elifndef if text == "__cplusplus" => known(!cpp),
        Word::If | Word::Elif => {
            let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            match plain.as_str() {
                "0" | "(0)" => Truth::Never,
                "1" | "(1)" => Truth::Always,
                "defined(__cplusplus)" | "defined__cplusplus" | "__cplusplus" => known(cpp),
                "!defined(__cplusplus)" | "!defined__cplusplus" => known(!cpp),
                // What is asked besides only narrows it.
                other
                    if !cpp
                        && other.starts_with("defined(__cplusplus)&&")
                        && !other.contains("||") =>
                {
                    Truth::Never
                }
                _ => Truth::Open,
            }
        }
        _ => Truth::Open,
    }
}

fn mentions_cpp(source: &[u8], directive: Directive) -> bool {
    let text = &source[directive.argument as usize..directive.end as usize];
    text.windows(11).any(|window| window == b"__cplusplus")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    /// What is read, with the directives that the parser sees.
    fn read(source: &str, cpp: bool) -> String {
        let lexed = lex(source.as_bytes());
        let decided = decide(source.as_bytes(), &lexed, cpp);
        let shown = lexed
            .tokens
            .iter()
            .zip(&decided.live)
            .filter_map(|(token, &live)| match token.what {
                What::Directive(number) => decided.visible.contains(&number).then_some("#"),
                _ => live.then(|| &source[token.start as usize..token.end as usize]),
            });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn whole_branches_are_all_read() {
        assert_eq!(
            read("#ifdef A\nint a;\n#else\nint b;\n#endif\n", false),
            "int a ; int b ;"
        );
        assert_eq!(
            read("f() {\n#ifdef A\na();\n#else\nb();\n#endif\n}", false),
            "f ( ) { # a ( ) ; # b ( ) ; # }"
        );
        assert_eq!(
            read("enum {\n#if A\nX,\n#endif\nY };", false),
            "enum { X , Y } ;"
        );
    }

    #[test]
    fn of_parts_one_branch_is_read() {
        assert_eq!(
            read(
                "f() {\n#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\nx(); } }",
                false
            ),
            "f ( ) { if ( a ) { x ( ) ; } }"
        );
        assert_eq!(
            read("int x = 1 +\n#ifdef A\n2\n#else\n3\n#endif\n;", false),
            "int x = 1 + 2 ;"
        );
        assert_eq!(
            read("f() { if (a) b(); \n#ifdef A\nelse c();\n#endif\n}", false),
            "f ( ) { if ( a ) b ( ) ; else c ( ) ; }"
        );
    }

    #[test]
    fn the_language_and_constants_decide() {
        let guarded =
            "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint a;\n#ifdef __cplusplus\n}\n#endif\n";
        assert_eq!(read(guarded, false), "int a ;");
        assert_eq!(read(guarded, true), "extern \"C\" { int a ; }");
        assert_eq!(
            read(
                "#if 0\nint a;\n#else\nint b;\n#endif\n#if 1\nint c;\n#else\nint d;\n#endif",
                false
            ),
            "int b ; int c ;"
        );
    }

    #[test]
    fn what_is_not_closed_or_opened_is_read() {
        assert_eq!(read("#if A\nint a;\n", false), "int a ;");
        assert_eq!(read("#else\nint a;\n#endif\n", false), "int a ;");
    }
}
