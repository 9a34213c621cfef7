//! Background work, one folder a job.
//!
//! - [`import`]: source in, a published graph out.
//! - [`fetch`]: the part of it that talks to the network.

pub mod fetch;
pub mod import;

pub use fetch::Cancel;
