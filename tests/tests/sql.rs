//! SQL of people and plugins, through the real child: what it refuses, what it survives, what it answers.

#![cfg(target_os = "linux")]

#[path = "../src/program.rs"]
mod program;

#[path = "../src/sql/mod.rs"]
mod sql;

#[path = "sql/answers.rs"]
mod answers;

#[path = "sql/child.rs"]
mod child;

#[path = "sql/hostile.rs"]
mod hostile;
