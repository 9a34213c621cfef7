//! What a question is about: which rules, which part of the project.

use crate::rules::Rule;

/// What a question asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// Positions of the rules that it names; all of them where it names none.
    pub rules: Vec<usize>,
    /// It named rules.
    pub named: bool,
    /// Paths have to hold this.
    pub path: Option<String>,
}

/// Reads a question: numbers of CWEs, words of rules, a path.
pub fn read(question: &str, rules: &[Rule]) -> Topic {
    let text = question.to_lowercase();
    let numbers = numbers(&text);
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let fits = |rule: &Rule| {
        rule.cwe.iter().any(|cwe| numbers.contains(cwe))
            || text.contains(&rule.id)
            || rule.words.iter().any(|word| mentions(&text, &words, word))
    };
    let chosen: Vec<usize> = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| fits(rule))
        .map(|(at, _)| at)
        .collect();
    let named = !chosen.is_empty();
    Topic {
        rules: if named {
            chosen
        } else {
            (0..rules.len()).collect()
        },
        named,
        path: path(question),
    }
}

/// Words of rules are beginnings of words, as words of languages are inflected; phrases stand as they are.
fn mentions(text: &str, words: &[&str], mention: &str) -> bool {
    if mention.contains(' ') {
        text.contains(mention)
    } else {
        words.iter().any(|word| word.starts_with(mention))
    }
}

/// Numbers behind `cwe-` or `cwe`.
fn numbers(text: &str) -> Vec<u32> {
    text.match_indices("cwe")
        .filter_map(|(at, _)| {
            let rest = text.get(at + 3..)?.trim_start_matches(['-', ' ', '#']);
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .collect()
}

/// A word with a slash, or one that ends like a file: that part of the project is meant.
fn path(question: &str) -> Option<String> {
    question
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| "`'\"?,;:()".contains(c)))
        .map(|word| word.strip_suffix('.').unwrap_or(word))
        .find(|word| {
            let is_file = word.rsplit_once('.').is_some_and(|(stem, ending)| {
                !stem.is_empty()
                    && (1..=4).contains(&ending.len())
                    && ending.chars().all(|c| c.is_ascii_lowercase())
            });
            (word.contains('/') && !word.contains("://")) || is_file
        })
        .map(str::to_owned)
}
