//! What a fetch starts and whom it dials, as the kernel sees it.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::git::launcher;
use crate::world::World;

/// Puts `strace` before the launcher: everything that the children do goes to the file.
#[expect(clippy::print_stderr, reason = "a skipped test has to be loud")]
fn trace(world: &mut World, log: &Path, calls: &str) -> bool {
    let strace = Path::new("/usr/bin/strace");
    if !strace.is_file() {
        eprintln!(
            "SKIPPED: strace is not installed, so nobody checked what a fetch starts (apt-get install strace)"
        );
        return false;
    }
    let script = world.outside("traced-launcher");
    let text = format!(
        "#!/bin/sh\nexec {} -f -qq -A -s 4096 -e trace={calls} -o {} -- {} \"$@\"\n",
        strace.display(),
        log.display(),
        launcher().display()
    );
    std::fs::write(&script, text).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a script");
    world.options.sandbox.launcher = script;
    true
}

#[tokio::test]
async fn only_git_its_helpers_and_the_launcher_are_started() {
    let mut world = World::new().await;
    let log = world.outside("trace");
    if !trace(&mut world, &log, "execve,execveat") {
        return;
    }
    let repository = world.repository("a");
    let evil = repository
        .blob(b"[submodule \"x\"]\n\tpath = x\n\turl = https://127.0.0.1/x\n\tupdate = !touch x\n");
    let attributes = repository.blob(b"* filter=lfs diff=lfs merge=lfs\n");
    let file = repository.blob(b"x");
    repository.main(&[
        ("100644", b".gitattributes", &attributes),
        ("100644", b".lfsconfig", &evil),
        ("100644", b"file", &file),
    ]);
    let fetched = world.fetch("a").await.expect("a repository");
    assert_eq!(fetched.read("file").await.expect("content"), b"x");
    drop(fetched);
    let log = std::fs::read_to_string(&log).expect("a log");
    let mut programs = BTreeSet::new();
    // A call that another one interrupts takes two lines; the first has the program, the second the result.
    for line in log
        .lines()
        .filter(|line| line.contains("execve(\"") && !line.contains("= -1"))
    {
        let program = line.split('"').nth(1).expect("a program");
        programs.insert(
            Path::new(program)
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
        );
    }
    let expected = ["codegraph", "git", "git-remote-https"];
    let strangers: Vec<_> = programs
        .iter()
        .filter(|name| !expected.contains(&name.as_str()))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?} were started:\n{log}");
    assert!(programs.contains("git-remote-https"), "{log}");
}

#[tokio::test]
async fn only_the_proxy_is_dialled() {
    let mut world = World::new().await;
    let log = world.outside("trace");
    if !trace(&mut world, &log, "connect,sendto,sendmsg,bind") {
        return;
    }
    world.repository("a").files(&[("file", b"x")]);
    drop(world.fetch("a").await.expect("a repository"));
    let log = std::fs::read_to_string(&log).expect("a log");
    let dialled: BTreeSet<_> = log
        .lines()
        .filter(|line| line.contains("sin_port") || line.contains("sin6_port"))
        .filter_map(|line| {
            Some(
                line.split_once("{sa_family=")?
                    .1
                    .split_once('}')?
                    .0
                    .to_owned(),
            )
        })
        .collect();
    assert_eq!(dialled.len(), 1, "{log}");
    let only = dialled.first().expect("the proxy");
    assert!(only.contains("127.0.0.1"), "{only}");
    assert!(
        !only.contains(&format!("htons({})", world.server.address.port())),
        "{only}"
    );
}

/// The child sees our environment and nothing of this process's, and the sandbox gets the limits of the options.
#[tokio::test]
async fn environment_and_policy_are_ours_alone() {
    let mut world = World::new().await;
    world.repository("a").files(&[("file", b"x")]);
    world.options.limits.cpu_seconds = 77;
    world.options.limits.address_space = 3 << 30;
    world.options.limits.download_bytes = 5 << 20;
    world.options.limits.open_files = 99;
    let script = world.outside("listening-launcher");
    let seen = world.outside("seen");
    std::fs::create_dir(&seen).expect("a folder");
    let text = format!(
        "#!/bin/sh\n/usr/bin/env > {seen}/environment.$$\n/usr/bin/printf '%s' \"$2\" > {seen}/policy.$$\n/usr/bin/printf '%s ' \"$@\" > {seen}/arguments.$$\nexec {} \"$@\"\n",
        launcher().display(),
        seen = seen.display(),
    );
    std::fs::write(&script, text).expect("a script");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("a script");
    world.options.sandbox.launcher = script;
    let fetched = world.fetch("a").await.expect("a repository");
    assert_eq!(fetched.read("file").await.expect("content"), b"x");
    let texts = |name: &str| -> Vec<String> {
        std::fs::read_dir(&seen)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.file_stem().is_some_and(|stem| stem == name))
            .map(|path| std::fs::read_to_string(path).expect("text"))
            .collect()
    };
    let ours = [
        "HOME",
        "XDG_CONFIG_HOME",
        "TMPDIR",
        "PATH",
        "LC_ALL",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
    ];
    let mut secrets = Vec::new();
    for line in texts("environment").iter().flat_map(|text| text.lines()) {
        let (name, value) = line.split_once('=').expect("a variable");
        assert!(ours.contains(&name) || name.starts_with("GIT_"), "{line}");
        if let Some(secret) = value.strip_prefix("http://job:") {
            secrets.push(secret.split('@').next().expect("a secret").to_owned());
        }
    }
    assert!(!secrets.is_empty(), "the proxy's URL is in the environment");
    for line in texts("arguments") {
        assert!(
            secrets.iter().all(|secret| !line.contains(secret)),
            "{line}"
        );
    }
    let policies: Vec<codegraph_sandbox::Policy> = texts("policy")
        .iter()
        .map(|text| serde_json::from_str(text).expect("a policy"))
        .collect();
    let dialling: Vec<_> = policies
        .iter()
        .filter(|policy| policy.connect.is_some())
        .collect();
    assert_eq!(dialling.len(), 1, "only the clone may dial");
    assert!(policies.len() > 2);
    for policy in &policies {
        let limits = policy.limits;
        assert_eq!(
            (limits.cpu_seconds, limits.address_space),
            (Some(77), Some(3 << 30))
        );
        assert_eq!(
            (limits.file_size, limits.open_files),
            (Some(5 << 20), Some(99))
        );
        let jobs = world.options.work_dir.canonicalize().expect("a folder");
        let outside = policy
            .write
            .iter()
            .filter(|path| !path.starts_with(&jobs))
            .collect::<Vec<_>>();
        assert_eq!(outside, [Path::new("/dev/null")]);
        assert_eq!(
            policy.connect.is_some(),
            policy.write.len() == 2,
            "who reads the clone writes nowhere"
        );
    }
}
