//! What must hold for any bytes. Shared by the fuzzer and by the test that runs without one.

use audio::{
    Declared, Intake, Limits, LiveDecoder, Segment, decode,
    vad::{SpeechDetector, SpeechSettings},
};

/// Small enough that a run takes a millisecond or two.
const MAX_INPUT: usize = 64 * 1024;
const LIMITS: Limits = Limits { element: 64 * 1024, pending_bytes: 128 * 1024, pending_ms: 20_000 };

pub fn webm(data: &[u8]) {
    container(&beginning_with(b"\x1a\x45\xdf\xa3", 0, data));
}

pub fn ogg(data: &[u8]) {
    let mut file = beginning_with(b"OggS", 0, data);
    repair_checksums(&mut file);
    container(&file);
}

pub fn mp4(data: &[u8]) {
    container(&beginning_with(b"ftyp", 4, data));
}

pub fn wav(data: &[u8]) {
    let mut file = beginning_with(b"RIFF", 0, data);
    if file.len() >= 12 {
        file[8..12].copy_from_slice(b"WAVE");
    }
    container(&file);
}

/// Chunks of any size, said to be anything, cut at any time, through a restart of the process.
pub fn intake(data: &[u8]) {
    let data = &data[..data.len().min(MAX_INPUT)];
    if let Ok(mut restored) = Intake::restore(data, LIMITS) {
        let _ = restored.push(data, &Declared::unknown());
        check(&restored.cut());
    }
    let mut dice = Dice::cast(data);
    let mut intake = Intake::new(LIMITS);
    for (chunk, declared) in chunks(data, &mut dice.clone()) {
        let _ = intake.push(chunk, &declared);
        assert!(intake.pending_ms() <= LIMITS.pending_ms + 1000);
        if dice.roll(10) == 0 {
            check(&intake.cut());
            let state = intake.state();
            assert!(state.len() <= 2 * LIMITS.element + 64 * 1024);
            intake = Intake::restore(&state, LIMITS).expect("what was given is taken back");
        }
    }
    check(&intake.cut());
}

/// The same, heard while it arrives: in each process what is stored.
pub fn live(data: &[u8]) {
    let data = &data[..data.len().min(MAX_INPUT)];
    if let Ok(mut restored) = Intake::restore(data, LIMITS) {
        let _ = restored.push_heard(data, &Declared::unknown(), &mut LiveDecoder::new());
    }
    let mut dice = Dice::cast(data);
    let mut process = Listening::new(Intake::new(LIMITS));
    for (chunk, declared) in chunks(data, &mut dice.clone()) {
        process.hear(chunk, &declared);
        match dice.roll(20) {
            0 => {
                let state = process.end();
                process = Listening::new(Intake::restore(&state, LIMITS).expect("what was given is taken back"));
            }
            1..4 => process.segments.extend(process.intake.cut()),
            _ => {}
        }
    }
    process.end();
}

struct Listening {
    intake: Intake,
    decoder: LiveDecoder,
    detector: SpeechDetector,
    heard: Vec<i16>,
    segments: Vec<Segment>,
}

impl Listening {
    fn new(intake: Intake) -> Self {
        let detector = SpeechDetector::new(SpeechSettings::default());
        Self { intake, decoder: LiveDecoder::new(), detector, heard: Vec::new(), segments: Vec::new() }
    }

    fn hear(&mut self, chunk: &[u8], declared: &Declared) {
        let _ = self.intake.push_heard(chunk, declared, &mut self.decoder);
        let heard = self.decoder.take();
        self.detector.hear(&heard);
        self.heard.extend(heard);
        assert_eq!(self.detector.head_ms(), self.heard.len() as u64 / 16);
    }

    /// What the next process goes on from.
    fn end(&mut self) -> Vec<u8> {
        self.segments.extend(self.intake.cut());
        assert_eq!(self.decoder.missed_ms(), 0, "no chunk brings half a minute");
        self.heard.extend(std::mem::take(&mut self.decoder).finish());
        let stored = decode(self.segments.iter().map(Segment::bytes)).expect("what is stored can be decoded");
        assert!(self.heard == stored, "{} samples were heard, {} are stored", self.heard.len(), stored.len());
        self.intake.state()
    }
}

/// Pieces of any size, each said to be anything.
fn chunks<'a>(mut rest: &'a [u8], dice: &mut Dice) -> Vec<(&'a [u8], Declared)> {
    let declared = ["", "audio/webm", "audio/pcm;rate=8000;channels=2", "audio/opus", "audio/wav", "audio/flac"]
        .map(Declared::parse);
    let mut said = 0;
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let size = [1, 20, 300, 5000][dice.roll(4)];
        let (chunk, later) = rest.split_at(rest.len().min(1 + dice.roll(size)));
        rest = later;
        if dice.roll(8) == 0 {
            said = dice.roll(declared.len());
        }
        chunks.push((chunk, declared[said].clone()));
    }
    chunks
}

/// A container gives the same wherever its bytes are split.
fn container(file: &[u8]) {
    let whole = segments(&[file]);
    check(&whole);
    let split =
        file.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte))) % file.len();
    let (first, second) = file.split_at(split);
    let begins_anew = second.starts_with(b"\x1a\x45\xdf\xa3")
        || second.starts_with(b"OggS")
        || second.starts_with(b"RIFF")
        || second.get(4..8) == Some(b"ftyp");
    let reads_as_text =
        [first, second, file].iter().any(|part| part.iter().take(256).all(|byte| (9..127).contains(byte)));
    if first.len() >= 16 && !begins_anew && !reads_as_text {
        assert_eq!(segments(&[first, second]), whole, "split at {split}");
    }
}

fn segments(chunks: &[&[u8]]) -> Vec<Segment> {
    let mut intake = Intake::new(LIMITS);
    for chunk in chunks {
        let _ = intake.push(chunk, &Declared::unknown());
    }
    intake.cut()
}

fn check(segments: &[Segment]) {
    let held: usize = segments.iter().map(|segment| segment.size()).sum();
    assert!(held <= 2 * LIMITS.pending_bytes + MAX_INPUT, "{held} bytes were held");
    decode(segments.iter().map(Segment::bytes)).expect("what is stored can be decoded");
}

fn beginning_with(magic: &[u8], at: usize, data: &[u8]) -> Vec<u8> {
    let mut file = data[..data.len().min(MAX_INPUT)].to_vec();
    file.resize(file.len().max(at + magic.len()), 0);
    file[at..at + magic.len()].copy_from_slice(magic);
    file
}

/// Otherwise no changed page would ever be looked into.
fn repair_checksums(file: &mut [u8]) {
    let mut at = 0;
    while file.get(at..at + 4) == Some(b"OggS") && file.len() >= at + 27 {
        let count = usize::from(file[at + 26]);
        let Some(lacing) = file.get(at + 27..at + 27 + count) else { return };
        let end = at + 27 + count + lacing.iter().map(|value| usize::from(*value)).sum::<usize>();
        let Some(page) = file.get_mut(at..end) else { return };
        page[22..26].fill(0);
        let sum = page.iter().fold(0_u32, |sum, byte| {
            (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| (sum << 1) ^ ((sum >> 31) * 0x04c1_1db7))
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        at = end;
    }
}

#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn cast(data: &[u8]) -> Self {
        Self(data.iter().fold(1, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(*byte) + 1)))
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}
