pub(super) struct BoxHeader {
    pub(super) name: [u8; 4],
    /// Bytes of the header itself.
    pub(super) length: usize,
    /// Bytes after the header; for a box that lasts until the end, more than will ever come.
    pub(super) body: u64,
}

pub(super) struct NotABox;

impl BoxHeader {
    /// `None` if the header is not complete yet.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, NotABox> {
        let Some((start, rest)) = bytes.split_first_chunk::<8>() else { return Ok(None) };
        let [s0, s1, s2, s3, name @ ..] = *start;
        if !name.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == 0xa9) {
            return Err(NotABox);
        }
        let (length, size) = match u32::from_be_bytes([s0, s1, s2, s3]) {
            0 => (8, u64::MAX),
            1 => {
                let Some(large) = rest.first_chunk::<8>() else { return Ok(None) };
                (16, u64::from_be_bytes(*large))
            }
            size => (8, size.into()),
        };
        let body = size.checked_sub(length as u64).ok_or(NotABox)?;
        Ok(Some(Self { name, length, body }))
    }
}

/// The complete boxes within a body, as far as they make sense.
pub(super) fn children(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let header = BoxHeader::read(body).ok().flatten()?;
        let size = usize::try_from(header.body).ok()?;
        let (child, rest) = body.get(header.length..)?.split_at_checked(size)?;
        body = rest;
        Some((header.name, child))
    })
}

pub(super) fn child<'a>(body: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    children(body).find(|(name, _)| name == wanted).map(|(_, child)| child)
}

/// Numbers one after another, big-endian.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    pub(super) fn u8(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*bytes))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*bytes))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*bytes))
    }

    pub(super) fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }
}
