//! What parent and child say to each other: frames of a length (four bytes, little end first) and JSON.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use codegraph_cpg::console::{Ended, Event, SqlError, Warning};
use codegraph_sandbox::{Policy, Strength};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Limits;

/// The folder of temporary files in the child's folder.
pub(super) const TEMPORARY: &str = "temporary";

/// A request is a statement, whose escapes may make it six times as long, and a policy.
pub(super) const MAX_REQUEST_BYTES: usize = 1 << 20;

/// What the child is asked to do; the only thing it is ever told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// Absolute and without links: DuckDB lets itself read the file under the name that it was given, and looks for it
    /// under the one that links lead to.
    pub(super) graph: PathBuf,
    pub(super) sql: String,
    pub(super) task: Task,
    pub(super) limits: Limits,
    pub(super) policy: Policy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Task {
    Run,
    Validate,
}

/// What the child answers: `Entered`, events, then one of the last two.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Frame {
    /// The sandbox is entered; only now is the statement looked at.
    Entered(Strength),
    /// A part of the result.
    Part(Event),
    /// The end of the result.
    Done {
        ended: Ended,
        warnings: Vec<Warning>,
        execution_time_ms: f64,
    },
    /// There is no result.
    Failed(SqlError),
}

pub(super) fn write_frame(out: &mut impl Write, frame: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_vec(frame)?;
    let length = u32::try_from(json.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)?;
    out.flush()
}

/// Reads a frame of at most `room` bytes; `None` at the end of the stream. The length is not believed: memory grows with
/// what really comes.
pub(super) fn read_frame<T: DeserializeOwned>(
    input: &mut impl Read,
    room: usize,
) -> io::Result<Option<(T, usize)>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > room {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut json = Vec::new();
    input.take(length as u64).read_to_end(&mut json)?;
    if json.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((serde_json::from_slice(&json)?, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, &Frame::Failed(SqlError::MemoryLimit)).unwrap();
        let (frame, length) = read_frame::<Frame>(&mut bytes.as_slice(), 100)
            .unwrap()
            .unwrap();
        assert!(matches!(frame, Frame::Failed(SqlError::MemoryLimit)));
        assert_eq!(length, bytes.len() - 4);
    }

    #[test]
    fn a_frame_that_lies_is_an_error() {
        let cases: [&[u8]; 4] = [
            b"\xff\xff\xff\xff",
            b"\x05\0\0\0{}",
            b"\x02\0\0\0}{",
            b"\x02\0\0\0{}",
        ];
        for bytes in cases {
            assert!(read_frame::<Frame>(&mut &*bytes, 100).is_err(), "{bytes:?}");
        }
        assert!(
            read_frame::<Frame>(&mut &b"\x01"[..], 100)
                .unwrap()
                .is_none()
        );
    }
}
