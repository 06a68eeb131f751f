use protocol::ErrorCode;
use runtime::Counter;

/// What the connections of this process went through so far.
#[derive(Debug, Default)]
pub struct Traffic {
    pub connections_opened: Counter,
    /// Connections that were closed because their clients did not read.
    pub congested: Counter,
    refused: [Counter; ErrorCode::ALL.len()],
}

impl Traffic {
    /// A client is told that something is not done, or went wrong.
    pub fn on_refused(&self, code: ErrorCode) {
        self.refused[code as usize].add(1);
    }

    pub fn refused(&self) -> impl Iterator<Item = (ErrorCode, u64)> + '_ {
        ErrorCode::ALL.into_iter().zip(&self.refused).map(|(code, count)| (code, count.get()))
    }
}
