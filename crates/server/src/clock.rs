//! The one place that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use ports::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

pub fn after(at: Timestamp, span: std::time::Duration) -> Timestamp {
    let milliseconds = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp(at.0.saturating_add(milliseconds))
}

pub fn before(at: Timestamp, span: std::time::Duration) -> Timestamp {
    let milliseconds = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp(at.0.saturating_sub(milliseconds))
}

/// `2026-01-17T08:00:00.123Z`, as clients read dates.
pub fn iso(at: Timestamp) -> String {
    let text = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000))
        .ok()
        .and_then(|date| date.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
    format!("{}.{:03}Z", text.trim_end_matches('Z'), at.0.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_milliseconds_and_end_in_z() {
        assert_eq!(iso(Timestamp(1_768_636_800_000)), "2026-01-17T08:00:00.000Z");
        assert_eq!(iso(Timestamp(1_768_636_800_042)), "2026-01-17T08:00:00.042Z");
        assert_eq!(iso(Timestamp(-1)), "1969-12-31T23:59:59.999Z");
    }
}
