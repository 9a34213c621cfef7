//! Configuration, routing of questions, answers, SQL: what the command line and the server share.

pub mod answer;
pub mod config;
pub mod projects;
pub mod routing;
pub mod sql;
pub mod text;
