use std::path::PathBuf;

use secrecy::SecretString;

use super::{
    parse::{self, WEB_ADDRESS, YES_OR_NO},
    values::Values,
    variable::Variable,
};

/// Who may look at the figures, and what is kept for whoever looks into a session.
#[derive(Debug)]
pub struct Operations {
    /// For whoever collects them from another machine.
    pub metrics_token: Option<SecretString>,
    /// `None` records nothing.
    pub recordings: Option<Recordings>,
    /// `None` traces nothing.
    pub traces: Option<Traces>,
}

/// What happens in every session, for `repartee replay`. Nothing deletes these files.
#[derive(Debug)]
pub struct Recordings {
    pub folder: PathBuf,
    /// Whether they hold what was said.
    pub words: bool,
}

/// Where the spans of turns go, over OTLP.
#[derive(Debug)]
pub struct Traces {
    /// Of a collector that speaks HTTP, without a slash at the end.
    pub endpoint: String,
    /// What this server is called there.
    pub service: String,
}

const METRICS_TOKEN: Variable = Variable::secret(
    "METRICS_TOKEN",
    "Bearer token for /metrics and /stats from other machines; this machine and admins need none",
);

const RECORD_SESSIONS: Variable = Variable::new(
    "RECORD_SESSIONS",
    "",
    "Folder for a file of what happens in every session, for `repartee replay`; the server never deletes one",
);
const RECORD_WORDS: Variable = Variable::new(
    "RECORD_WORDS",
    "false",
    "Whether these files hold what was said; otherwise only words such as and, um, yes that decide something",
);

const TRACES_ENDPOINT: Variable = Variable::new(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    "OpenTelemetry collector that gets a span of every turn and of each piece of work for it, such as http://127.0.0.1:4318",
);
const SERVICE_NAME: Variable =
    Variable::new("OTEL_SERVICE_NAME", "repartee", "What this server is called in these spans");

pub(super) const VARIABLES: &[Variable] =
    &[METRICS_TOKEN, RECORD_SESSIONS, RECORD_WORDS, TRACES_ENDPOINT, SERVICE_NAME];

pub(super) fn read(values: &mut Values) -> Operations {
    let words = values.required(&RECORD_WORDS, YES_OR_NO, parse::yes_or_no);
    let folder = values.text(&RECORD_SESSIONS).map(PathBuf::from);
    Operations {
        metrics_token: values.secret(&METRICS_TOKEN),
        recordings: folder.map(|folder| Recordings { folder, words }),
        traces: values
            .optional(&TRACES_ENDPOINT, WEB_ADDRESS, parse::web_address)
            .map(|endpoint| Traces { endpoint, service: values.text(&SERVICE_NAME).unwrap_or_default() }),
    }
}
