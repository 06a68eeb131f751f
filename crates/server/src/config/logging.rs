use tracing_subscriber::EnvFilter;

use super::{values::Values, variable::Variable};

/// What is logged, and how it looks.
#[derive(Debug, Clone)]
pub struct Logging {
    /// Directives such as `info` or `info,runtime=debug`.
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

const LOG: Variable = Variable::new(
    "LOG",
    "info",
    "What is logged, such as info or info,runtime=debug; the socket libraries, which log payloads, stay at warn unless named",
);
const LOG_FORMAT: Variable = Variable::new("LOG_FORMAT", "text", "text or json");

pub(super) const VARIABLES: &[Variable] = &[LOG, LOG_FORMAT];

pub(super) fn read(values: &mut Values) -> Logging {
    Logging {
        filter: values.required(&LOG, "directives such as info, or info,runtime=debug", |text| {
            EnvFilter::try_new(text).ok().map(|_| text.to_owned())
        }),
        format: values.required(&LOG_FORMAT, "text, json", |text| match text {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            _ => None,
        }),
    }
}
