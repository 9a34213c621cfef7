//! Nouns, ids and payloads: what the database keeps and what jobs are told.
//!
//! No I/O and no async: time comes in through [`Clock`].
//!
//! # To add a noun
//!
//! 1. `src/<noun>.rs` with the type; its id in [`mod@id`].
//! 2. A migration and `core/storage/src/<noun>.rs`.

pub mod clock;
pub mod data_folder;
pub mod id;
pub mod import;
pub mod include;
pub mod lease;
pub mod project;
pub mod repository;
pub mod revision;

pub use clock::Clock;
pub use data_folder::DataFolder;
pub use id::{LeaseId, ProjectId, RepositoryId, RequestId, RevisionId};
pub use import::{FileChanges, ImportMode, ImportReport, ImportRequest, Step};
pub use include::IncludePaths;
pub use lease::Lease;
pub use project::{Project, ProjectName};
pub use repository::{Origin, Repository};
pub use revision::{NewRevision, Revision, RevisionState};
