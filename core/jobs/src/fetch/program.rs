//! The `git` that is installed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::FetchError;

/// The first release of each line in which the clone is free of what is known to be exploited (CVE-2024-32002,
/// -32004, -32465). Lines before have no fix; lines after began with it.
///
/// CVE-2025-48384 and -48385 need a checkout with submodules and a bundle URI; there is neither here (`--bare`,
/// `transfer.bundleURI=false`). Distributions fix them without a new number, so a gate on the number would refuse
/// what is mended and let nothing worse pass.
const FIXED: &[(u32, u32, u32)] = &[
    (2, 39, 4),
    (2, 40, 2),
    (2, 41, 1),
    (2, 42, 2),
    (2, 43, 4),
    (2, 44, 1),
    (2, 45, 1),
];

/// The oldest of them, as text.
const MINIMUM: &str = "2.39.4";

/// A `git` that will do.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// The program itself, links followed.
    pub(super) git: PathBuf,
    /// The folder of its helpers, links followed.
    pub(super) helpers: PathBuf,
}

impl Program {
    /// Finds `git` in the search path and checks its version.
    pub(super) async fn find() -> Result<Self, FetchError> {
        let missing = || FetchError::GitMissing { minimum: MINIMUM };
        let path =
            std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
        let git = std::env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join("git"))
            .find_map(|file| file.canonicalize().ok().filter(|file| file.is_file()))
            .ok_or_else(missing)?;
        check(&ask(&git, "--version").await?)?;
        let helpers = PathBuf::from(ask(&git, "--exec-path").await?);
        let helpers = helpers
            .canonicalize()
            .map_err(FetchError::io("find git's helper programs"))?;
        Ok(Self { git, helpers })
    }
}

/// Asks the installed program about itself; it sees nothing of a stranger's here.
async fn ask(git: &Path, option: &str) -> Result<String, FetchError> {
    let output = Command::new(git)
        .arg(option)
        .env_clear()
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .current_dir("/")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(10), output)
        .await
        .map_err(|_| FetchError::Timeout {
            seconds: 10,
            what: "asking git for its version",
        })?
        .map_err(FetchError::io("start git"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn check(answer: &str) -> Result<(), FetchError> {
    let too_old = |minimum: String| FetchError::GitTooOld {
        found: answer
            .strip_prefix("git version ")
            .unwrap_or(answer)
            .to_owned(),
        minimum,
    };
    let Some(found) = parse(answer) else {
        return Err(too_old(MINIMUM.to_owned()));
    };
    let line = FIXED
        .iter()
        .find(|fixed| (fixed.0, fixed.1) == (found.0, found.1));
    match line {
        Some(fixed) if found < *fixed => {
            Err(too_old(format!("{}.{}.{}", fixed.0, fixed.1, fixed.2)))
        }
        Some(_) => Ok(()),
        None if FIXED.iter().all(|fixed| found > *fixed) => Ok(()),
        None => Err(too_old(MINIMUM.to_owned())),
    }
}

/// Reads `git version 2.39.5 (something)`; a missing third number counts as 0.
fn parse(answer: &str) -> Option<(u32, u32, u32)> {
    let number = answer.strip_prefix("git version ")?.split(' ').next()?;
    let mut parts = number.split('.').map(|part| {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        part[..digits].parse().ok()
    });
    let major = parts.next()??;
    let minor = parts.next()??;
    Some((major, minor, parts.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for answer in [
            "git version 2.39.4",
            "git version 2.39.5",
            "git version 2.39.5 (Apple Git-154)",
            "git version 2.43.4",
            "git version 2.45.1",
            "git version 2.46.0",
            "git version 2.47.1.windows.1",
            "git version 2.52.0-rc1",
            "git version 3.0",
        ] {
            check(answer).expect(answer);
        }
        for (answer, minimum) in [
            ("git version 2.39.3", "2.39.4"),
            ("git version 2.39", "2.39.4"),
            ("git version 2.38.9", "2.39.4"),
            ("git version 2.43.0", "2.43.4"),
            ("git version 2.45.0", "2.45.1"),
            ("git version 1.9.1", "2.39.4"),
            ("git version x", "2.39.4"),
            ("hello", "2.39.4"),
            ("", "2.39.4"),
        ] {
            let error = check(answer).expect_err(answer).to_string();
            assert!(error.contains(&format!("install git {minimum}")), "{error}");
        }
    }
}
