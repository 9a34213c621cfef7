//! From what Git wrote and how it ended to an error that says what to do.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use codegraph_egress::{End, Report};

use super::options::Limits;
use super::{Cap, FetchError, GitUrl};

/// Finds the cause of a failed clone.
///
/// What the proxy saw comes first, because there it is known and not guessed from text; of the text, what can only
/// come from our own side comes before what a server could have written. Lines of the server (`remote: …`) are used
/// for nothing but the last resort, the quotation.
pub(super) fn cause(
    url: &GitUrl,
    branch: Option<&str>,
    limits: &Limits,
    status: ExitStatus,
    lines: &[String],
    report: &Report,
) -> FetchError {
    if let Some(error) = at_limit(limits, report.end) {
        return error;
    }
    let own: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("remote:"))
        .collect();
    let find = |part: &str| own.iter().copied().find(|line| line.contains(part));
    if let Some(line) = own
        .iter()
        .find_map(|line| line.strip_prefix("sandbox-exec: "))
    {
        return FetchError::Sandbox(line.to_owned());
    }
    if let Some(denied) = report.denied.first() {
        return FetchError::NetworkDenied(denied.clone());
    }
    if let Some(error) = by_signal(limits, status, &own) {
        return error;
    }
    let url_text = || url.as_str().to_owned();
    if let Some(line) =
        find("fsck error").or_else(|| own.iter().copied().find(|line| is_fsck(line)))
    {
        return FetchError::Fsck {
            reason: plain(line),
        };
    }
    if let (Some(branch), Some(_)) = (
        branch,
        find("Could not find remote branch").or_else(|| find("Remote branch ")),
    ) {
        return FetchError::BranchMissing {
            branch: branch.to_owned(),
            branches: Vec::new(),
        };
    }
    if find("terminal prompts disabled").is_some() || find("Authentication failed").is_some() {
        return FetchError::AuthNeeded {
            url: url_text(),
            status: 401,
        };
    }
    if let Some(line) = find("The requested URL returned error: ") {
        let status = line
            .rsplit_once("error: ")
            .and_then(|(_, status)| status.get(..3)?.parse().ok())
            .unwrap_or(0);
        return match status {
            401 | 403 | 407 => FetchError::AuthNeeded {
                url: url_text(),
                status,
            },
            404 | 410 => FetchError::NotFound { url: url_text() },
            _ => FetchError::Network {
                url: url_text(),
                reason: format!("the server answered with status {status}"),
            },
        };
    }
    if own
        .iter()
        .any(|line| line.starts_with("fatal: repository '") && line.ends_with("' not found"))
    {
        return FetchError::NotFound { url: url_text() };
    }
    if let Some(line) = find("certificate") {
        return FetchError::Certificate {
            url: url_text(),
            reason: plain(line),
        };
    }
    if let Some(reason) = &report.unreachable {
        return FetchError::Network {
            url: url_text(),
            reason: reason.clone(),
        };
    }
    if find("Operation too slow").is_some() {
        return FetchError::Timeout {
            seconds: limits.idle.as_secs(),
            what: "the server sent nothing",
        };
    }
    let damaged = [
        "pack is corrupted",
        "SHA1 mismatch",
        "bad pack",
        "pack has bad",
        "early EOF",
        "inflate",
        "unresolved delta",
        "invalid index-pack",
        "index-pack failed",
        "did not receive expected object",
        "bad object",
        "not a valid object",
        "pack signature mismatch",
        "invalid tree",
        "unexpected disconnect",
        "protocol error",
        "bad line length",
    ];
    if let Some(line) = damaged.iter().find_map(|part| find(part)) {
        return FetchError::Corrupt {
            reason: plain(line),
        };
    }
    if let Some(line) = find("unable to access").or_else(|| find("transport '")) {
        return FetchError::Network {
            url: url_text(),
            reason: plain(line),
        };
    }
    let tail: Vec<_> = lines
        .iter()
        .rev()
        .take(3)
        .rev()
        .map(|line| plain(line))
        .collect();
    FetchError::Git {
        status: status.to_string(),
        reason: tail.join("; "),
    }
}

/// The error of a limit that the proxy keeps.
pub(super) fn at_limit(limits: &Limits, end: Option<End>) -> Option<FetchError> {
    Some(match end? {
        End::Bytes => FetchError::TooLarge {
            cap: Cap::Download,
            limit: limits.download_bytes,
        },
        End::Total => FetchError::Timeout {
            seconds: limits.deadline.as_secs(),
            what: "the repository was still being fetched",
        },
        End::Idle => FetchError::Timeout {
            seconds: limits.idle.as_secs(),
            what: "the server sent nothing",
        },
        End::Connections => FetchError::TooLarge {
            cap: Cap::Connections,
            limit: super::clone::MOST_CONNECTIONS,
        },
    })
}

/// Resource limits end a process by a signal, its own or one that Git reports of a helper.
fn by_signal(limits: &Limits, status: ExitStatus, lines: &[&str]) -> Option<FetchError> {
    let reported = lines.iter().find_map(|line| {
        let (_, rest) = line.split_once("died of signal ")?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        rest[..digits].parse::<i32>().ok()
    });
    let too_large = |cap, limit| Some(FetchError::TooLarge { cap, limit });
    match status.signal().or(reported) {
        Some(libc::SIGXFSZ) => return too_large(Cap::FileSize, limits.download_bytes),
        Some(libc::SIGXCPU) => return too_large(Cap::Cpu, limits.cpu_seconds),
        _ => {}
    }
    let says = |part: &str| lines.iter().any(|line| line.contains(part));
    if says("File too large") {
        too_large(Cap::FileSize, limits.download_bytes)
    } else if says("Out of memory") || says("out of memory") || says("Cannot allocate memory") {
        too_large(Cap::Memory, limits.address_space)
    } else {
        None
    }
}

/// `error: object 1234…: hasDotgit: contains '.git'`, as the check writes it.
fn is_fsck(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("object ") else {
        return false;
    };
    let Some((object, rest)) = rest.split_once(": ") else {
        return false;
    };
    matches!(object.len(), 40 | 64)
        && object.bytes().all(|byte| byte.is_ascii_hexdigit())
        && rest.split_once(':').is_some_and(|(id, _)| {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// A line for a message: one line, no control characters, not endless, without Git's prefixes.
fn plain(line: &str) -> String {
    let line = line
        .strip_prefix("fatal: ")
        .or_else(|| line.strip_prefix("error: "))
        .unwrap_or(line);
    let short: String = line.chars().take(300).collect();
    short
        .escape_debug()
        .to_string()
        .replace("\\'", "'")
        .replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(branch: Option<&str>, status: i32, lines: &[&str], report: &Report) -> FetchError {
        let url = GitUrl::parse("https://git.example/a").expect("an address");
        let lines: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
        let status = ExitStatus::from_raw(status);
        cause(&url, branch, &Limits::default(), status, &lines, report)
    }

    /// Exit code 128, as `git` ends when it dies.
    const DIED: i32 = 128 << 8;

    /// What several versions of Git and of its TLS libraries write, and the variant it becomes.
    #[test]
    fn words_of_git() {
        let cases: &[(&[&str], &str)] = &[
            (
                &["fatal: repository 'https://git.example/a/' not found"],
                "NotFound",
            ),
            (
                &[
                    "remote: Repository not found.",
                    "fatal: repository 'https://git.example/a/' not found",
                ],
                "NotFound",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': The requested URL returned error: 410",
                ],
                "NotFound",
            ),
            (
                &[
                    "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
                ],
                "AuthNeeded",
            ),
            (
                &["fatal: Authentication failed for 'https://git.example/a/'"],
                "AuthNeeded",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': The requested URL returned error: 403 Forbidden",
                ],
                "AuthNeeded",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': The requested URL returned error: 503",
                ],
                "Network",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': SSL certificate problem: unable to get local issuer certificate",
                ],
                "Certificate",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': server certificate verification failed. CAfile: x CRLfile: none",
                ],
                "Certificate",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': SSL: no alternative certificate subject name matches target host name 'git.example'",
                ],
                "Certificate",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': Operation too slow. Less than 1 bytes/sec transferred the last 60 seconds",
                ],
                "Timeout",
            ),
            (
                &[
                    "fatal: unable to access 'https://git.example/a/': Could not resolve host: git.example",
                ],
                "Network",
            ),
            (
                &[
                    "error: object 4b825dc642cb6eb9a060e54bf8d69288fbee4904: hasDotgit: contains '.git'",
                    "fatal: fsck error in packed object",
                    "fatal: fetch-pack: invalid index-pack output",
                ],
                "Fsck",
            ),
            (
                &[
                    "fatal: pack is corrupted (SHA1 mismatch)",
                    "fatal: fetch-pack: invalid index-pack output",
                ],
                "Corrupt",
            ),
            (
                &[
                    "fetch-pack: unexpected disconnect while reading sideband packet",
                    "fatal: early EOF",
                ],
                "Corrupt",
            ),
            (
                &[
                    "error: index-pack died of signal 25",
                    "fatal: index-pack failed",
                ],
                "TooLarge",
            ),
            (&["error: index-pack died of signal 24"], "TooLarge"),
            (&["fatal: write error: File too large"], "TooLarge"),
            (
                &["fatal: Out of memory, malloc failed (tried to allocate 314572801 bytes)"],
                "TooLarge",
            ),
            (&["error: index-pack died of signal 9"], "Git"),
            (
                &["sandbox-exec: cannot start /usr/bin/git: Permission denied"],
                "Sandbox",
            ),
            (&["something new"], "Git"),
            (&[], "Git"),
            // What a server says is quoted at most; it names no cause.
            (&["remote: fatal: pack is corrupted"], "Git"),
            (
                &["remote: error: object 4b825dc642cb6eb9a060e54bf8d69288fbee4904: hasDotgit: x"],
                "Git",
            ),
        ];
        for (lines, expected) in cases {
            let error = error(None, DIED, lines, &Report::default());
            let found = format!("{error:?}");
            assert!(found.starts_with(expected), "{lines:?}: {found}");
        }
    }

    #[test]
    fn a_missing_branch_is_one_only_when_a_branch_was_asked_for() {
        let lines = [
            "warning: Could not find remote branch x to clone.",
            "fatal: Remote branch x not found in upstream origin",
        ];
        let found = error(Some("x"), DIED, &lines, &Report::default());
        assert!(
            matches!(found, FetchError::BranchMissing { .. }),
            "{found:?}"
        );
        let found = error(None, DIED, &lines, &Report::default());
        assert!(matches!(found, FetchError::Git { .. }), "{found:?}");
    }

    #[test]
    fn what_the_proxy_saw_comes_first() {
        let lines = [
            "fatal: unable to access 'https://git.example/a/': Received HTTP code 403 from proxy after CONNECT",
        ];
        let mut report = Report {
            unreachable: Some("git.example:443: connection refused".to_owned()),
            ..Report::default()
        };
        let found = error(None, DIED, &lines, &report);
        assert!(matches!(found, FetchError::Network { .. }), "{found:?}");
        report.denied.push(codegraph_egress::Denied {
            target: "git.example:443".to_owned(),
            rule: codegraph_egress::Rule::Port(1),
        });
        let found = error(None, DIED, &lines, &report);
        assert!(matches!(found, FetchError::NetworkDenied(_)), "{found:?}");
        report.end = Some(End::Bytes);
        let found = error(None, DIED, &lines, &report);
        assert!(
            matches!(
                found,
                FetchError::TooLarge {
                    cap: Cap::Download,
                    ..
                }
            ),
            "{found:?}"
        );
    }

    #[test]
    fn limits_that_end_git_itself() {
        let none = Report::default();
        let found = error(None, libc::SIGXCPU, &[], &none);
        assert!(
            matches!(
                found,
                FetchError::TooLarge {
                    cap: Cap::Cpu,
                    limit: 900
                }
            ),
            "{found:?}"
        );
        let found = error(None, libc::SIGXFSZ, &[], &none);
        assert!(
            matches!(
                found,
                FetchError::TooLarge {
                    cap: Cap::FileSize,
                    ..
                }
            ),
            "{found:?}"
        );
    }

    #[test]
    fn quotations_are_one_plain_line() {
        let line = format!("fatal: a\x1b[31m \u{202e}{}", "x".repeat(1000));
        let found = error(None, DIED, &[&line], &Report::default()).to_string();
        assert!(!found.contains(char::is_control), "{found:?}");
        assert!(found.len() < 500);
    }
}
