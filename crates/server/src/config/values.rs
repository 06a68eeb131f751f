use std::{collections::BTreeMap, fmt, path::Path};

use secrecy::SecretString;

use super::{nearest::nearest, variable::Variable};

/// What was given, from where, and what was wrong with it.
pub(super) struct Values {
    given: BTreeMap<String, Given>,
    mistakes: Vec<Mistake>,
    /// What the operator may have overlooked.
    notices: Vec<String>,
}

struct Given {
    text: String,
    origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Default,
    DotEnv,
    Environment,
}

/// A variable as it may be shown to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub name: &'static str,
    pub shown: String,
    pub origin: Origin,
}

/// One broken value, with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {found}; {remedy}")]
pub struct Mistake {
    pub name: String,
    pub found: String,
    pub remedy: String,
}

/// What existing deployments set for services that this server may not talk to.
const FOREIGN_PREFIXES: [&str; 3] = ["ALIYUN_", "DASHSCOPE_", "DIFY_"];
/// What `docker-compose.yml` takes from the same `.env`.
const OF_COMPOSE: [&str; 4] = ["HTTP_PORT", "MINIO_PASSWORD", "MINIO_USER", "POSTGRES_PASSWORD"];
/// Only these begin with our name, so a misspelt one is noticed.
const OUR_PREFIX: &str = "REPARTEE_";

impl Values {
    pub(super) fn of_process() -> Self {
        let mut values = Self::empty();
        values.read_dot_env(Path::new(".env"));
        let environment =
            std::env::vars_os().filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)));
        for (name, text) in environment {
            values.give(name, text, Origin::Environment);
        }
        values
    }

    pub(super) fn of_pairs(pairs: &[(&str, &str)]) -> Self {
        let mut values = Self::empty();
        for (name, text) in pairs {
            values.give((*name).to_owned(), (*text).to_owned(), Origin::Environment);
        }
        values
    }

    /// The value, its default, or `None` when it has neither.
    pub(super) fn text(&self, variable: &Variable) -> Option<String> {
        let text = match self.find(variable) {
            Some((_, given)) => given.text.as_str(),
            None => variable.default,
        };
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(super) fn secret(&self, variable: &Variable) -> Option<SecretString> {
        self.text(variable).map(SecretString::from)
    }

    /// `None` when it is not set, or broken; then the mistake is noted.
    pub(super) fn optional<T>(
        &mut self,
        variable: &Variable,
        allowed: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(variable)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            let name = self.find(variable).map_or(variable.name, |(name, _)| name).to_owned();
            let found = match variable.secret || text.contains("-----BEGIN") {
                true => "is not usable".to_owned(),
                false => format!("is {:?}", without_password(&text)),
            };
            self.refuse(&name, &found, &format!("allowed: {allowed}"));
        }
        parsed
    }

    /// For a variable whose default is a valid value; a broken one counts as the default until the start is refused.
    pub(super) fn required<T>(&mut self, variable: &Variable, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        self.optional(variable, allowed, &parse)
            .or_else(|| parse(variable.default))
            .expect("a required variable has a valid default")
    }

    /// Whether somebody set it by this name.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    pub(super) fn note(&mut self, notice: String) {
        self.notices.push(notice);
    }

    /// Whether somebody set it.
    pub(super) fn has(&self, variable: &Variable) -> bool {
        self.find(variable).is_some()
    }

    pub(super) fn refuse(&mut self, name: &str, found: &str, remedy: &str) {
        self.mistakes.push(Mistake { name: name.to_owned(), found: found.to_owned(), remedy: remedy.to_owned() });
    }

    pub(super) fn refuse_unknown<'a>(&mut self, known: impl Iterator<Item = &'a Variable>) {
        let ours: Vec<&str> = known.map(|variable| variable.name).filter(|name| name.starts_with(OUR_PREFIX)).collect();
        let unknown: Vec<String> = self
            .given
            .keys()
            .filter(|name| name.starts_with(OUR_PREFIX) && !ours.contains(&name.as_str()))
            .cloned()
            .collect();
        for name in unknown {
            self.refuse(
                &name,
                "is not a variable of Repartee",
                &format!("those with this prefix: {}", ours.join(", ")),
            );
        }
    }

    /// What somebody set in vain. The environment is full of names that are meant for others; `.env` is not.
    pub(super) fn note_unused<'a>(&mut self, known: impl Iterator<Item = &'a Variable>) {
        let known: Vec<&str> =
            known.flat_map(|variable| std::iter::once(variable.name).chain(variable.aliases.iter().copied())).collect();
        let is_meant_for_us = |name: &str, given: &Given| {
            given.origin == Origin::DotEnv || FOREIGN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        };
        let is_read = |name: &str| known.contains(&name) || OF_COMPOSE.contains(&name) || name.starts_with(OUR_PREFIX);
        let unused = self.given.iter().filter(|(name, given)| is_meant_for_us(name, given) && !is_read(name));
        let notice = |(name, _): (&String, &Given)| match nearest(name, &known) {
            Some(near) => format!("{name} is set, but nothing here uses it; did you mean {near}?"),
            None => format!("{name} is set, but nothing here uses it"),
        };
        self.notices.extend(unused.map(notice).collect::<Vec<_>>());
    }

    pub(super) fn finish<'a>(
        self,
        known: impl Iterator<Item = &'a Variable>,
    ) -> (Vec<Setting>, Vec<String>, Vec<Mistake>) {
        let settings = known.map(|variable| self.show(variable)).collect();
        (settings, self.notices, self.mistakes)
    }

    fn empty() -> Self {
        Self { given: BTreeMap::new(), mistakes: Vec::new(), notices: Vec::new() }
    }

    fn read_dot_env(&mut self, path: &Path) {
        let lines = match dotenvy::from_path_iter(path) {
            Ok(lines) => lines,
            Err(error) if error.not_found() => return,
            Err(error) => {
                return self.refuse(".env", &format!("cannot be read: {error}"), "make it readable or remove it");
            }
        };
        for line in lines {
            match line {
                Ok((name, text)) => self.give(name, text, Origin::DotEnv),
                // The error would show the line, which may hold a secret.
                Err(_) => {
                    self.refuse(".env", "has a broken line", "allowed: NAME=value, # comment");
                }
            }
        }
    }

    /// An empty value counts as not set, because compose files pass empty ones.
    fn give(&mut self, name: String, text: String, origin: Origin) {
        let text = text.trim();
        if !text.is_empty() {
            let text = text.to_owned();
            self.given.insert(name, Given { text, origin });
        }
    }

    fn find(&self, variable: &Variable) -> Option<(&'static str, &Given)> {
        std::iter::once(&variable.name).chain(variable.aliases).find_map(|name| Some((*name, self.given.get(*name)?)))
    }

    fn show(&self, variable: &Variable) -> Setting {
        let origin = self.find(variable).map_or(Origin::Default, |(_, given)| given.origin);
        let shown = match self.text(variable) {
            None => "(not set)".to_owned(),
            Some(_) if variable.secret => "(hidden)".to_owned(),
            Some(text) => without_password(&text),
        };
        Setting { name: variable.name, shown, origin }
    }
}

/// `scheme://user:password@host?password=password`, or `user=name password=password`, without the passwords. A password may
/// hold what ends one in an address, for then it is refused, and shown with what is wrong: rather too much is hidden.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        let word = |word: &str| match word.rsplit_once('@') {
            Some((before, after)) if before.contains(':') && !before.starts_with("sqlite:") => {
                format!("(hidden)@{}", without_values(after))
            }
            _ => without_value(word),
        };
        return text.split(' ').map(word).collect::<Vec<_>>().join(" ");
    };
    let rest = &without_values(rest);
    let is_file = ["sqlite", "file"].contains(&scheme);
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let has_password = rest.find(':').is_some_and(|colon| colon < authority_end);
    let at = if has_password { rest.rfind('@') } else { rest[..authority_end].rfind('@') };
    match at.filter(|_| !is_file) {
        Some(at) => {
            let user = rest[..at].split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:(hidden)@{}", &rest[at + 1..])
        }
        None => format!("{scheme}://{rest}"),
    }
}

/// `place?name=value&password=password` without the password.
fn without_values(place: &str) -> String {
    match place.split_once('?') {
        None => place.to_owned(),
        Some((place, query)) => {
            format!("{place}?{}", query.split('&').map(without_value).collect::<Vec<_>>().join("&"))
        }
    }
}

/// A parameter that lets somebody in.
fn without_value(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, _)) if ["password", "secret", "token", "key"].iter().any(|secret| name.contains(secret)) => {
            format!("{name}=(hidden)")
        }
        _ => parameter.to_owned(),
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::DotEnv => ".env",
            Self::Environment => "environment",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: Variable = Variable::new("PORT", "3001", "");
    const MODEL: Variable = Variable::new("OPENAI_CHAT_MODEL", "", "").or(&["AI_MODEL"]);

    #[test]
    fn what_env_files_say_and_nothing_reads_is_told_with_what_was_meant() {
        let mut values = Values::empty();
        for (name, origin) in [
            ("PROT", Origin::DotEnv),
            ("OPENAI_CHAT_MODLE", Origin::DotEnv),
            ("SOMETHING_ELSE", Origin::DotEnv),
            ("AI_MODEL", Origin::DotEnv),
            ("HTTP_PORT", Origin::DotEnv),
            ("PORTS", Origin::Environment),
        ] {
            values.give(name.to_owned(), "hush".to_owned(), origin);
        }
        values.note_unused([&PORT, &MODEL].into_iter());
        let expected = [
            "OPENAI_CHAT_MODLE is set, but nothing here uses it; did you mean OPENAI_CHAT_MODEL?",
            "PROT is set, but nothing here uses it; did you mean PORT?",
            "SOMETHING_ELSE is set, but nothing here uses it",
        ];
        assert_eq!(values.notices, expected);
    }

    #[test]
    fn what_compose_takes_from_env_files_is_known() {
        let compose = include_str!("../../../../docker-compose.yml");
        let taken = compose.split("${").skip(1).filter_map(|rest| rest.split([':', '}']).next());
        let example = super::super::example::text();
        let is_known = |name: &str| OF_COMPOSE.contains(&name) || example.contains(&format!("#{name}="));
        let unknown: Vec<&str> = taken.filter(|name| !is_known(name)).collect();
        assert_eq!(unknown, [""; 0]);
        assert!(OF_COMPOSE.iter().all(|name| compose.contains(&format!("${{{name}"))));
    }

    #[test]
    fn compose_gives_no_value_of_its_own_to_what_env_files_may_say_by_another_name() {
        let compose = include_str!("../../../../docker-compose.yml");
        let is_given = |name: &str| compose.lines().any(|line| line.trim_start().starts_with(&format!("{name}: ")));
        let known = super::super::SECTIONS.iter().flat_map(|(_, variables)| *variables);
        let with_other_names = known.filter(|variable| !variable.aliases.is_empty()).map(|variable| variable.name);
        let given: Vec<&str> = with_other_names.filter(|name| is_given(name)).collect();
        let of_the_bucket_that_compose_starts = ["S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
        assert_eq!(given, of_the_bucket_that_compose_starts);
    }
}
