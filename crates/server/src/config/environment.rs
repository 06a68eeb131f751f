use super::{values::Values, variable::Variable};

/// What the server is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Generates its secret, offers a demo user, lets local pages in.
    Development,
    Production,
}

const ENVIRONMENT: Variable = Variable::new(
    "REPARTEE_ENV",
    "development",
    "development or production; production wants a JWT_SECRET and has no demo user",
)
.or(&["NODE_ENV"]);

pub(super) const VARIABLES: &[Variable] = &[ENVIRONMENT];

pub(super) fn read(values: &mut Values) -> Environment {
    values.required(&ENVIRONMENT, "development, test or production", |text| {
        match text {
            // A test runner that starts the server hands down its own NODE_ENV.
            "development" | "test" => Some(Environment::Development),
            "production" => Some(Environment::Production),
            _ => None,
        }
    })
}
