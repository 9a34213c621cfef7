//! The import: source in, a published graph out.
//!
//! The steps, each in its file:
//!
//! 1. `source`: a folder of this machine, or what [`crate::fetch`] cloned.
//! 2. [`mod@find`]: lists the files; what is left out is a gap.
//! 3. [`mod@classify`]: says what each file is: by name and `#!` line, and, once it has been read, by content.
//! 4. [`modules`]: names the modules by the rules of their language.
//! 5. `ask_outlines`: asks importers for outlines, where a language's files cannot be lowered one by one; `build_files` says what
//!    the project's own build defines, and `adopt` takes in what only an include tells the language of.
//! 6. `changes`, where less than everything is to be read: compares the files with the last graph, key by `key`.
//! 7. `build`: starts a graph file, or goes on with a copy of the last one; `lower` turns files to rows, several at a time,
//!    straight into it; all files are linked and the file is closed.
//! 8. `publish`: puts it in its place.
//!
//! Until the last step everything lies in a folder of [`workspace`], which goes with the import however it ends; that of a
//! process that was killed goes with the next [`sweep()`].
//!
//! A file that cannot be lowered is a gap and ends nothing.
//!
//! [`watch`] says when the next import of a folder is worth its while.

mod adopt;
mod ask_outlines;
mod build;
mod build_files;
mod changes;
pub mod classify;
mod commit;
mod context;
mod error;
pub mod find;
mod gaps;
mod input;
mod key;
mod lower;
mod memory;
pub mod modules;
mod ordinals;
mod outline;
mod plan;
mod previous;
mod progress;
mod publish;
mod report;
mod run;
mod source;
mod sweep;
pub mod watch;
mod work;
mod workspace;

pub use context::{ImportContext, ImportOptions};
pub use error::ImportError;
pub use progress::{Progress, Silent};
pub use run::run;
pub(crate) use run::{Survey, run_held, survey};
pub use sweep::{Swept, sweep};
