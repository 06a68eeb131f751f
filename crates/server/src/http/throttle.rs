//! How often somebody may ask. Counts in windows of one minute, and knows only who asked within the last one.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::{BuildHasher as _, Hash},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{App, Failure};
use crate::{address::address_of, config::Limits};

const WINDOW: Duration = Duration::from_secs(60);

/// The literal of the old contract.
const TOO_MANY: &str = "Too many requests, please try again later";

/// What is counted.
pub struct Throttles {
    requests: Throttle<IpAddr>,
    logins: Throttle<(IpAddr, u64)>,
    names: RandomState,
}

struct Throttle<K> {
    most: Option<u32>,
    asked: Mutex<Asked<K>>,
}

struct Asked<K> {
    counts: HashMap<K, Count>,
    swept: Instant,
}

struct Count {
    began: Instant,
    count: u32,
}

/// What is left of a window.
struct Allowance {
    limit: u32,
    remaining: u32,
    resets_in: Duration,
    is_spent: bool,
}

/// Somebody asked too often.
#[derive(Debug)]
pub struct TooMany {
    retry_after: Duration,
}

impl Throttles {
    pub fn new(limits: &Limits) -> Self {
        Self {
            requests: Throttle::new(limits.requests_per_minute),
            logins: Throttle::new(limits.logins_per_minute),
            names: RandomState::new(),
        }
    }

    /// Counts an attempt to sign in. The name is not kept, only a number made of it.
    pub fn count_login(&self, address: IpAddr, email: &str) -> Result<(), TooMany> {
        match self.logins.count((address, self.names.hash_one(email))) {
            Some(Allowance { is_spent: true, resets_in, .. }) => Err(TooMany { retry_after: resets_in }),
            Some(_) | None => Ok(()),
        }
    }
}

/// Counts a request of its address, and says in its answer what is left.
pub(super) async fn per_address(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let address = address_of(request.extensions(), request.headers(), app.config.listen.trust_proxy);
    let Some(allowance) = app.throttles.requests.count(address) else {
        return next.run(request).await;
    };
    let mut response = if allowance.is_spent {
        TooMany { retry_after: allowance.resets_in }.into_response()
    } else {
        next.run(request).await
    };
    allowance.tell(response.headers_mut());
    response
}

impl<K: Eq + Hash> Throttle<K> {
    fn new(most: Option<u32>) -> Self {
        Self { most, asked: Mutex::new(Asked { counts: HashMap::new(), swept: Instant::now() }) }
    }

    /// `None` where there is no limit.
    fn count(&self, who: K) -> Option<Allowance> {
        let limit = self.most?;
        let now = Instant::now();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if now - asked.swept >= WINDOW {
            asked.counts.retain(|_, count| now - count.began < WINDOW);
            asked.swept = now;
        }
        let count = asked.counts.entry(who).or_insert(Count { began: now, count: 0 });
        if now - count.began >= WINDOW {
            *count = Count { began: now, count: 0 };
        }
        count.count = count.count.saturating_add(1);
        Some(Allowance {
            limit,
            remaining: limit.saturating_sub(count.count),
            resets_in: WINDOW - (now - count.began),
            is_spent: count.count > limit,
        })
    }
}

impl Allowance {
    fn tell(&self, headers: &mut HeaderMap) {
        let numbers = [
            ("ratelimit-limit", u64::from(self.limit)),
            ("ratelimit-remaining", u64::from(self.remaining)),
            ("ratelimit-reset", whole_seconds(self.resets_in)),
        ];
        for (name, number) in numbers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
        }
    }
}

impl IntoResponse for TooMany {
    fn into_response(self) -> Response {
        let wait = [(header::RETRY_AFTER, HeaderValue::from(whole_seconds(self.retry_after)))];
        (wait, Failure::new(StatusCode::TOO_MANY_REQUESTS, TOO_MANY)).into_response()
    }
}

/// Whoever waits so long may ask again.
fn whole_seconds(span: Duration) -> u64 {
    span.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_window_is_spent_and_then_begins_anew() {
        let throttle = Throttle::new(Some(2));
        assert!(!throttle.count("ann").unwrap().is_spent);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(throttle.count("ann").unwrap().remaining, 0);
        let spent = throttle.count("ann").unwrap();
        assert!(spent.is_spent);
        assert_eq!(spent.resets_in, Duration::from_secs(40));
        assert!(!throttle.count("bob").unwrap().is_spent);
        tokio::time::advance(spent.resets_in).await;
        assert!(!throttle.count("ann").unwrap().is_spent);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_stays_away_is_forgotten() {
        let throttle = Throttle::new(Some(2));
        for number in 0..1_000 {
            throttle.count(number);
        }
        tokio::time::advance(WINDOW).await;
        throttle.count(0);
        assert_eq!(throttle.asked.lock().unwrap().counts.len(), 1);
    }

    #[test]
    fn without_a_limit_nobody_is_counted() {
        let throttle = Throttle::new(None);
        assert!(throttle.count("ann").is_none());
        assert!(throttle.asked.lock().unwrap().counts.is_empty());
    }
}
