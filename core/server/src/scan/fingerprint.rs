//! What stays the same of a finding while the code around it changes: rule, method, the line's own words, and which of several
//! like it this is. Paths and line numbers are left out, so that a finding survives edits above it and a moved file.

use std::collections::BTreeMap;

use codegraph_plugin_host::finding::Finding;

use super::Fingerprinted;

/// Hexadecimal digits of a fingerprint: 64 bits.
const DIGITS: usize = 16;

pub(super) fn of(findings: Vec<Finding>) -> Vec<Fingerprinted> {
    // Which of several alike: by place, whatever the order in which they were found.
    let mut places: BTreeMap<String, Vec<(String, u32)>> = BTreeMap::new();
    for finding in &findings {
        let place = (finding.place.path.clone(), finding.place.line);
        places.entry(words(finding)).or_default().push(place);
    }
    for alike in places.values_mut() {
        alike.sort();
    }
    findings
        .into_iter()
        .map(|finding| {
            let words = words(&finding);
            let place = (finding.place.path.clone(), finding.place.line);
            let number = places[&words].iter().position(|other| *other == place);
            let text = format!("{words}\0{}", number.unwrap_or(0));
            let hash = blake3::hash(text.as_bytes()).to_hex();
            Fingerprinted {
                finding,
                fingerprint: hash[..DIGITS].to_owned(),
            }
        })
        .collect()
}

fn words(finding: &Finding) -> String {
    let code: Vec<&str> = finding.place.code.split_whitespace().collect();
    format!("{}\0{}\0{}", finding.rule, finding.symbol, code.join(" "))
}

#[cfg(test)]
mod tests {
    use codegraph_plugin_host::finding::{Place, Severity};

    use super::*;

    fn finding(path: &str, line: u32, code: &str) -> Finding {
        Finding {
            rule: "r".into(),
            title: String::new(),
            message: String::new(),
            severity: Severity::Low,
            confidence: 1.0,
            cwe: vec![],
            fix: String::new(),
            symbol: "m.f".into(),
            place: Place {
                kind: String::new(),
                path: path.into(),
                line,
                code: code.into(),
            },
            way: vec![],
        }
    }

    fn prints(findings: Vec<Finding>) -> Vec<String> {
        let all = of(findings).into_iter();
        all.map(|one| one.fingerprint).collect()
    }

    #[test]
    fn edits_above_and_moves_leave_it() {
        let before = prints(vec![finding("a.py", 3, "run(x)")]);
        assert_eq!(before, prints(vec![finding("b/c.py", 90, " run(x) ")]));
        assert_ne!(before, prints(vec![finding("a.py", 3, "run(y)")]));
    }

    #[test]
    fn those_alike_are_apart_in_any_order() {
        let (one, two) = (finding("a.py", 3, "run(x)"), finding("a.py", 9, "run(x)"));
        let forward = prints(vec![one.clone(), two.clone()]);
        let backward = prints(vec![two, one]);
        assert_ne!(forward[0], forward[1]);
        assert_eq!(forward, backward.into_iter().rev().collect::<Vec<_>>());
    }
}
