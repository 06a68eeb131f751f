use std::fmt::{self, Write as _};

/// What a value should be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

/// Values of what is measured beside those of what it is measured against.
pub(super) struct Table {
    text: String,
}

const TITLE: usize = 36;
const COLUMN: usize = 12;

impl Aim {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

impl Table {
    pub(super) fn new(measured: &str, against: &str) -> Self {
        let mut text = String::new();
        let _ = writeln!(text, "\n{:TITLE$}{measured:>COLUMN$}{against:>COLUMN$}{:>8}   aim", "", "ratio");
        Self { text }
    }

    pub(super) fn section(&mut self, title: &str) {
        let _ = writeln!(self.text, "{title}");
    }

    /// The aim is about the value itself.
    pub(super) fn row(&mut self, title: &str, value: f64, against: Option<f64>, digits: usize, aim: Option<Aim>) {
        let against = against.map_or_else(String::new, |against| format!("{against:.digits$}"));
        let verdict = aim.map_or_else(String::new, |aim| verdict(aim, value));
        self.line(title, value, &against, "", digits, &verdict);
    }

    /// The aim is about the ratio of the two.
    pub(super) fn compare(&mut self, title: &str, value: f64, against: f64, digits: usize, aim: Option<Aim>) {
        let (shown, ratio) = (format!("{against:.digits$}"), value / against);
        let verdict = aim.map_or_else(String::new, |aim| verdict(aim, ratio));
        self.line(title, value, &shown, &format!("{ratio:.2}"), digits, &verdict);
    }

    /// The same, with something that stands above.
    pub(super) fn compare_with(&mut self, title: &str, value: f64, above: f64, digits: usize, aim: Aim) {
        self.line(title, value, "", &format!("{:.2}", value / above), digits, &verdict(aim, value / above));
    }

    fn line(&mut self, title: &str, value: f64, against: &str, ratio: &str, digits: usize, verdict: &str) {
        let line = format!("  {title:<0$}{value:>COLUMN$.digits$}{against:>COLUMN$}{ratio:>8}   {verdict}", TITLE - 2);
        let _ = writeln!(self.text, "{}", line.trim_end());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn verdict(aim: Aim, value: f64) -> String {
    let word = if aim.is_met(value) { "ok" } else { "MISSED" };
    match aim {
        Aim::AtMost(limit) => format!("<= {limit:<5} {word}"),
        Aim::AtLeast(limit) => format!(">= {limit:<5} {word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_aim_is_judged_by_what_it_is_about() {
        let mut table = Table::new("ours", "theirs");
        table.row("a value", 12.0, Some(1.0), 1, Some(Aim::AtMost(10.0)));
        table.compare("a ratio", 12.0, 10.0, 1, Some(Aim::AtMost(3.0)));
        table.compare("a share", 12.0, 100.0, 1, Some(Aim::AtLeast(0.45)));
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert!(lines[0].ends_with("<= 10    MISSED"), "{text}");
        assert!(lines[1].ends_with("1.20   <= 3     ok"), "{text}");
        assert!(lines[2].ends_with("0.12   >= 0.45  MISSED"), "{text}");
    }
}
