use super::checksum::checksum;

pub(super) const CAPTURE: &[u8] = b"OggS";
const HEADER: usize = 27;

/// A whole page whose checksum is right.
pub(super) struct Page<'a> {
    header: &'a [u8; HEADER],
    lacing: &'a [u8],
    body: &'a [u8],
}

pub(super) enum NotAPage {
    /// No page begins here.
    Unlike,
    /// Something in these many bytes is not as it was written.
    Damaged(usize),
}

pub(super) struct Piece<'a> {
    pub(super) bytes: &'a [u8],
    /// The packet ends here; otherwise it goes on in the next page.
    pub(super) complete: bool,
}

impl<'a> Page<'a> {
    /// `None` if the page is not complete yet.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Option<Self>, NotAPage> {
        let seen = bytes.len().min(CAPTURE.len());
        if bytes[..seen] != CAPTURE[..seen] || bytes.get(4).is_some_and(|version| *version != 0) {
            return Err(NotAPage::Unlike);
        }
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else { return Ok(None) };
        let Some((lacing, rest)) = rest.split_at_checked(usize::from(header[26])) else { return Ok(None) };
        let size = lacing.iter().map(|value| usize::from(*value)).sum();
        let Some(body) = rest.get(..size) else { return Ok(None) };
        let page = Self { header, lacing, body };
        if page.checksum() != u32::from_le_bytes([header[22], header[23], header[24], header[25]]) {
            return Err(NotAPage::Damaged(page.length()));
        }
        Ok(Some(page))
    }

    pub(super) fn length(&self) -> usize {
        HEADER + self.lacing.len() + self.body.len()
    }

    pub(super) fn continues_a_packet(&self) -> bool {
        self.header[5] & 1 != 0
    }

    pub(super) fn begins_a_stream(&self) -> bool {
        self.header[5] & 2 != 0
    }

    pub(super) fn serial(&self) -> u32 {
        u32::from_le_bytes([self.header[14], self.header[15], self.header[16], self.header[17]])
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece<'a>> {
        let (mut lacing, mut body) = (self.lacing, self.body);
        std::iter::from_fn(move || {
            if lacing.is_empty() {
                return None;
            }
            let end = lacing.iter().position(|value| *value < 255);
            let (values, later) = lacing.split_at(end.map_or(lacing.len(), |end| end + 1));
            let (bytes, rest) = body.split_at(values.iter().map(|value| usize::from(*value)).sum());
            (lacing, body) = (later, rest);
            Some(Piece { bytes, complete: end.is_some() })
        })
    }

    fn checksum(&self) -> u32 {
        let before = checksum(checksum(0, &self.header[..22]), &[0; 4]);
        checksum(checksum(checksum(before, &self.header[26..]), self.lacing), self.body)
    }
}
