//! Tests of the program `codegraph`, one file a subject; [`program`] starts it.

mod builds;
mod configuration;
mod endings;
mod flows;
mod import;
mod incremental;
mod plugin_test;
mod program;
mod questions;
mod remote;
mod scan;
mod watch;
mod wrong;
