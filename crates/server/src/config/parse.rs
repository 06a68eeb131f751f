//! The forms that values of several sections have.

use std::{ops::RangeInclusive, str::FromStr, time::Duration};

use axum::http::Uri;

use super::{values::Values, variable::Variable};

/// A whole number within a range.
pub(super) fn number<T>(values: &mut Values, variable: &Variable, range: RangeInclusive<T>) -> T
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    let allowed = format!("a whole number from {} to {}", range.start(), range.end());
    values.required(variable, &allowed, |text| text.parse().ok().filter(|number| range.contains(number)))
}

/// A span of time written in milliseconds.
pub(super) fn milliseconds(values: &mut Values, variable: &Variable, range: RangeInclusive<u64>) -> Duration {
    Duration::from_millis(number(values, variable, range))
}

pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

pub(super) const YES_OR_NO: &str = "true or false";

/// `3600` (seconds), `45s`, `30m`, `12h`, `7d`; at least a second, at most ten years.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = number.checked_mul(unit)?;
    (1..=3650 * 86_400).contains(&seconds).then(|| Duration::from_secs(seconds))
}

pub(crate) const SPAN: &str = "seconds such as 3600, or 45s, 30m, 12h, 7d, up to ten years";

/// `http://host[:port][/path]` without the slash at the end.
pub(super) fn web_address(text: &str) -> Option<String> {
    let uri: Uri = text.parse().ok()?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    let named = uri.host().is_some_and(|host| !host.is_empty());
    (web && named && uri.query().is_none()).then(|| text.trim_end_matches('/').to_owned())
}

/// `http://host[:port]`, as browsers write it in the header `Origin`.
pub(super) fn origin(text: &str) -> Option<String> {
    let address = web_address(text)?;
    let has_path = address.splitn(4, '/').count() > 3;
    (!has_path).then(|| address.to_ascii_lowercase())
}

pub(super) const WEB_ADDRESS: &str = "an address such as https://repartee.example";
