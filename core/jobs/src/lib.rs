//! Background work, one folder a job.
//!
//! - [`import`]: source in, a published graph out.
//! - [`fetch`]: the part of it that talks to the network.
//! - [`worker`]: takes jobs from the database and runs them.

pub mod fetch;
pub mod import;
pub mod worker;

pub use fetch::Cancel;
