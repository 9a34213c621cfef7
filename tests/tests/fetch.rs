//! The fetch of a Git repository, against a real server on loopback: what works, and what must not.

#[path = "../src/git/mod.rs"]
mod git;

#[path = "fetch/world.rs"]
mod world;

#[path = "fetch/works.rs"]
mod works;

#[path = "fetch/fails.rs"]
mod fails;

#[path = "fetch/hostile.rs"]
mod hostile;

#[path = "fetch/traced.rs"]
mod traced;
