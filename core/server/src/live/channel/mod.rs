//! What WebSockets are for.

pub(crate) mod chat;
pub(crate) mod jobs;
pub(crate) mod notifications;
