/// One thing an operator can set, declared once.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    /// Other names that existing deployments use; the first that is set counts.
    pub(super) aliases: &'static [&'static str],
    /// As it would be written; empty when the variable is not set.
    pub(super) default: &'static str,
    /// One line for the example.
    pub(super) help: &'static str,
    pub(super) secret: bool,
}

impl Variable {
    pub(super) const fn new(name: &'static str, default: &'static str, help: &'static str) -> Self {
        Self { name, aliases: &[], default, help, secret: false }
    }

    pub(super) const fn secret(name: &'static str, help: &'static str) -> Self {
        Self { name, aliases: &[], default: "", help, secret: true }
    }

    pub(super) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}
