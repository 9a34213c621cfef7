//! What a `git` child gets to know: our environment and our settings, nothing of the machine's.

use std::path::{Path, PathBuf};

/// What holds for every child. Git's defaults are repeated where our safety rests on them.
pub(super) const SETTINGS: &[(&str, &str)] = &[
    ("protocol.allow", "never"),
    // Nothing of the repository or of the machine starts a program.
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.askPass", ""),
    ("core.sshCommand", "false"),
    ("core.gitProxy", ""),
    ("core.pager", "cat"),
    ("credential.helper", ""),
    ("filter.lfs.smudge", ""),
    ("filter.lfs.process", ""),
    ("filter.lfs.required", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("init.templateDir", ""),
    // Nothing else is fetched than what was asked for.
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("transfer.bundleURI", "false"),
    ("fetch.uriProtocols", ""),
    // Objects are checked before they are kept.
    ("transfer.fsckObjects", "true"),
    ("fetch.fsckObjects", "true"),
    // What old and honest repositories have: it harms nobody who does not check out.
    ("fetch.fsck.badTimezone", "ignore"),
    ("fetch.fsck.missingSpaceBeforeDate", "ignore"),
    ("fetch.fsck.missingNameBeforeEmail", "ignore"),
    ("fetch.fsck.missingEmail", "ignore"),
    ("fetch.fsck.missingSpaceBeforeEmail", "ignore"),
    ("fetch.fsck.zeroPaddedDate", "ignore"),
    ("fetch.fsck.zeroPaddedFilemode", "ignore"),
    ("fetch.fsck.badFilemode", "ignore"),
    ("fetch.fsck.missingTaggerEntry", "ignore"),
    ("fetch.fsck.badTagName", "ignore"),
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("core.symlinks", "false"),
    ("safe.bareRepository", "explicit"),
    // Packs stay packs: what is on disk is no more than what came over the network.
    ("transfer.unpackLimit", "1"),
    ("fetch.unpackLimit", "1"),
    ("core.bigFileThreshold", "16m"),
    ("core.packedGitWindowSize", "32m"),
    ("core.packedGitLimit", "512m"),
    ("pack.threads", "2"),
    ("http.proxyAuthMethod", "basic"),
    ("http.sslVerify", "true"),
    ("http.followRedirects", "initial"),
    ("http.delegation", "none"),
    ("http.cookieFile", ""),
    ("http.emptyAuth", "false"),
    ("http.lowSpeedLimit", "1"),
];

pub(super) fn environment(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    let home = folder.join("home");
    vec![
        ("HOME", home.clone()),
        ("XDG_CONFIG_HOME", home),
        ("TMPDIR", folder.join("tmp")),
        // Git puts the folder of its helpers first by itself; there is nothing else to find.
        ("PATH", "/nonexistent".into()),
        ("LC_ALL", "C".into()),
        ("GIT_CONFIG_NOSYSTEM", "1".into()),
        ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
        ("GIT_ATTR_NOSYSTEM", "1".into()),
        ("GIT_TERMINAL_PROMPT", "0".into()),
        ("GIT_ASKPASS", "".into()),
        ("GIT_ALLOW_PROTOCOL", "https".into()),
        ("GIT_PROTOCOL_FROM_USER", "0".into()),
        ("GIT_NO_LAZY_FETCH", "1".into()),
        ("GIT_LFS_SKIP_SMUDGE", "1".into()),
        ("GIT_CEILING_DIRECTORIES", folder.to_owned()),
    ]
}

/// Settings as environment: there they are out of sight of other users, unlike arguments.
pub(super) fn configuration(settings: &[(&'static str, String)]) -> Vec<(String, String)> {
    let mut variables = vec![("GIT_CONFIG_COUNT".to_owned(), settings.len().to_string())];
    for (index, (key, value)) in settings.iter().enumerate() {
        variables.push((format!("GIT_CONFIG_KEY_{index}"), (*key).to_owned()));
        variables.push((format!("GIT_CONFIG_VALUE_{index}"), value.clone()));
    }
    variables
}
