//! Logs: text for people, JSON for machines, and panics among them. Spans, for whoever collects them.

mod traces;

use std::{io::IsTerminal as _, time::Duration};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::{
    EnvFilter, Layer as _, fmt, layer::SubscriberExt as _, registry, util::SubscriberInitExt as _,
};

use crate::config::{LogFormat, Logging, Traces};

/// The socket libraries log whole payloads below info, and make a span of every packet at info; what people say belongs in no
/// log. Spans are not for logs.
fn quiet() -> String {
    format!("socketioxide=warn,engineioxide=warn,{}=off", runtime::SPANS)
}

/// The last spans are sent within this time.
const LEAVING: Duration = Duration::from_secs(5);

/// What is to be ended with the process.
pub struct Telemetry {
    spans: Option<SdkTracerProvider>,
}

/// To be called once per process, before anything is logged.
pub fn start(logging: &Logging, traces: Option<&Traces>) -> anyhow::Result<Telemetry> {
    let filter = EnvFilter::try_new(format!("{},{}", quiet(), logging.filter))?;
    let log = match logging.format {
        // Colours are for people, not for files.
        LogFormat::Text => fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed(),
    };
    let spans = traces.map(traces::provider).transpose()?;
    let layer = spans.as_ref().map(traces::layer);
    registry().with(log.with_filter(filter)).with(layer).try_init()?;
    log_panics();
    Ok(Telemetry { spans })
}

impl Telemetry {
    /// Sends what has not been sent. Blocks.
    pub fn stop(self) {
        if let Some(error) = self.spans.and_then(|spans| spans.shutdown_with_timeout(LEAVING).err()) {
            tracing::warn!(%error, "The last spans were not sent");
        }
    }
}

fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string);
        tracing::error!(panic.message = message, panic.place = place, "panic");
    }));
}
