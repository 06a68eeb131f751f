use std::fmt::Write as _;

use super::{SECTIONS, variable::Variable};

const PREFACE: &str = "\
# Copy to `.env` in the directory the server is started from; the environment wins over it.
# Every variable has a default. `repartee config check` shows what is in force and where it came from.
";

pub(super) fn text() -> String {
    let mut text = PREFACE.to_owned();
    for (title, variables) in SECTIONS {
        writeln!(text, "\n# --- {title} ---").expect("a String takes every text");
        for variable in *variables {
            let (name, default) = (variable.name, variable.default);
            writeln!(text, "\n# {}{}\n#{name}={default}", variable.help, other_names(variable))
                .expect("a String takes every text");
        }
    }
    text
}

fn other_names(variable: &Variable) -> String {
    match variable.aliases {
        [] => String::new(),
        names => format!(" (also read as {})", names.join(", ")),
    }
}
