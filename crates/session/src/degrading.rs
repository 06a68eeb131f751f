//! What the session does without a store: it keeps trying, less and less often.

const FIRST_MS: u64 = 250;
const LONGEST_MS: u64 = 8_000;

/// How long to wait before the next attempt, after this many failures in a row.
pub(crate) fn retry_after_ms(failures: u32) -> u64 {
    FIRST_MS.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::retry_after_ms;

    #[test]
    fn attempts_become_rarer_but_never_stop() {
        let waits: Vec<_> = (1..9).map(retry_after_ms).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(retry_after_ms(u32::MAX), 8000);
    }
}
