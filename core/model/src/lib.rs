//! Nouns, ids and payloads: what the database keeps and what jobs are told.
//!
//! No I/O and no async: time comes in through [`Clock`].
//!
//! # To add a noun
//!
//! 1. `src/<noun>.rs` with the type; its id in [`mod@id`].
//! 2. A migration and `core/storage/src/<noun>.rs`.

pub mod chat;
pub mod clock;
pub mod data_folder;
pub mod domain;
pub mod group;
pub mod id;
pub mod import;
pub mod include;
pub mod job;
pub mod lease;
pub mod permission;
pub mod project;
pub mod repository;
pub mod revision;
pub mod text;
pub mod user;

pub use chat::{Exchange, Session};
pub use clock::Clock;
pub use data_folder::DataFolder;
pub use domain::{DOMAIN_FORMAT, Domain, EntryPoint, Subsystem, Term};
pub use group::{Group, GroupRole, Member};
pub use id::{
    ApiKeyId, AuditId, GroupId, JobId, LeaseId, LoginId, MessageId, ProjectId, RepositoryId,
    RequestId, RevisionId, SessionId, UserId,
};
pub use import::{FileChanges, ImportMode, ImportReport, ImportRequest, Step};
pub use include::IncludePaths;
pub use job::{Job, JobStatus, JobStep, Payload, StepStatus};
pub use lease::Lease;
pub use permission::{Permission, Permissions, Role};
pub use project::{Project, ProjectName, ProjectNames};
pub use repository::{Origin, Repository};
pub use revision::{NewRevision, Revision, RevisionState};
pub use text::{Text, TextKind, WantedTexts};
pub use user::{ApiKey, Login, User, Username};
