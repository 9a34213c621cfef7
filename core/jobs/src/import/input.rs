//! A file with all that its rows come from, read for the comparison with the last graph and, where it changed, for lowering.

use std::sync::Arc;

use codegraph_cpg::ast::Gap;
use codegraph_cpg::passes::FileInfo;
use codegraph_cpg::store::InputKey;

use super::classify::{Content, look, reason};
use super::find::reason::UNREADABLE;
use super::gaps::whole_file;
use super::key::Keys;
use super::plan::{ToList, ToLower};
use super::work::Work;

/// A file that is to be lowered.
pub(super) struct ToLowerInput {
    pub(super) info: FileInfo,
    /// Facts of the outlines of what it includes.
    pub(super) included: Vec<Vec<u8>>,
    /// Where it looks for what it includes.
    pub(super) folders: Vec<String>,
    pub(super) source: Arc<[u8]>,
    pub(super) key: InputKey,
}

/// Reads a file that is to be lowered; a gap where it cannot be read.
pub(super) async fn to_lower(work: &Work, file: &ToLower) -> Result<ToLowerInput, Gap> {
    let source = work.read(file).await?;
    let mut info = file.info.clone();
    if let Some(module) = work.outlines.module(&info.path) {
        module.clone_into(&mut info.module);
    }
    let (included, folders) = if work.needs_outline(file) {
        let folders = work.outlines.folders(&info.path).to_vec();
        (work.outlines.included(&info.path), folders)
    } else {
        (Vec::new(), Vec::new())
    };
    let includes = (&included[..], &folders[..]);
    let key = work
        .keys
        .to_lower(file.language, &info, file.role, includes, &source);
    Ok(ToLowerInput {
        info,
        included,
        folders,
        source,
        key,
    })
}

/// A file that is only listed.
pub(super) struct ToListInput {
    pub(super) text: Option<Vec<u8>>,
    /// What its content says; it goes before what its name says.
    pub(super) gap: Option<Gap>,
    /// None where it could not be read: it may be another time.
    pub(super) key: Option<InputKey>,
}

/// Reads a file that is only listed, where its text is kept.
pub(super) async fn to_list(work: &Work, file: &ToList) -> ToListInput {
    if !file.keep_text {
        return ToListInput {
            text: None,
            gap: None,
            key: Some(Keys::to_list(file, None)),
        };
    }
    match work.source.read(&file.path, work.max_file_bytes).await {
        Ok(text) => {
            let key = Some(Keys::to_list(file, Some(&text)));
            match look(&text) {
                Content::Gap(reason @ (reason::BINARY | reason::ENCODING), why) => ToListInput {
                    text: None,
                    gap: Some(whole_file(reason, why)),
                    key,
                },
                _ => ToListInput {
                    text: Some(text),
                    gap: None,
                    key,
                },
            }
        }
        Err(why) => ToListInput {
            text: None,
            gap: Some(whole_file(UNREADABLE, why)),
            key: None,
        },
    }
}
