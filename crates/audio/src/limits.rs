/// How much one session's intake may hold. What goes beyond is left out with an error; the stream goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the largest element of a container (a block, a page, a header) that is waited for.
    pub element: usize,
    /// Bytes of audio waiting for the next cut.
    pub pending_bytes: usize,
    /// Milliseconds of audio waiting for the next cut: silence takes few bytes.
    pub pending_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { element: 128 * 1024, pending_bytes: 4 * 1024 * 1024, pending_ms: 10 * 60 * 1000 }
    }
}
