//! The guard against floods: so many requests a second for each address, before anything else is looked at.
//!
//! It is no quota: those are counted by user, with headers ([`crate::limits`]). It keeps one address from keeping the others out.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::Request;
use axum::response::IntoResponse as _;
use governor::clock::QuantaInstant;
use governor::middleware::NoOpMiddleware;
use tower_governor::governor::{GovernorConfigBuilder, SharedRateLimiter};
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};

use crate::client_address::{TrustedProxies, bucket};
use crate::config::Config;
use crate::error::{ApiError, Code};

/// Addresses that have their whole burst again are forgotten each so many requests.
const FORGET_EACH: u32 = 10_000;

type Limiter = SharedRateLimiter<String, NoOpMiddleware<QuantaInstant>>;

/// The guard as a layer.
pub(crate) type Guard = GovernorLayer<Clients, NoOpMiddleware<QuantaInstant>, Body>;

/// The guard as configured; none where there is no limit.
pub(crate) fn guard(config: &Config) -> Option<Guard> {
    let per_second = config.rate_limit.flood_per_second;
    // The configuration was checked at the start; what cannot be read trusts nobody.
    let proxies = TrustedProxies::parse(&config.api.trusted_proxies).unwrap_or_default();
    let clients = Clients {
        proxies,
        limiter: Arc::default(),
        requests: Arc::default(),
    };
    let burst = u32::try_from(config.rate_limit.flood_burst).unwrap_or(u32::MAX);
    let config = GovernorConfigBuilder::default()
        .per_nanosecond(1_000_000_000_u64.checked_div(per_second)?.max(1))
        .burst_size(burst.max(1))
        .key_extractor(clients.clone())
        .finish()?;
    // Set once: the layer is made here and nowhere else.
    let _ = clients.limiter.set(Arc::clone(config.limiter()));
    let guard = GovernorLayer::new(Arc::new(config)).error_handler(|error| {
        let seconds = match error {
            GovernorError::TooManyRequests { wait_time, .. } => wait_time,
            _ => 1,
        };
        let error = ApiError::new(Code::RateLimited, "too many requests from this address");
        error.retry_after(seconds).into_response()
    });
    Some(guard)
}

/// Tells clients apart: by address, behind trusted proxies by what those say.
#[derive(Clone)]
pub(crate) struct Clients {
    proxies: TrustedProxies,
    limiter: Arc<OnceLock<Limiter>>,
    requests: Arc<AtomicU32>,
}

impl KeyExtractor for Clients {
    type Key = String;

    fn extract<T>(&self, request: &Request<T>) -> Result<String, GovernorError> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        if number % FORGET_EACH == FORGET_EACH - 1
            && let Some(limiter) = self.limiter.get()
        {
            limiter.retain_recent();
        }
        let address = self.proxies.client(request.extensions(), request.headers());
        Ok(bucket(address))
    }
}
