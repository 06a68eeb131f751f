pub(super) struct Header {
    pub(super) id: u32,
    /// `None` if unknown: the element ends where the next of its level begins.
    pub(super) size: Option<u64>,
    /// Bytes of the header itself.
    pub(super) length: usize,
}

#[derive(Debug, PartialEq)]
pub(super) struct NotAnElement;

impl Header {
    /// `None` if the header is not complete yet.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, NotAnElement> {
        let Some(&first) = bytes.first() else { return Ok(None) };
        let id_length = first.leading_zeros() as usize + 1;
        if id_length > 4 {
            return Err(NotAnElement);
        }
        let Some(&second) = bytes.get(id_length) else { return Ok(None) };
        let size_length = second.leading_zeros() as usize + 1;
        if size_length > 8 {
            return Err(NotAnElement);
        }
        let length = id_length + size_length;
        let Some(size) = bytes.get(id_length..length) else { return Ok(None) };
        let id = bytes[..id_length].iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let mask = (1_u64 << (7 * size_length)) - 1;
        let value = size.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)) & mask;
        Ok(Some(Self { id, size: (value != mask).then_some(value), length }))
    }
}

/// A number of variable length and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let (number, rest) = bytes.split_at_checked(length).filter(|_| length <= 8)?;
    let mask = (1_u64 << (7 * length)) - 1;
    Some((number.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)) & mask, rest))
}

/// The complete elements within a body, as far as they make sense.
pub(super) fn children(mut body: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let header = Header::read(body).ok().flatten()?;
        let size = usize::try_from(header.size?).ok()?;
        let (child, rest) = body.get(header.length..)?.split_at_checked(size)?;
        body = rest;
        Some((header.id, child))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_size_is_all_ones_at_any_length() {
        for bytes in [&[0xa3, 0xff][..], &[0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] {
            let header = Header::read(bytes).expect("an element").expect("complete");
            assert_eq!((header.size, header.length), (None, bytes.len()));
        }
    }

    #[test]
    fn half_a_header_is_waited_for_and_a_zero_is_refused() {
        assert!(Header::read(&[0x1f, 0x43]).expect("possible").is_none());
        assert_eq!(Header::read(&[0]).err(), Some(NotAnElement));
    }
}
