use secrecy::SecretString;

use super::{values::Values, variable::Variable};

/// Who may look at the figures.
#[derive(Debug)]
pub struct Operations {
    /// For whoever collects them from another machine.
    pub metrics_token: Option<SecretString>,
}

const METRICS_TOKEN: Variable = Variable::secret(
    "METRICS_TOKEN",
    "Bearer token for /metrics and /stats from other machines; this machine and admins need none",
);

pub(super) const VARIABLES: &[Variable] = &[METRICS_TOKEN];

pub(super) fn read(values: &mut Values) -> Operations {
    Operations { metrics_token: values.secret(&METRICS_TOKEN) }
}
