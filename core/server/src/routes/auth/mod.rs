//! Logging in and out.

pub mod login;
pub mod logout;
pub mod logout_all;
pub mod me;
pub mod password;
pub mod refresh;
pub mod register;
pub mod sessions;
pub mod setup_status;
pub mod tokens;
pub mod ws_ticket;
