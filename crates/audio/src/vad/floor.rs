/// Frames of a block: a quarter of a second.
const BLOCK: usize = 16;
/// How long the quietest moment is remembered: four seconds, longer than anybody speaks without a gap between two words.
const BLOCKS: usize = 16;
/// Before so many frames a stream that begins in the middle of a word would be taken for a loud room.
const ENOUGH: usize = 4 * BLOCK;
/// Of a new frame in the average, so that one lost packet is no silence.
const SHARE: f32 = 0.3;

/// How loud the room is: the quietest moment of the last seconds.
pub(super) struct NoiseFloor {
    /// The average of the squares of the last few frames.
    energy: f32,
    /// The lowest `energy` of each block.
    lowest: [f32; BLOCKS],
    frames: usize,
}

impl NoiseFloor {
    pub(super) fn new() -> Self {
        Self { energy: 0.0, lowest: [f32::MAX; BLOCKS], frames: 0 }
    }

    /// Takes the loudness of the next frame.
    pub(super) fn hear(&mut self, loudness: f32) {
        let energy = loudness * loudness;
        self.energy = if self.frames == 0 { energy } else { self.energy + SHARE * (energy - self.energy) };
        let block = &mut self.lowest[self.frames / BLOCK % BLOCKS];
        *block = if self.frames.is_multiple_of(BLOCK) { self.energy } else { block.min(self.energy) };
        self.frames += 1;
    }

    /// As a root mean square; none before it can be known.
    pub(super) fn loudness(&self) -> Option<f32> {
        let lowest = self.lowest.iter().copied().fold(f32::MAX, f32::min);
        (self.frames >= ENOUGH).then(|| lowest.sqrt())
    }
}
