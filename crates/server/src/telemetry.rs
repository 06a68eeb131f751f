//! Logs: text for people, JSON for machines, and panics among them.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{LogFormat, Logging};

/// The socket libraries log whole payloads below info; what people say belongs in no log.
const QUIET: &str = "socketioxide=info,engineioxide=info";

/// To be called once per process, before anything is logged.
pub fn start(logging: &Logging) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", logging.filter))?;
    let registry = tracing_subscriber::registry().with(filter);
    match logging.format {
        LogFormat::Text => {
            // Colours are for people, not for files.
            let layer = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
            registry.with(layer).try_init()?;
        }
        LogFormat::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()?
        }
    }
    log_panics();
    Ok(())
}

fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string);
        tracing::error!(panic.message = message, panic.place = place, "panic");
    }));
}
