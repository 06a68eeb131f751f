use std::io::{self, BufRead, Read as _};

use crate::Line;

/// No line that we write comes near.
const LONGEST_LINE: u64 = 16 << 20;

/// The lines of a recording with their numbers; 1 is the first.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    number: u64,
}

/// Why a file is no recording.
#[derive(Debug, thiserror::Error)]
pub enum BadTape {
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("line {line}: {what}")]
    Malformed { line: u64, what: String },
    /// The process stopped while it wrote the last line.
    #[error("line {line}: it is cut off")]
    CutOff { line: u64 },
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    fn read(&mut self) -> Result<Option<(u64, Line)>, BadTape> {
        let mut text = Vec::new();
        self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)?;
        if text.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let line = self.number;
        let is_whole = text.ends_with(b"\n");
        if !is_whole && text.len() as u64 == LONGEST_LINE {
            return Err(BadTape::malformed(line, "it is too long"));
        }
        match parse(&text) {
            Ok(parsed) => Ok(Some((line, parsed))),
            Err(_) if !is_whole && line > 1 => Err(BadTape::CutOff { line }),
            Err(what) if line == 1 => Err(BadTape::malformed(line, format!("not a recording of a session: {what}"))),
            Err(what) => Err(BadTape::malformed(line, what)),
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<(u64, Line), BadTape>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn parse(text: &[u8]) -> Result<Line, String> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let line = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    Ok(line)
}

impl BadTape {
    pub(crate) fn malformed(line: u64, what: impl Into<String>) -> Self {
        Self::Malformed { line, what: what.into() }
    }
}
