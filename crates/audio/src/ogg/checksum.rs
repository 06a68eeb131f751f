/// The checksum of Ogg pages: polynomial 0x04c11db7, most significant bit first, from zero. Eight tables take eight bytes a step.
const TABLES: [[u32; 256]; 8] = tables();

pub(super) fn checksum(before: u32, bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let crc = words.iter().fold(before, |crc, word| {
        let first = crc ^ u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
        let [a, b, c, d] = first.to_be_bytes();
        TABLES[7][usize::from(a)]
            ^ TABLES[6][usize::from(b)]
            ^ TABLES[5][usize::from(c)]
            ^ TABLES[4][usize::from(d)]
            ^ TABLES[3][usize::from(word[4])]
            ^ TABLES[2][usize::from(word[5])]
            ^ TABLES[1][usize::from(word[6])]
            ^ TABLES[0][usize::from(word[7])]
    });
    rest.iter().fold(crc, |crc, byte| crc << 8 ^ TABLES[0][usize::from((crc >> 24) as u8 ^ byte)])
}

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x04c1_1db7 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before: u32 = tables[table - 1][byte];
            tables[table][byte] = before << 8 ^ tables[0][(before >> 24) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_the_same_however_the_bytes_are_split() {
        let bytes: Vec<u8> = (0..=255).collect();
        for split in 0..bytes.len() {
            assert_eq!(checksum(checksum(0, &bytes[..split]), &bytes[split..]), checksum(0, &bytes));
        }
        assert_eq!(checksum(0, b"123456789"), 0x89a1_897f);
    }
}
