//! Damaged copies of a graph file.

/// Ways to damage a file, by number; the same number gives the same damage.
pub(crate) fn damage(original: &[u8], number: u64) -> (String, Vec<u8>) {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = original.to_owned();
    let length = bytes.len() as u64;
    let at = |random: &mut Random, from: u64, to: u64| (from + random.below(to - from)) as usize;
    let what = match number % 8 {
        0 => {
            let at = at(&mut random, 0, 12_288);
            bytes[at] ^= 1 << random.below(8);
            format!("one bit of the headers, byte {at}")
        }
        1 => {
            for _ in 0..64 {
                let at = at(&mut random, 12_288, length);
                bytes[at] ^= 1 << random.below(8);
            }
            "64 bits of the blocks".to_owned()
        }
        2 => {
            bytes.truncate(random.below(length) as usize);
            format!("cut to {} bytes", bytes.len())
        }
        3 => {
            bytes.truncate((length / 4096 / 2 * 4096) as usize);
            bytes.extend(vec![0; random.below(1 << 16) as usize]);
            format!(
                "the second half replaced by {} zeros",
                bytes.len() as u64 - length / 4096 / 2 * 4096
            )
        }
        4 => {
            let (a, b) = (
                random.below(3) as usize * 4096,
                random.below(3) as usize * 4096,
            );
            for offset in 0..4096 {
                bytes.swap(a + offset, b + offset);
            }
            format!("headers {a} and {b} swapped")
        }
        5 => {
            let start = at(&mut random, 0, length - 4096);
            for byte in &mut bytes[start..start + 4096] {
                *byte = random.next() as u8;
            }
            format!("noise at {start}")
        }
        6 => {
            // Lengths and counts that are far too large.
            let start = at(&mut random, 4096, length - 8) & !7;
            bytes[start..start + 8].copy_from_slice(&u64::MAX.to_le_bytes());
            format!("all ones at {start}")
        }
        _ => {
            let (from, to) = (
                at(&mut random, 12_288, length - 8192),
                at(&mut random, 12_288, length - 8192),
            );
            bytes.copy_within(from..from + 8192, to);
            format!("8 KiB copied from {from} to {to}")
        }
    };
    (what, bytes)
}

/// The same block checksums as the original make damage reach deeper: DuckDB checks them first.
pub(crate) fn repair_checksums(bytes: &mut [u8], block_size: usize) {
    let mut start = 0;
    let mut size = 4096;
    while start + size <= bytes.len() {
        let sum = checksum(&bytes[start + 8..start + size]);
        bytes[start..start + 8].copy_from_slice(&sum.to_le_bytes());
        start += size;
        if start == 12_288 {
            size = block_size;
        }
    }
}

/// DuckDB's checksum of a block: 5381, each 64-bit word times a constant, the rest by MurmurHash.
fn checksum(block: &[u8]) -> u64 {
    block
        .chunks_exact(8)
        .map(|word| {
            u64::from_le_bytes(word.try_into().expect("eight bytes"))
                .wrapping_mul(0xbf58_476d_1ce4_e5b9)
        })
        .fold(5381, |sum, word| sum ^ word)
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}
