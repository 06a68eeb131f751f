//! What an S3 error means for the caller.

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use ports::StoreError;

pub(super) fn failure<E>(error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let SdkError::ServiceError(answer) = error else {
        let text = DisplayErrorContext(error).to_string();
        return match error {
            SdkError::ConstructionFailure(_) => StoreError::Refused(text),
            _ => StoreError::Unavailable(text),
        };
    };
    let status = answer.raw().status().as_u16();
    let code = answer.err().code().unwrap_or_default();
    let unread = || DisplayErrorContext(answer.err()).to_string();
    let message = answer.err().message().map_or_else(unread, str::to_owned);
    match code {
        "" if status == 404 => StoreError::NotFound(format!("{status} {message}")),
        "NoSuchKey" | "NotFound" | "NoSuchUpload" => StoreError::NotFound(message),
        _ if may_recover(status, code) => StoreError::Unavailable(format!("{status} {code} {message}")),
        _ => refusal(code, &message),
    }
}

/// Names the remedy where the code has a usual cause.
pub(super) fn refusal(code: &str, message: &str) -> StoreError {
    let remedy = match code {
        "NoSuchBucket" => "; create the bucket or correct its name",
        "AccessDenied" => "; allow this key to get, put, delete and list in the bucket",
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" => "; check the access key, the secret key and the region",
        "RequestTimeTooSkewed" => "; set this machine's clock",
        "SecondLevelDomainForbidden" => "; turn path-style addressing off",
        _ => "",
    };
    StoreError::Refused(format!("{code} {message}{remedy}"))
}

fn may_recover(status: u16, code: &str) -> bool {
    let passing = matches!(code, "SlowDown" | "RequestTimeout" | "InternalError" | "ServiceUnavailable" | "Throttling");
    passing || status == 429 || (status >= 500 && status != 501)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_store_may_recover_and_a_wrong_request_may_not() {
        assert!(may_recover(503, "SlowDown"));
        assert!(may_recover(400, "RequestTimeout"));
        assert!(may_recover(500, ""));
        assert!(!may_recover(501, "NotImplemented"));
        assert!(!may_recover(403, "SignatureDoesNotMatch"));
        assert!(!may_recover(400, "InvalidArgument"));
    }
}
