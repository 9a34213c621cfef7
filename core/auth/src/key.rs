//! API keys: `rak_`, 32 random characters, and six that prove them to be ours without asking the database.

use crate::secret::SecretError;

const PREFIX: &str = "rak_";
const RANDOM_CHARS: usize = 32;
const CHECK_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters that a list shows, to recognise a key by.
const SHOWN_CHARS: usize = 8;

/// Makes a key: 32 characters of 62 are 190 bits.
pub(crate) fn make() -> Result<String, SecretError> {
    let mut random = String::with_capacity(RANDOM_CHARS);
    while random.len() < RANDOM_CHARS {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes).map_err(|error| SecretError::Random(error.to_string()))?;
        // 248 is the largest multiple of 62 in a byte: the rest would make some characters likelier than others.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let left = RANDOM_CHARS - random.len();
        random.extend(
            fair.take(left)
                .map(|byte| char::from(ALPHABET[usize::from(byte % 62)])),
        );
    }
    let check = check(&random);
    Ok(format!("{PREFIX}{random}{check}"))
}

/// Whether a text is a key of ours, mistyped ones left out.
pub(crate) fn is_possible(key: &str) -> bool {
    let Some(rest) = key.strip_prefix(PREFIX) else {
        return false;
    };
    rest.len() == RANDOM_CHARS + CHECK_CHARS
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && check(&rest[..RANDOM_CHARS]) == rest[RANDOM_CHARS..]
}

/// Whether a text says of itself that it is a key.
pub(crate) fn looks_like(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// What a list shows of a key.
pub(crate) fn shown(key: &str) -> &str {
    key.get(..SHOWN_CHARS).unwrap_or_default()
}

/// CRC-32 in base 62.
fn check(text: &str) -> String {
    let mut number = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_are_told_from_others() {
        let key = make().unwrap();
        assert!(is_possible(&key) && looks_like(&key), "{key}");
        assert_ne!(key, make().unwrap());
        assert_eq!(shown(&key), &key[..8]);
        for place in 0..key.len() {
            let mut bytes = key.clone().into_bytes();
            bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(!is_possible(&changed), "{changed}");
        }
        for bad in [
            "",
            "rak_",
            "rak_x",
            &format!("{key}x"),
            "rak_éééééééééééééééééééé",
        ] {
            assert!(!is_possible(bad), "{bad}");
        }
    }
}
