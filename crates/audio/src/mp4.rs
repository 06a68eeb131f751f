//! Fragmented MP4 as browsers record it (AAC or Opus), cut anywhere: samples leave as soon as their bytes are there.

mod boxes;
mod fragment;
mod movie;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use self::{
    boxes::{BoxHeader, NotABox},
    fragment::Sample,
    movie::Track,
};
use crate::{
    AudioError, Limits,
    sink::{Origin, Sink},
};

/// How far to look for the next fragment.
const MAX_SEARCH: usize = 1024 * 1024;
/// A box larger than this is not skipped: its size is taken for damage.
const MAX_SKIP: u64 = 1024 * 1024;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Mp4 {
    /// Bytes taken since the file began; samples are addressed by it.
    position: u64,
    /// Bytes left of a box that nobody needs.
    skip: u64,
    /// Bytes left of the media that `samples` lie in.
    media: u64,
    track: Option<Track>,
    samples: VecDeque<Sample>,
    /// Bytes searched since the stream stopped making sense.
    searched: Option<usize>,
}

impl Mp4 {
    /// Takes what is complete in `bytes` and says how much that was. An error ends the stream.
    pub(crate) fn parse(&mut self, bytes: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let was_searching = self.searched.is_some();
            let taken = if self.skip > 0 {
                let skipped = self.skip.min(rest.len() as u64);
                self.skip -= skipped;
                skipped as usize
            } else if self.media > 0 {
                self.media(rest, limits, sink)
            } else if was_searching {
                self.search(rest)?
            } else {
                self.next_box(rest, limits, sink)?
            };
            at += taken;
            self.position = self.position.saturating_add(taken as u64);
            let found = was_searching && self.searched.is_none();
            if taken == 0 && !found {
                break;
            }
        }
        Ok(at)
    }

    fn next_box(&mut self, rest: &[u8], limits: &Limits, sink: &mut impl Sink) -> Result<usize, AudioError> {
        let header = match BoxHeader::read(rest) {
            Ok(Some(header)) => header,
            Ok(None) => return Ok(0),
            Err(NotABox) => return Ok(self.lose(sink)),
        };
        match &header.name {
            b"mdat" if self.track.is_none() => Err(AudioError::NotFragmented),
            b"mdat" => {
                self.media = header.body;
                Ok(header.length)
            }
            b"moov" | b"moof" if header.body > limits.element as u64 => {
                sink.problem(AudioError::TooLarge { bytes: header.body, limit: limits.element });
                Ok(self.lose(sink))
            }
            b"moov" => {
                let Some(body) = rest.get(header.length..header.length + header.body as usize) else { return Ok(0) };
                let track = movie::audio_track(body)?;
                self.track = Some(track);
                sink.begin(track.codec, Origin::default());
                Ok(header.length + body.len())
            }
            b"moof" => {
                let Some(body) = rest.get(header.length..header.length + header.body as usize) else { return Ok(0) };
                self.samples.clear();
                if let Some(track) = self.track {
                    match fragment::samples(body, self.position, track) {
                        Some(samples) => self.samples = samples,
                        None => sink.problem(AudioError::Damaged { container: "MP4" }),
                    }
                }
                Ok(header.length + body.len())
            }
            _ if header.body > MAX_SKIP => Ok(self.lose(sink)),
            b"ftyp" => {
                self.track = None;
                self.skip = header.body;
                Ok(header.length)
            }
            b"styp" | b"sidx" | b"ssix" | b"free" | b"skip" | b"wide" | b"mfra" | b"emsg" | b"prft" | b"uuid"
            | b"pdin" | b"meta" | b"udta" => {
                self.skip = header.body;
                Ok(header.length)
            }
            _ => Ok(self.lose(sink)),
        }
    }

    /// Takes the next sample, or what lies before it.
    fn media(&mut self, rest: &[u8], limits: &Limits, sink: &mut impl Sink) -> usize {
        let wanted = loop {
            let Some(sample) = self.samples.front() else { break None };
            let gap = sample.offset.checked_sub(self.position);
            if (1..=limits.element).contains(&(sample.size as usize))
                && gap.is_some_and(|gap| gap.saturating_add(sample.size.into()) <= self.media)
            {
                break gap.map(|gap| (gap, sample.size as usize));
            }
            self.samples.pop_front();
            sink.problem(AudioError::Damaged { container: "MP4" });
        };
        let available = self.media.min(rest.len() as u64);
        let taken = match wanted {
            None => available as usize,
            Some((0, size)) => {
                let Some(packet) = rest.get(..size) else { return 0 };
                self.samples.pop_front();
                sink.packet(packet);
                size
            }
            Some((gap, _)) => gap.min(available) as usize,
        };
        self.media -= taken as u64;
        taken
    }

    fn lose(&mut self, sink: &mut impl Sink) -> usize {
        self.searched = Some(0);
        sink.problem(AudioError::Damaged { container: "MP4" });
        1
    }

    /// Passes over what cannot be the beginning of a fragment.
    fn search(&mut self, rest: &[u8]) -> Result<usize, AudioError> {
        if let Some(found) = rest.windows(8).position(|window| &window[4..] == b"moof") {
            self.searched = None;
            return Ok(found);
        }
        let passed = rest.len().saturating_sub(7);
        let searched = self.searched.unwrap_or_default().saturating_add(passed);
        if searched > MAX_SEARCH {
            return Err(AudioError::Lost { container: "MP4" });
        }
        self.searched = Some(searched);
        Ok(passed)
    }
}
