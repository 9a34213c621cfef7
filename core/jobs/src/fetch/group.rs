//! A child with all that it starts.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::io::AsyncReadExt;
use tokio::process::ChildStderr;
use tokio::time::timeout;

use super::FetchError;

/// A child whose whole process group dies with it.
#[derive(Debug)]
pub(super) struct Group {
    child: Box<dyn ChildWrapper>,
    group: Option<rustix::process::Pid>,
    /// `None` once it has ended.
    errors: Option<ChildStderr>,
    /// Whether the program itself has ended; from then on its number may be another one's.
    waited: bool,
}

impl Group {
    /// Starts a command that [`Setting::git`](super::command::Setting::git) made; its standard error has to stay a pipe.
    pub(super) fn spawn(mut wrap: CommandWrap) -> Result<Self, FetchError> {
        let mut child = wrap.spawn().map_err(|error| {
            FetchError::Sandbox(format!(
                "{}: {error}",
                wrap.command().as_std().get_program().display()
            ))
        })?;
        let group = child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        let errors = child.stderr().take();
        Ok(Self {
            child,
            group,
            errors,
            waited: false,
        })
    }

    pub(super) fn child(&mut self) -> &mut dyn ChildWrapper {
        self.child.as_mut()
    }

    /// Reads what the group writes to standard error; 0 when nobody of it is left to write.
    pub(super) async fn read_errors(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(errors) = &mut self.errors else {
            return Ok(0);
        };
        let read = errors.read(buffer).await;
        if !matches!(read, Ok(1..)) {
            self.errors = None;
        }
        read
    }

    /// Waits for the program itself, and not for what it may have left running.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.inner_mut().wait().await?;
        self.waited = true;
        Ok(status)
    }

    /// Kills the whole group and waits until nobody of it is left, so that nobody writes to the job folder any more.
    ///
    /// Grandchildren are not ours to wait for. That they are gone shows in standard error, which they all inherit: it
    /// ends when the last of them has.
    pub(super) async fn end(mut self) {
        const SOON: Duration = Duration::from_secs(10);
        self.kill();
        let gone = async {
            let _ = self.wait().await;
            let mut rest = [0; 4096];
            while let Ok(1..) = self.read_errors(&mut rest).await {}
        };
        if timeout(SOON, gone).await.is_err() {
            tracing::error!("killed processes of git do not end");
        }
    }

    fn kill(&mut self) {
        if self.waited && self.errors.is_none() {
            return;
        }
        if let Some(group) = self.group {
            // An error says that nobody is left.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
