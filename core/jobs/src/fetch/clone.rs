//! The clone: one child, watched until it ends or has to.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use codegraph_egress::{Proxy, ProxyLimits};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use super::blobs::Blobs;
use super::command::{JobFolder, Setting, Way, clone_arguments};
use super::group::Group;
use super::lines::Lines;
use super::options::FetchOptions;
use super::program::Program;
use super::progress::parse;
use super::{Cancel, FetchError, Fetched, GitUrl, Phase, Progress, check_branch, failure, tree};

/// Connections that one fetch may ask for. An honest one needs two or three; a chain of redirects needs one a host.
pub(super) const MOST_CONNECTIONS: u64 = 16;

/// Fetches one commit of the repository at an address.
///
/// `progress` is called often, from the task that awaits. When the future is dropped, or
/// [`FetchOptions::cancel`] is called, or anything fails, the children are killed and the job folder is removed; on a
/// return that has been done.
pub async fn fetch(
    url: &str,
    options: &FetchOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Fetched, FetchError> {
    let url = GitUrl::parse(url)?;
    if let Some(branch) = &options.branch {
        check_branch(branch)?;
    }
    let abandoned = Cancel::new();
    let _guard = CancelOnDrop(abandoned.clone());
    let (sender, mut receiver) = mpsc::channel(64);
    // A task of its own: it lives to clean up when this future is dropped.
    let mut task = tokio::spawn(Job::run(url, options.clone(), abandoned, sender));
    loop {
        tokio::select! {
            biased;
            Some(state) = receiver.recv() => progress(state),
            result = &mut task => return result.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(FetchError::Cancelled),
            }),
        }
    }
}

struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

struct Job {
    url: GitUrl,
    options: FetchOptions,
    abandoned: Cancel,
    deadline: Instant,
    progress: mpsc::Sender<Progress>,
}

impl Job {
    async fn run(
        url: GitUrl,
        options: FetchOptions,
        abandoned: Cancel,
        progress: mpsc::Sender<Progress>,
    ) -> Result<Fetched, FetchError> {
        if options.cancel.is_cancelled() {
            return Err(FetchError::Cancelled);
        }
        let job = Self {
            deadline: Instant::now() + options.limits.deadline,
            url,
            options,
            abandoned,
            progress,
        };
        let setting = Setting {
            program: Program::find().await?,
            sandbox: job.options.sandbox.clone(),
            limits: job.options.limits.clone(),
        };
        let folder = JobFolder::create(&job.options)?;
        match job.fetch(&setting, &folder).await {
            Ok(found) => {
                let by_path = found
                    .listing
                    .entries
                    .iter()
                    .enumerate()
                    .map(|(index, entry)| (entry.path.clone(), index))
                    .collect();
                Ok(Fetched {
                    blobs: Blobs::default(),
                    setting,
                    commit: found.commit,
                    branch: found.branch,
                    bytes: found.bytes,
                    entries: found.listing.entries,
                    by_path,
                    refused: found.listing.refused,
                    folder,
                })
            }
            Err(error) => {
                folder.remove();
                Err(error)
            }
        }
    }

    async fn fetch(&self, setting: &Setting, folder: &JobFolder) -> Result<Found, FetchError> {
        let proxy = self.proxy().await?;
        self.say(Phase::Connecting, None, 0);
        let cloned = self.clone(setting, folder, &proxy).await;
        let cloned = match cloned {
            Err(FetchError::BranchMissing { branch, .. }) => Err(FetchError::BranchMissing {
                branch,
                branches: self.branches(setting, folder, &proxy).await,
            }),
            other => other,
        };
        let bytes = proxy.bytes();
        proxy.stop().await;
        cloned?;
        self.say(Phase::Listing, None, bytes);
        let read = self.describe(setting, folder);
        let (commit, branch, listing) = self.unless_ended(read).await?;
        Ok(Found {
            commit,
            branch,
            bytes,
            listing,
        })
    }

    async fn proxy(&self) -> Result<Proxy, FetchError> {
        let limits = &self.options.limits;
        let limits = ProxyLimits {
            idle: limits.idle,
            total: limits.deadline,
            bytes: limits.download_bytes,
            connections: MOST_CONNECTIONS,
            ..ProxyLimits::default()
        };
        Proxy::start(self.options.egress.clone(), limits)
            .await
            .map_err(FetchError::io("start the proxy"))
    }

    async fn clone(
        &self,
        setting: &Setting,
        folder: &JobFolder,
        proxy: &Proxy,
    ) -> Result<(), FetchError> {
        let url = proxy.url();
        let way = Way::Proxy {
            url: &url,
            port: proxy.port(),
        };
        let mut wrap = setting.git(folder, &way)?;
        clone_arguments(&mut wrap, &self.url, &self.options, folder);
        let mut group = Group::spawn(wrap)?;
        let mut lines = Lines::new(proxy.secret());
        let watched = self
            .unless_ended(self.watch(&mut group, &mut lines, proxy))
            .await;
        group.end().await;
        let status = watched?;
        let lines = lines.into_vec();
        if !status.success() {
            let branch = self.options.branch.as_deref();
            let limits = &self.options.limits;
            return Err(failure::cause(
                &self.url,
                branch,
                limits,
                status,
                &lines,
                &proxy.report(),
            ));
        }
        if lines
            .iter()
            .any(|line| line.contains("cloned an empty repository"))
        {
            return Err(FetchError::Empty {
                url: self.url.to_string(),
            });
        }
        Ok(())
    }

    /// Reads what Git says until it ends, or the proxy had to end it.
    async fn watch(
        &self,
        group: &mut Group,
        lines: &mut Lines,
        proxy: &Proxy,
    ) -> Result<ExitStatus, FetchError> {
        let mut state = (Phase::Connecting, None);
        let mut ticks = interval(Duration::from_millis(250));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut buffer = vec![0; 8 * 1024];
        loop {
            tokio::select! {
                read = group.read_errors(&mut buffer) => {
                    let read = read.map_err(FetchError::io("read git's messages"))?;
                    if read == 0 {
                        break;
                    }
                    lines.push(&buffer[..read], &mut |line| {
                        let Some(new) = parse(line) else { return false };
                        // Phases only go on: what a server writes cannot turn them back and forth.
                        if new.0 > state.0 {
                            self.say(state.0, state.1, proxy.bytes());
                        }
                        if new.0 >= state.0 {
                            state = new;
                        }
                        true
                    });
                    self.say(state.0, state.1, proxy.bytes());
                }
                _ = ticks.tick() => self.say(state.0, state.1, proxy.bytes()),
                end = proxy.ended() => {
                    return failure::at_limit(&self.options.limits, Some(end)).map_or(Err(FetchError::Cancelled), Err);
                }
            }
        }
        group.wait().await.map_err(FetchError::io("wait for git"))
    }

    /// The first branches of the repository by name, when the server gives them quickly.
    async fn branches(&self, setting: &Setting, folder: &JobFolder, proxy: &Proxy) -> Vec<String> {
        const QUICK: Duration = Duration::from_secs(10);
        const MOST_BYTES: u64 = 256 * 1024;
        const MOST: usize = 20;
        let url = proxy.url();
        let way = Way::Proxy {
            url: &url,
            port: proxy.port(),
        };
        let Ok(mut wrap) = setting.git(folder, &way) else {
            return Vec::new();
        };
        wrap.command_mut()
            .args(["ls-remote", "--heads", "--", self.url.as_str()])
            .stdout(Stdio::piped());
        let Ok(mut group) = Group::spawn(wrap) else {
            return Vec::new();
        };
        let mut text = Vec::new();
        if let Some(output) = group.child().stdout().take() {
            let read =
                async { timeout(QUICK, output.take(MOST_BYTES).read_to_end(&mut text)).await };
            let _ = self.unless_ended(async { Ok(read.await) }).await;
        }
        group.end().await;
        let text = String::from_utf8_lossy(&text);
        let mut branches: Vec<_> = text
            .lines()
            .filter_map(|line| line.split_once("\trefs/heads/"))
            .map(|(_, name)| name)
            .filter(|name| check_branch(name).is_ok())
            .map(str::to_owned)
            .collect();
        branches.sort_unstable();
        branches.truncate(MOST);
        branches
    }

    /// What was fetched: commit, branch, files.
    async fn describe(
        &self,
        setting: &Setting,
        folder: &JobFolder,
    ) -> Result<(String, Option<String>, tree::Listing), FetchError> {
        let commit = ask(
            setting,
            folder,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                "HEAD^{commit}",
            ],
        )
        .await?;
        let Some(commit) = commit else {
            return Err(FetchError::Empty {
                url: self.url.to_string(),
            });
        };
        let head = ask(
            setting,
            folder,
            &["symbolic-ref", "--quiet", "--short", "HEAD"],
        )
        .await?;
        let branch = self.options.branch.clone().or(head);
        let format = ask(setting, folder, &["rev-parse", "--show-object-format"]).await?;
        forget_remote(folder, format.as_deref())?;
        let listing = tree::list(setting, folder, &commit).await?;
        Ok((commit, branch, listing))
    }

    /// Runs a step unless somebody asks to stop or the time is up.
    async fn unless_ended<T>(
        &self,
        step: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        tokio::select! {
            biased;
            () = self.options.cancel.cancelled() => Err(FetchError::Cancelled),
            () = self.abandoned.cancelled() => Err(FetchError::Cancelled),
            result = timeout_at(self.deadline, step) => result.unwrap_or_else(|_| Err(FetchError::Timeout {
                seconds: self.options.limits.deadline.as_secs(),
                what: "the repository was still being fetched",
            })),
        }
    }

    /// A caller that does not keep up misses some; the next one says more.
    fn say(&self, phase: Phase, percent: Option<u8>, bytes: u64) {
        let _ = self.progress.try_send(Progress {
            phase,
            percent,
            bytes,
        });
    }
}

struct Found {
    commit: String,
    branch: Option<String>,
    bytes: u64,
    listing: tree::Listing,
}

/// Takes every trace of the server out of the repository's own settings: a file that was left out for its size is
/// from here on missing, and nobody goes to fetch it.
fn forget_remote(folder: &JobFolder, format: Option<&str>) -> Result<(), FetchError> {
    let format = if format == Some("sha256") {
        "sha256"
    } else {
        "sha1"
    };
    let text = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = {format}\n"
    );
    std::fs::write(folder.repository().join("config"), text)
        .map_err(FetchError::io("write the repository's settings"))
}

/// The first line that a reading command of Git answers; `None` when it fails or says nothing.
async fn ask(
    setting: &Setting,
    folder: &JobFolder,
    arguments: &[&str],
) -> Result<Option<String>, FetchError> {
    let mut wrap = setting.read(folder)?;
    wrap.command_mut()
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut group = Group::spawn(wrap)?;
    let mut text = Vec::new();
    if let Some(output) = group.child().stdout().take() {
        output
            .take(4096)
            .read_to_end(&mut text)
            .await
            .map_err(FetchError::io("read git's answer"))?;
    }
    let status = group.wait().await.map_err(FetchError::io("wait for git"))?;
    group.end().await;
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().next().filter(|line| !line.is_empty());
    Ok(line.filter(|_| status.success()).map(str::to_owned))
}
