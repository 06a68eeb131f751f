/// Server-sent events, as far as these servers use them: the `data` of each event, from pieces of any size.
#[derive(Default)]
pub(super) struct EventLines {
    line: Vec<u8>,
    data: Option<String>,
}

/// One event took more than 1 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventTooLong;

const MAX_EVENT_BYTES: usize = 1024 * 1024;

impl EventLines {
    /// The events that these bytes complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, EventTooLong> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if self.line.len() + self.data.as_ref().map_or(0, String::len) > MAX_EVENT_BYTES {
                return Err(EventTooLong);
            }
            if self.line.ends_with(b"\n") {
                events.extend(self.end_line());
            }
        }
        Ok(events)
    }

    /// What was left without its closing empty line.
    pub(super) fn finish(&mut self) -> Option<String> {
        let event = self.end_line();
        event.or_else(|| self.data.take())
    }

    fn end_line(&mut self) -> Option<String> {
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            return self.data.take();
        }
        let data = line.strip_prefix("data:")?;
        let data = data.strip_prefix(' ').unwrap_or(data);
        match &mut self.data {
            Some(lines) => {
                lines.push('\n');
                lines.push_str(data);
            }
            None => self.data = Some(data.to_owned()),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": keep-alive\n\ndata: {\"a\":\"你\"}\r\n\r\nevent: x\nid: 7\ndata:[DONE]\n\ndata: one\ndata: two\n\ndata: open";

    #[test]
    fn the_pieces_make_no_difference() {
        for cut in 0..=STREAM.len() {
            for size in [1, 3, STREAM.len()] {
                let mut lines = EventLines::default();
                let (head, tail) = STREAM.as_bytes().split_at(cut);
                let pieces = head.chunks(size).chain(tail.chunks(size));
                let mut events: Vec<String> = pieces.flat_map(|piece| lines.push(piece).unwrap()).collect();
                events.extend(lines.finish());
                assert_eq!(events, ["{\"a\":\"你\"}", "[DONE]", "one\ntwo", "open"]);
            }
        }
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        let mut lines = EventLines::default();
        let endless = vec![b'x'; MAX_EVENT_BYTES];
        assert_eq!(lines.push(&endless), Ok(vec![]));
        assert_eq!(lines.push(b"x"), Err(EventTooLong));
    }
}
