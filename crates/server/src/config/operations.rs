use std::path::PathBuf;

use secrecy::SecretString;

use super::{
    parse::{self, YES_OR_NO},
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
}

/// What happens in every session, for `repartee replay`. Nothing deletes these files.
#[derive(Debug)]
pub struct Recordings {
    pub folder: PathBuf,
    /// Whether they hold what was said.
    pub words: bool,
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

pub(super) const VARIABLES: &[Variable] = &[METRICS_TOKEN, RECORD_SESSIONS, RECORD_WORDS];

pub(super) fn read(values: &mut Values) -> Operations {
    let words = values.required(&RECORD_WORDS, YES_OR_NO, parse::yes_or_no);
    let folder = values.text(&RECORD_SESSIONS).map(PathBuf::from);
    Operations {
        metrics_token: values.secret(&METRICS_TOKEN),
        recordings: folder.map(|folder| Recordings { folder, words }),
    }
}
