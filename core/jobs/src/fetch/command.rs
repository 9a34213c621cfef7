//! A `git` child: nobody's environment, our settings, inside the sandbox.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use codegraph_sandbox::Policy;
use process_wrap::tokio::{CommandWrap, ProcessGroup};
use tempfile::TempDir;

use super::options::{FetchOptions, Limits, Sandbox};
use super::program::Program;
use super::settings::{SETTINGS, configuration, environment};
use super::{FetchError, GitUrl};

/// Where the system keeps the certificates that it trusts: one of these holds them all.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The folder of one job: the repository, an empty home, a place for temporary files. It goes when it is dropped.
#[derive(Debug)]
pub(super) struct JobFolder {
    folder: TempDir,
    /// All certificates that the child trusts, when an operator added some.
    certificates: Option<PathBuf>,
}

impl JobFolder {
    pub(super) fn create(options: &FetchOptions) -> Result<Self, FetchError> {
        Self::try_create(options).map_err(FetchError::io("make the job folder"))
    }

    fn try_create(options: &FetchOptions) -> io::Result<Self> {
        std::fs::create_dir_all(&options.work_dir)?;
        let work_dir = options.work_dir.canonicalize()?;
        let folder = tempfile::Builder::new()
            .prefix("fetch-")
            .permissions(std::fs::Permissions::from_mode(0o700))
            .tempdir_in(work_dir)?;
        for name in ["home", "tmp"] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        let certificates = options
            .extra_ca
            .as_deref()
            .map(|extra| certificates(extra, folder.path()))
            .transpose()?;
        Ok(Self {
            folder,
            certificates,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn repository(&self) -> PathBuf {
        self.path().join("repository")
    }

    /// Removes the folder and says so when it cannot.
    pub(super) fn remove(self) {
        let path = self.path().to_owned();
        if let Err(error) = self.folder.close() {
            tracing::error!(path = %path.display(), %error, "job folder left behind");
        }
    }
}

/// Git takes one file of certificates: the system's and the operator's together.
fn certificates(extra: &Path, folder: &Path) -> io::Result<PathBuf> {
    let mut all = Vec::new();
    if let Some(bundle) = BUNDLES.iter().find_map(|path| std::fs::read(path).ok()) {
        all.extend(bundle);
        all.push(b'\n');
    }
    all.extend(std::fs::read(extra)?);
    let file = folder.join("certificates.pem");
    std::fs::write(&file, all)?;
    Ok(file)
}

/// What the child may reach.
pub(super) enum Way<'a> {
    /// The proxy at this URL and port.
    Proxy { url: &'a str, port: u16 },
    /// Nothing.
    Offline,
}

/// All that children of one job have in common.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) program: Program,
    pub(super) sandbox: Sandbox,
    pub(super) limits: Limits,
}

impl Setting {
    /// A command that runs `git` in the folder; standard input and output are closed unless the caller opens them.
    pub(super) fn git(&self, folder: &JobFolder, way: &Way<'_>) -> Result<CommandWrap, FetchError> {
        let policy = serde_json::to_string(&self.policy(folder, way))
            .map_err(|error| FetchError::Sandbox(error.to_string()))?;
        let mut wrap = CommandWrap::with_new(&self.sandbox.launcher, |command| {
            command
                .args(["sandbox-exec", &policy, "--"])
                .arg(&self.program.git)
                .env_clear()
                .envs(environment(folder.path()))
                .envs(configuration(&self.settings(folder, way)))
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .kill_on_drop(true);
            if matches!(way, Way::Offline) {
                command.env("GIT_ALLOW_PROTOCOL", "none");
            }
        });
        wrap.wrap(ProcessGroup::leader());
        Ok(wrap)
    }

    /// The same, on the repository that was fetched, with nothing to reach.
    pub(super) fn read(&self, folder: &JobFolder) -> Result<CommandWrap, FetchError> {
        let mut wrap = self.git(folder, &Way::Offline)?;
        wrap.command_mut()
            .arg("--no-replace-objects")
            .arg("--git-dir")
            .arg(folder.repository());
        Ok(wrap)
    }

    fn policy(&self, folder: &JobFolder, way: &Way<'_>) -> Policy {
        let mut policy = Policy::tools();
        policy.execute.push(self.program.git.clone());
        policy.execute.push(self.program.helpers.clone());
        match way {
            Way::Proxy { port, .. } => {
                policy.write.push(folder.path().to_owned());
                policy.connect = Some(*port);
                let trust = [
                    "/etc/ssl",
                    "/etc/pki",
                    "/usr/share/ca-certificates",
                    "/etc/crypto-policies",
                    "/etc/gnutls",
                ];
                policy.read.extend(trust.map(PathBuf::from));
            }
            Way::Offline => policy.read.push(folder.path().to_owned()),
        }
        let limits = &self.limits;
        policy.limits.address_space = Some(limits.address_space);
        policy.limits.cpu_seconds = Some(limits.cpu_seconds);
        policy.limits.file_size = Some(limits.download_bytes);
        policy.limits.open_files = Some(limits.open_files);
        policy.strict = self.sandbox.strict;
        policy
    }

    /// Git's settings, in the scope that no file can override.
    fn settings(&self, folder: &JobFolder, way: &Way<'_>) -> Vec<(&'static str, String)> {
        let mut settings: Vec<_> = SETTINGS
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect();
        if let Way::Proxy { url, .. } = way {
            settings.push(("protocol.https.allow", "always".to_owned()));
            settings.push(("http.proxy", (*url).to_owned()));
            settings.push(("http.lowSpeedTime", self.limits.idle.as_secs().to_string()));
            if let Some(certificates) = &folder.certificates {
                settings.push(("http.sslCAInfo", certificates.display().to_string()));
            }
        }
        settings
    }
}

/// The arguments of the clone itself.
pub(super) fn clone_arguments(
    wrap: &mut CommandWrap,
    url: &GitUrl,
    options: &FetchOptions,
    folder: &JobFolder,
) {
    let command = wrap.command_mut();
    command
        .args([
            "clone",
            "--bare",
            "--progress",
            "--no-tags",
            "--single-branch",
        ])
        .args(["--no-recurse-submodules", "--no-local", "--template="])
        .arg(format!("--depth={}", options.depth.max(1)))
        .arg(format!(
            "--filter=blob:limit={}",
            options.limits.blob_bytes.saturating_add(1)
        ));
    if let Some(branch) = &options.branch {
        command.arg(format!("--branch={branch}"));
    }
    command
        .arg("--")
        .arg(OsStr::new(url.as_str()))
        .arg(folder.repository());
}
