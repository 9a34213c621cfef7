//! Ids: UUIDv7 (RFC 9562), as text in the database and on the wire.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// A text that is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no id: a UUID is expected")]
pub struct NotAnId(pub String);

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id that sorts after those of earlier times.
            pub fn new(now: Timestamp) -> Self {
                Self(new_v7(now))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId(text.to_owned()))
            }
        }
    )*};
}

ids! {
    /// Identifies a project.
    ProjectId;
    /// Identifies a repository.
    RepositoryId;
    /// Identifies a revision; its graph file is named after it.
    RevisionId;
    /// Identifies a lease on a revision.
    LeaseId;
    /// Identifies a request in answers and logs.
    RequestId;
    /// Identifies a person or a service that may call.
    UserId;
    /// Identifies a login: all tokens that came of one password.
    LoginId;
    /// Identifies an API key, not the key itself.
    ApiKeyId;
    /// Identifies a group of projects.
    GroupId;
    /// Identifies a job.
    JobId;
    /// Identifies a session of chat.
    SessionId;
    /// Identifies a message of a session.
    MessageId;
    /// Identifies an entry of the audit log.
    AuditId;
}

impl GroupId {
    /// The group of projects that were put into none; the migration that makes the table makes it.
    pub const DEFAULT: Self = Self(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001));
}

fn new_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::NoContext,
        seconds,
        nanoseconds,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_time_and_survives_text() {
        let early = ProjectId::new(Timestamp::from_second(1_000).unwrap());
        let late = ProjectId::new(Timestamp::from_second(2_000).unwrap());
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse::<ProjectId>(), Ok(early));
    }

    #[test]
    fn refuses_what_is_no_id() {
        assert_eq!("../x".parse::<ProjectId>(), Err(NotAnId("../x".into())));
    }
}
