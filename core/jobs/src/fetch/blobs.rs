//! The content of files, through one `git cat-file --batch` that lives as long as it is asked.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::FetchError;
use super::command::{JobFolder, Setting};
use super::group::Group;
use super::tree::Entry;

/// Time for one file; the files are capped, so only a stuck child takes longer.
const ONE_FILE: Duration = Duration::from_mins(1);

/// Reads files one after another. A child that fails is thrown away; the next file gets a new one.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    child: Mutex<Option<Reader>>,
}

#[derive(Debug)]
struct Reader {
    /// Kills the child when the reader goes.
    _group: Group,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Blobs {
    pub(super) async fn read(
        &self,
        setting: &Setting,
        folder: &JobFolder,
        entry: &Entry,
    ) -> Result<Vec<u8>, FetchError> {
        let mut place = self.child.lock().await;
        // Taken out while it is used: a caller that gives up in the middle of an answer must not leave the rest of
        // it to the next one.
        let mut reader = match place.take() {
            Some(reader) => reader,
            None => Reader::start(setting, folder)?,
        };
        let content =
            timeout(ONE_FILE, reader.read(entry))
                .await
                .map_err(|_| FetchError::Timeout {
                    seconds: ONE_FILE.as_secs(),
                    what: "reading a file of the repository",
                })??;
        *place = Some(reader);
        Ok(content)
    }
}

impl Reader {
    fn start(setting: &Setting, folder: &JobFolder) -> Result<Self, FetchError> {
        let mut wrap = setting.read(folder)?;
        wrap.command_mut()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut group = Group::spawn(wrap)?;
        let input = group.child().stdin().take();
        let output = group.child().stdout().take();
        match (input, output) {
            (Some(input), Some(output)) => Ok(Self {
                _group: group,
                input,
                output: BufReader::with_capacity(64 * 1024, output),
            }),
            _ => Err(FetchError::Sandbox(
                "no standard input and output".to_owned(),
            )),
        }
    }

    /// Asks `<object>`, reads `<object> blob <size>`, the content and a line feed.
    async fn read(&mut self, entry: &Entry) -> Result<Vec<u8>, FetchError> {
        let failed = || FetchError::io("read from git cat-file");
        let question = format!("{}\n", entry.object);
        self.input
            .write_all(question.as_bytes())
            .await
            .map_err(failed())?;
        self.input.flush().await.map_err(failed())?;
        let mut head = Vec::new();
        (&mut self.output)
            .take(256)
            .read_until(b'\n', &mut head)
            .await
            .map_err(failed())?;
        let head = String::from_utf8_lossy(&head);
        let expected = format!("{} blob {}\n", entry.object, entry.size);
        if head != expected {
            return Err(FetchError::Corrupt {
                reason: format!(
                    "the content of `{}` cannot be read ({})",
                    entry.path,
                    head.trim().escape_debug()
                ),
            });
        }
        // The size was capped when the file was listed.
        let mut content = vec![0; usize::try_from(entry.size).unwrap_or(usize::MAX)];
        self.output
            .read_exact(&mut content)
            .await
            .map_err(failed())?;
        if self.output.read_u8().await.map_err(failed())? != b'\n' {
            return Err(FetchError::Corrupt {
                reason: format!(
                    "the content of `{}` has another size than listed",
                    entry.path
                ),
            });
        }
        Ok(content)
    }
}
