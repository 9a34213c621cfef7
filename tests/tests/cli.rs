//! The command line from outside: the built program in a data folder of its own.

#[path = "../src/cli/mod.rs"]
mod cli;

#[path = "../src/git/mod.rs"]
#[expect(dead_code, reason = "the tests of the fetch use the rest of it")]
mod git;
