//! How often somebody may call: fixed windows. Where they are counted is a [`Store`]; the one of this process is [`Memory`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{Extensions, HeaderMap, HeaderValue};
use codegraph_model::Clock;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::config::Config;

/// More keys than this are not kept: the oldest windows go first.
const MOST_KEYS: usize = 100_000;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// An endpoint that has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quota {
    /// `chat` and a question to one scenario.
    Chat,
    /// `chat/stream`.
    ChatStream,
    /// `query/execute`.
    Query,
    /// Logins and refreshes, by address.
    Login,
}

impl Quota {
    /// Calls a minute.
    pub fn per_minute(self) -> u64 {
        match self {
            Self::Chat | Self::Login => 60,
            Self::ChatStream | Self::Query => 30,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::ChatStream => "stream",
            Self::Query => "query",
            Self::Login => "login",
        }
    }
}

/// Counts calls.
pub struct Quotas {
    clock: Clock,
    per_minute: u64,
    per_hour: u64,
    endpoints: bool,
    store: Box<dyn Store>,
}

/// A window of time in which so many calls are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Part of the key under which it is counted.
    pub name: &'static str,
    /// Calls.
    pub calls: u64,
    /// Length, seconds.
    pub seconds: i64,
}

/// Where calls are counted: in this process, or in one place for several.
pub trait Store: Send + Sync {
    /// Counts a call of somebody against each limit, and gives what is left of the nearest. Where one is used up, nothing more is
    /// counted.
    fn take<'a>(
        &'a self,
        who: &'a str,
        limits: &'a [Limit],
        now: i64,
    ) -> BoxFuture<'a, Result<Option<Left>, Exceeded>>;
}

/// Counts in this process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<String, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: i64,
    calls: u64,
}

/// What is left of the limit that is nearest to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Calls in a window.
    pub limit: u64,
    /// Calls that are left in this one.
    pub remaining: u64,
    /// When it ends, seconds since 1970.
    pub reset: i64,
}

/// Carries what was spent from the extractor that counted to the layer that writes headers.
#[derive(Clone, Debug, Default)]
pub struct Spent(Arc<Mutex<Option<Left>>>);

impl Spent {
    /// The one of a request.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// Notes what is left; where several limits count a call, the nearest to its end is told.
    pub(crate) fn note(&self, left: Option<Left>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = left
            && noted.is_none_or(|noted| left.remaining < noted.remaining)
        {
            *noted = Some(left);
        }
    }

    /// What was noted.
    pub(crate) fn left(&self) -> Option<Left> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No calls are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// The limit.
    pub left: Left,
    /// Seconds until there are some.
    pub retry_after: u64,
}

impl Quotas {
    /// Limits as configured, counted in this process.
    pub fn new(config: &Config, clock: Clock) -> Self {
        Self::with(config, clock, Box::new(Memory::default()))
    }

    /// Limits as configured, counted in a store.
    pub fn with(config: &Config, clock: Clock, store: Box<dyn Store>) -> Self {
        Self {
            clock,
            per_minute: config.rate_limit.per_minute,
            per_hour: config.rate_limit.per_hour,
            endpoints: config.rate_limit.endpoints,
            store,
        }
    }

    /// Counts a call of somebody; none where nothing limits it.
    pub async fn count(&self, who: &str) -> Result<Option<Left>, Exceeded> {
        let limit = |name, calls, seconds| Limit {
            name,
            calls,
            seconds,
        };
        let limits = [
            limit("m", self.per_minute, MINUTE),
            limit("h", self.per_hour, HOUR),
        ];
        self.take(who, &limits).await
    }

    /// Counts a call of an endpoint that has a limit of its own.
    pub async fn count_endpoint(&self, who: &str, quota: Quota) -> Result<Option<Left>, Exceeded> {
        if !self.endpoints {
            return Ok(None);
        }
        let limit = Limit {
            name: quota.key(),
            calls: quota.per_minute(),
            seconds: MINUTE,
        };
        self.take(who, &[limit]).await
    }

    async fn take(&self, who: &str, limits: &[Limit]) -> Result<Option<Left>, Exceeded> {
        let now = self.clock.now().as_second();
        self.store.take(who, limits, now).await
    }
}

impl Store for Memory {
    fn take<'a>(
        &'a self,
        who: &'a str,
        limits: &'a [Limit],
        now: i64,
    ) -> BoxFuture<'a, Result<Option<Left>, Exceeded>> {
        std::future::ready(self.take_now(who, limits, now)).boxed()
    }
}

impl Memory {
    fn take_now(&self, who: &str, limits: &[Limit], now: i64) -> Result<Option<Left>, Exceeded> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut nearest: Option<Left> = None;
        for limit in limits.iter().filter(|limit| limit.calls > 0) {
            make_room(&mut windows, now);
            let fresh = Window {
                ends: now + limit.seconds,
                calls: 0,
            };
            let window = windows
                .entry(format!("{}:{who}", limit.name))
                .or_insert(fresh);
            if window.ends <= now {
                *window = fresh;
            }
            let left = |remaining| Left {
                limit: limit.calls,
                remaining,
                reset: window.ends,
            };
            if window.calls >= limit.calls {
                return Err(Exceeded {
                    left: left(0),
                    retry_after: u64::try_from(window.ends - now).unwrap_or(1),
                });
            }
            window.calls += 1;
            let left = left(limit.calls - window.calls);
            if nearest.is_none_or(|nearest| left.remaining < nearest.remaining) {
                nearest = Some(left);
            }
        }
        Ok(nearest)
    }
}

/// Keeps the number of keys bounded: windows that are over go, and where none is, those that end first.
fn make_room(windows: &mut HashMap<String, Window>, now: i64) {
    if windows.len() < MOST_KEYS {
        return;
    }
    windows.retain(|_, window| window.ends > now);
    if windows.len() < MOST_KEYS {
        return;
    }
    let mut ends: Vec<i64> = windows.values().map(|window| window.ends).collect();
    let middle = ends.len() / 10;
    let (_, first, _) = ends.select_nth_unstable(middle);
    let first = *first;
    windows.retain(|_, window| window.ends > first);
}

impl Left {
    /// Writes the headers that clients read.
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        headers.insert("x-ratelimit-limit", HeaderValue::from(self.limit));
        headers.insert("x-ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("x-ratelimit-reset", HeaderValue::from(self.reset));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use jiff::Timestamp;

    use super::*;

    fn quotas(per_minute: u64, per_hour: u64) -> (Quotas, Arc<AtomicI64>) {
        let second = Arc::new(AtomicI64::new(1_800_000_000));
        let now = Arc::clone(&second);
        let clock = Clock::new(move || {
            Timestamp::from_second(now.load(Ordering::Relaxed)).unwrap_or_default()
        });
        let mut config = Config::default();
        config.rate_limit.per_minute = per_minute;
        config.rate_limit.per_hour = per_hour;
        (Quotas::new(&config, clock), second)
    }

    #[tokio::test]
    async fn counts_down_and_begins_anew() {
        let (quotas, second) = quotas(2, 3);
        assert_eq!(quotas.count("a").await.unwrap().unwrap().remaining, 1);
        assert_eq!(quotas.count("a").await.unwrap().unwrap().remaining, 0);
        let over = quotas.count("a").await.unwrap_err();
        assert_eq!((over.left.limit, over.retry_after), (2, 60));
        assert!(quotas.count("b").await.is_ok());
        second.fetch_add(60, Ordering::Relaxed);
        // The hour has one left.
        assert_eq!(quotas.count("a").await.unwrap().unwrap().limit, 3);
        let over = quotas.count("a").await.unwrap_err();
        assert_eq!((over.left.limit, over.retry_after), (3, 3_540));
    }

    #[tokio::test]
    async fn none_is_no_limit() {
        let (quotas, _) = quotas(0, 0);
        assert_eq!(quotas.count("a").await, Ok(None));
    }

    #[tokio::test]
    async fn endpoints_count_apart() {
        let (quotas, _) = quotas(0, 0);
        for _ in 0..Quota::Query.per_minute() {
            quotas.count_endpoint("a", Quota::Query).await.unwrap();
        }
        assert!(quotas.count_endpoint("a", Quota::Query).await.is_err());
        assert!(quotas.count_endpoint("a", Quota::Chat).await.is_ok());
    }

    #[test]
    fn a_million_keys_stay_bounded() {
        let memory = Memory::default();
        let limit = Limit {
            name: "m",
            calls: 1,
            seconds: MINUTE,
        };
        for key in 0..1_000_000 {
            memory.take_now(&key.to_string(), &[limit], 0).unwrap();
        }
        assert!(memory.0.lock().unwrap().len() <= MOST_KEYS);
    }
}
