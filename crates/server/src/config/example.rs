use std::fmt::Write as _;

use super::SECTIONS;

const PREFACE: &str = "\
# Copy to `.env` in the directory the server is started from; the environment wins over it.
# Every variable has a default. `repartee config check` shows what is in force and where it came from.
";

pub(super) fn text() -> String {
    let mut text = PREFACE.to_owned();
    for (title, variables) in SECTIONS {
        writeln!(text, "\n# --- {title} ---").expect("a String takes every text");
        for variable in *variables {
            writeln!(text, "\n# {}\n#{}={}", variable.help, variable.name, variable.default)
                .expect("a String takes every text");
        }
    }
    text
}
