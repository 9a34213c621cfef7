//! Tests of the store over graphs that are built by hand.

mod amend;
mod build;
mod hostile;
mod names;
mod pages;
mod queries;
mod reach;
mod support;
mod views;
