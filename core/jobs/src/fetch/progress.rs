//! What `git --progress` says, as data.

/// How far a fetch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Percent of the phase, where its end is known.
    pub percent: Option<u8>,
    /// Bytes that came over the network so far, protocol included.
    pub bytes: u64,
}

/// The steps of a fetch, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The server is being reached.
    Connecting,
    /// The server counts the objects.
    Counting,
    /// The server compresses the objects.
    Compressing,
    /// The objects come over the network.
    Receiving,
    /// Git puts the objects together from their differences.
    Resolving,
    /// The files of the commit are listed.
    Listing,
}

/// Reads one line of Git's progress, such as `Receiving objects:  42% (10/24), 1.20 MiB | 500.00 KiB/s`.
///
/// Lines of the server's own steps carry the prefix `remote: `. A line that is no progress gives `None`.
pub(super) fn parse(line: &str) -> Option<(Phase, Option<u8>)> {
    let (line, remote) = match line.strip_prefix("remote: ") {
        Some(line) => (line, true),
        None => (line, false),
    };
    let (title, rest) = line.split_once(':')?;
    let phase = match (title, remote) {
        ("Enumerating objects" | "Counting objects", true) => Phase::Counting,
        ("Compressing objects", true) => Phase::Compressing,
        ("Receiving objects", false) => Phase::Receiving,
        ("Resolving deltas", false) => Phase::Resolving,
        _ => return None,
    };
    let percent = rest
        .split_once('%')
        .and_then(|(number, _)| number.trim().parse().ok())
        .filter(|percent| *percent <= 100);
    Some((phase, percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_git() {
        let cases = [
            (
                "Receiving objects:  42% (10/24), 1.20 MiB | 500.00 KiB/s",
                Some((Phase::Receiving, Some(42))),
            ),
            (
                "Receiving objects: 100% (24/24), done.",
                Some((Phase::Receiving, Some(100))),
            ),
            (
                "remote: Counting objects:   5% (1/20)",
                Some((Phase::Counting, Some(5))),
            ),
            (
                "remote: Enumerating objects: 20, done.",
                Some((Phase::Counting, None)),
            ),
            (
                "remote: Compressing objects: 100% (9/9), done.",
                Some((Phase::Compressing, Some(100))),
            ),
            (
                "Resolving deltas:  0% (0/7)",
                Some((Phase::Resolving, Some(0))),
            ),
            // A server may write what it likes behind `remote: `; it must not pass for our own steps.
            ("remote: Receiving objects: 99% (1/1)", None),
            (
                "Receiving objects: 999% (1/1)",
                Some((Phase::Receiving, None)),
            ),
            ("Cloning into bare repository 'repository'...", None),
            ("fatal: early EOF", None),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line), expected, "{line}");
        }
    }
}
