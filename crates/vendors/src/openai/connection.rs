use std::{error::Error, time::Duration};

use bytes::Bytes;
use ports::{Fault, ProviderError};
use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::timeout;

use super::PROVIDER;

/// Where the server is.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// With the version, such as `https://api.openai.com/v1`.
    pub base_url: String,
    /// Many local servers want none.
    pub api_key: Option<SecretString>,
    pub timeouts: Timeouts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the request to the first byte of the answer.
    pub first_byte: Duration,
    /// Between two pieces of a streamed answer.
    pub idle: Duration,
    /// Before the one retry of a server that was not reachable, or refused for the moment.
    pub retry_delay: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(15),
            idle: Duration::from_secs(15),
            retry_delay: Duration::from_millis(300),
        }
    }
}

/// A server that refuses so may not a moment later, and has not begun to answer.
const PASSING: [StatusCode; 6] = [
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::CONFLICT,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];
/// The longest answer that is read as a whole.
const MAX_BODY_BYTES: usize = 1024 * 1024;

pub(super) struct Connection {
    client: Client,
    endpoint: Endpoint,
}

/// The server answered, and it was a refusal; or it did not answer at all.
pub(super) struct Refusal {
    pub(super) status: Option<StatusCode>,
    pub(super) error: ProviderError,
    /// What was wrong with the request, in the server's words. Never to be logged: they may repeat the key or what was said.
    reason: String,
}

impl Refusal {
    fn without_answer(error: ProviderError) -> Self {
        Self { status: None, error, reason: String::new() }
    }

    /// The server complains about this parameter of the request.
    pub(super) fn names(&self, parameter: &str) -> bool {
        self.reason.contains(parameter)
    }
}

impl From<Refusal> for ProviderError {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

impl Connection {
    pub(super) fn new(mut endpoint: Endpoint) -> Result<Self, ProviderError> {
        endpoint.base_url.truncate(endpoint.base_url.trim_end_matches('/').len());
        let client = Client::builder()
            .connect_timeout(endpoint.timeouts.connect)
            // A redirected POST would lose its body or carry the key elsewhere.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| broken(Fault::Rejected, &error))?;
        Ok(Self { client, endpoint })
    }

    /// Sends until the server answers, at most twice. The answer's body has not been read yet.
    pub(super) async fn post(
        &self,
        path: &str,
        fill: impl Fn(RequestBuilder) -> RequestBuilder + Send,
    ) -> Result<Answer, Refusal> {
        let first = self.post_once(path, &fill).await;
        let worth_another = first.as_ref().is_err_and(|refusal| {
            let passing = refusal.status.is_none_or(|status| PASSING.contains(&status));
            passing && refusal.error.fault == Fault::Unavailable && refusal.error.retry_after.is_none()
        });
        if !worth_another {
            return first;
        }
        tokio::time::sleep(self.endpoint.timeouts.retry_delay).await;
        self.post_once(path, &fill).await
    }

    async fn post_once(
        &self,
        path: &str,
        fill: &(impl Fn(RequestBuilder) -> RequestBuilder + Send),
    ) -> Result<Answer, Refusal> {
        let mut request = fill(self.client.post(format!("{}{path}", self.endpoint.base_url)));
        if let Some(key) = &self.endpoint.api_key {
            request = request.bearer_auth(key.expose_secret());
        }
        let timeouts = self.endpoint.timeouts;
        let response = match timeout(timeouts.first_byte, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let fault = if error.is_timeout() { Fault::TimedOut } else { Fault::Unavailable };
                let fault = if error.is_builder() { Fault::Rejected } else { fault };
                return Err(Refusal::without_answer(broken(fault, &error)));
            }
            Err(_) => return Err(Refusal::without_answer(late("no answer", timeouts.first_byte))),
        };
        let status = response.status();
        let retry_after = retry_after(&response);
        let mut answer = Answer { response, timeouts, begun: false };
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.whole().await.unwrap_or_default();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let mut error = refused(status, &body);
        if status == StatusCode::TOO_MANY_REQUESTS && must_be_paid(&self.endpoint.base_url, &body) {
            error.fault = Fault::Rejected;
        }
        if status == StatusCode::BAD_REQUEST && is_about_what_was_said(&body) {
            error.fault = Fault::Garbled;
        }
        error.retry_after = retry_after;
        Err(Refusal { status: Some(status), error, reason: reason(&body) })
    }
}

/// A good answer whose body is still coming.
pub(super) struct Answer {
    response: Response,
    timeouts: Timeouts,
    begun: bool,
}

impl Answer {
    /// Lower case, without parameters.
    pub(super) fn media_type(&self) -> String {
        let value = self.response.headers().get(header::CONTENT_TYPE);
        let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_lowercase()
    }

    /// The next bytes of the body; `None` at its end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, ProviderError> {
        let limit = if self.begun { self.timeouts.idle } else { self.timeouts.first_byte };
        self.begun = true;
        match timeout(limit, self.response.chunk()).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(broken(Fault::Garbled, &error)),
            Err(_) => Err(late("the answer stopped", limit)),
        }
    }

    pub(super) async fn whole(&mut self) -> Result<Vec<u8>, ProviderError> {
        let mut body = Vec::new();
        while let Some(bytes) = self.next().await? {
            body.extend_from_slice(&bytes);
            if body.len() > MAX_BODY_BYTES {
                return Err(garbled("the answer is longer than 1 MiB"));
            }
        }
        Ok(body)
    }
}

pub(super) fn garbled(detail: &str) -> ProviderError {
    ProviderError::new(Fault::Garbled, PROVIDER, detail)
}

/// The error object that some servers send with a 200, or in the middle of a stream.
pub(super) fn error_in(value: &Value) -> Option<ProviderError> {
    let failed = value.get("error").is_some_and(|error| !error.is_null()) || value["object"] == "error";
    failed.then(|| {
        let status = value["error"]["code"].as_u64().or(value["code"].as_u64()).unwrap_or(500);
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut error = ProviderError::new(fault_of(status), PROVIDER, "an error instead of an answer");
        error.detail += &named(value);
        error
    })
}

fn refused(status: StatusCode, body: &Value) -> ProviderError {
    ProviderError::new(fault_of(status), PROVIDER, format!("HTTP {}{}", status.as_u16(), named(body)))
}

fn fault_of(status: StatusCode) -> Fault {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Fault::RateLimited,
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => Fault::Unavailable,
        status if status.is_server_error() => Fault::Unavailable,
        _ => Fault::Rejected,
    }
}

/// Nothing but money helps. DashScope calls a rate that is too high `insufficient_quota`.
fn must_be_paid(base_url: &str, body: &Value) -> bool {
    const EVERYWHERE: [&str; 3] = ["CommodityNotPurchased", "PrepaidBillOverdue", "PostpaidBillOverdue"];
    let is_dashscope = base_url.contains("//dashscope");
    let mut names = names(body).into_iter().filter_map(Value::as_str);
    names.any(|name| EVERYWHERE.contains(&name) || (name == "insufficient_quota" && !is_dashscope))
}

/// An inspection of content stopped it; whatever is said next may pass. Of Azure, OpenAI and DashScope.
fn is_about_what_was_said(body: &Value) -> bool {
    const NAMES: [&str; 4] =
        ["content_filter", "content_policy_violation", "data_inspection_failed", "DataInspectionFailed"];
    names(body).into_iter().filter_map(Value::as_str).any(|name| NAMES.contains(&name))
}

/// The code and type of an error body. Never its message, which may repeat the key or what was said.
fn named(body: &Value) -> String {
    let word = |value: &Value| match value {
        Value::String(text)
            if text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) =>
        {
            Some(text.clone())
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let words: Vec<String> = names(body).into_iter().filter_map(word).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// The parameter that an error body names, and its message.
fn reason(body: &Value) -> String {
    let (error, either) = (&body["error"], |name: &str| body["error"][name].as_str().or(body[name].as_str()));
    [error.as_str(), either("param"), either("message")].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Where servers write the code and the type of an error.
fn names(body: &Value) -> [&Value; 4] {
    let error = &body["error"];
    [&error["code"], &error["type"], &body["code"], &body["type"]]
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: u64 = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

fn late(what: &str, limit: Duration) -> ProviderError {
    ProviderError::new(Fault::TimedOut, PROVIDER, format!("{what} for {} ms", limit.as_millis()))
}

/// A failure on the way, with its innermost reason and without the address.
fn broken(fault: Fault, error: &reqwest::Error) -> ProviderError {
    let mut reason: &dyn Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    let what = match fault {
        Fault::Garbled => "the answer broke off",
        Fault::TimedOut => "no connection in time",
        Fault::Unavailable => "not reachable",
        Fault::Rejected | Fault::RateLimited => "not a usable address",
    };
    let innermost = reason.downcast_ref::<reqwest::Error>().is_none();
    let detail = if innermost { format!("{what}: {reason}") } else { what.to_owned() };
    ProviderError::new(fault, PROVIDER, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_must_be_paid_is_told_from_a_rate_that_is_too_high() {
        let openai = |name: &str| must_be_paid("https://api.openai.com/v1", &json!({"error": {"code": name}}));
        assert!(openai("insufficient_quota") && openai("PrepaidBillOverdue"));
        assert!(!openai("rate_limit_exceeded"));
        let dashscope = |name: &str| {
            let native = json!({"code": name, "message": "private matter"});
            must_be_paid("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", &native)
        };
        assert!(dashscope("PostpaidBillOverdue"));
        assert!(!dashscope("insufficient_quota") && !dashscope("Throttling.RateQuota"));
    }
}
