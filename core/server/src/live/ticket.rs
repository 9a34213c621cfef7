//! Tickets: they open one WebSocket once, within half a minute, so that no token need stand in an address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

/// A ticket is good for so long.
pub const LIFE: SignedDuration = SignedDuration::from_secs(30);
/// More are not kept at the same time.
const MOST: usize = 10_000;
/// What every ticket begins with.
const PREFIX: &str = "wst_";

/// Tickets that were given and not used.
#[derive(Debug, Default)]
pub struct Tickets(Mutex<HashMap<String, Ticket>>);

#[derive(Debug)]
struct Ticket {
    /// Whoever asked for it proved itself with this; the WebSocket lives as long as it counts.
    credential: SecretString,
    /// The one path that it opens.
    path: String,
    until: Timestamp,
}

/// Why a ticket opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTicket {
    /// It was used, is too old, or never was.
    Unknown,
    /// It is for something else.
    OtherPath,
}

/// No ticket can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTicket {
    /// Too many wait for their use.
    #[error("too many tickets wait for their use")]
    TooMany,
    /// The system has no randomness.
    #[error("the system gives no random numbers")]
    Random,
}

impl Tickets {
    /// Gives a ticket for a path.
    pub fn give(&self, credential: &str, path: &str, now: Timestamp) -> Result<String, NoTicket> {
        let mut random = [0_u8; 24];
        getrandom::fill(&mut random).map_err(|_| NoTicket::Random)?;
        let mut name = String::from(PREFIX);
        for byte in random {
            use std::fmt::Write as _;
            // Writing to a text cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tickets.len() >= MOST {
            tickets.retain(|_, ticket| ticket.until > now);
            if tickets.len() >= MOST {
                return Err(NoTicket::TooMany);
            }
        }
        let ticket = Ticket {
            credential: credential.into(),
            path: path.to_owned(),
            until: now + LIFE,
        };
        tickets.insert(name.clone(), ticket);
        Ok(name)
    }

    /// Takes a ticket: the credential of whoever asked for it. Used once, whatever comes of it.
    pub fn take(&self, name: &str, path: &str, now: Timestamp) -> Result<String, BadTicket> {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = tickets.remove(name).filter(|ticket| ticket.until > now);
        let ticket = ticket.ok_or(BadTicket::Unknown)?;
        if ticket.path != path {
            return Err(BadTicket::OtherPath);
        }
        Ok(ticket.credential.expose_secret().to_owned())
    }
}

/// The path of a WebSocket as tickets name it: without the prefix that all of the API has; none where it is no such path.
pub fn path_of(path: &str) -> Option<String> {
    let path = ["/api/v1", "/v1"]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))
        .unwrap_or(path)
        .trim_end_matches('/');
    let rest = path.strip_prefix("/ws/")?;
    let is_known = match rest.split_once('/') {
        None => matches!(rest, "chat" | "notifications"),
        Some((channel, id)) => channel == "jobs" && id.parse::<codegraph_model::JobId>().is_ok(),
    };
    is_known.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_in_time_and_for_its_path() {
        let tickets = Tickets::default();
        let now = Timestamp::UNIX_EPOCH;
        let one = tickets.give("token", "/ws/chat", now).unwrap();
        assert_eq!(tickets.take(&one, "/ws/chat", now).unwrap(), "token");
        assert_eq!(tickets.take(&one, "/ws/chat", now), Err(BadTicket::Unknown));
        let other = tickets.give("token", "/ws/chat", now).unwrap();
        assert_eq!(
            tickets.take(&other, "/ws/notifications", now),
            Err(BadTicket::OtherPath)
        );
        assert_eq!(
            tickets.take(&other, "/ws/chat", now),
            Err(BadTicket::Unknown)
        );
        let late = tickets.give("token", "/ws/chat", now).unwrap();
        assert_eq!(
            tickets.take(&late, "/ws/chat", now + LIFE),
            Err(BadTicket::Unknown)
        );
        assert!(!format!("{tickets:?}").contains("token"));
    }

    #[test]
    fn their_number_is_bounded() {
        let tickets = Tickets::default();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..MOST {
            tickets.give("t", "/ws/chat", now).unwrap();
        }
        assert_eq!(tickets.give("t", "/ws/chat", now), Err(NoTicket::TooMany));
        assert!(tickets.give("t", "/ws/chat", now + LIFE).is_ok());
    }

    #[test]
    fn paths() {
        let job = "01930000-0000-7000-8000-00000000ffff";
        assert_eq!(path_of("/ws/chat").as_deref(), Some("/ws/chat"));
        assert_eq!(path_of("/api/v1/ws/chat/").as_deref(), Some("/ws/chat"));
        let jobs = format!("/ws/jobs/{job}");
        assert_eq!(path_of(&format!("/v1{jobs}")), Some(jobs));
        for none in [
            "",
            "/",
            "/ws",
            "/ws/",
            "/ws/jobs",
            "/ws/jobs/1",
            "/ws/x",
            "/ws/chat/x",
            "/chat",
        ] {
            assert_eq!(path_of(none), None, "{none}");
        }
    }
}
