//! The HTTP API over the real router, in process; a handful over a real socket.

#[path = "../src/api/mod.rs"]
mod api;
