//! Bytes of a file, as the parser is given them: offsets never move.

/// A stretch that could not be read as text.
pub(crate) struct Unreadable {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) detail: String,
}

/// How the bytes are to be read.
pub(crate) enum Reading<'a> {
    /// As they are.
    Plain(&'a [u8]),
    /// A copy of the same length: bytes that the grammar cannot take are replaced.
    Patched(Vec<u8>, Option<Unreadable>),
    /// Not at all.
    Refused(String),
}

/// Decides how a file is read: UTF-8 as it is, anything that is ASCII but for some bytes with those replaced. A line end
/// of a lone carriage return becomes a line feed.
pub(crate) fn read(source: &[u8]) -> Reading<'_> {
    if source.starts_with(&[0xFF, 0xFE]) || source.starts_with(&[0xFE, 0xFF]) {
        return Reading::Refused("the file is UTF-16, which Python does not read".into());
    }
    let unreadable = std::str::from_utf8(source).err().map(|error| {
        let start = error.valid_up_to() as u32;
        let count = invalid_bytes(source);
        let declared = declared_encoding(source).map_or_else(
            || "the file declares no encoding".to_owned(),
            |name| format!("the file declares `{name}`"),
        );
        let end = start + error.error_len().unwrap_or(1) as u32;
        let end = end.min(source.len() as u32);
        Unreadable {
            start,
            end,
            detail: format!(
                "{count} bytes from here on are no UTF-8 ({declared}); they are read as `?`"
            ),
        }
    });
    if unreadable.is_none() && !has_lone_return(source) {
        return Reading::Plain(source);
    }
    let mut copy = source.to_vec();
    for i in 0..copy.len() {
        if copy[i] == b'\r' && copy.get(i + 1) != Some(&b'\n') {
            copy[i] = b'\n';
        }
    }
    if unreadable.is_some() {
        replace_invalid(&mut copy);
    }
    Reading::Patched(copy, unreadable)
}

/// The encoding that one of the first two lines declares (PEP 263).
fn declared_encoding(source: &[u8]) -> Option<String> {
    source
        .split(|&byte| byte == b'\n')
        .take(2)
        .find_map(|line| {
            let text = String::from_utf8_lossy(line);
            let comment = text.trim_start().strip_prefix('#')?;
            let (_, after) = comment.split_once("coding")?;
            let name = after.strip_prefix([':', '='])?.trim_start();
            let end = name
                .find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c))
                .unwrap_or(name.len());
            (end > 0).then(|| name[..end].to_owned())
        })
}

fn has_lone_return(source: &[u8]) -> bool {
    source
        .iter()
        .enumerate()
        .any(|(i, &byte)| byte == b'\r' && source.get(i + 1) != Some(&b'\n'))
}

fn invalid_bytes(source: &[u8]) -> usize {
    source
        .utf8_chunks()
        .map(|chunk| chunk.invalid().len())
        .sum()
}

fn replace_invalid(copy: &mut [u8]) {
    let mut bad = Vec::new();
    let mut at = 0;
    for chunk in copy.utf8_chunks() {
        at += chunk.valid().len();
        bad.push(at..at + chunk.invalid().len());
        at += chunk.invalid().len();
    }
    for range in bad {
        copy[range].fill(b'?');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(source: &[u8]) -> (Vec<u8>, Option<Unreadable>) {
        match read(source) {
            Reading::Patched(copy, unreadable) => (copy, unreadable),
            _ => panic!("the source was not patched"),
        }
    }

    #[test]
    fn utf8_is_left_as_it_is() {
        assert!(matches!(read("x = 'я'\r\n".as_bytes()), Reading::Plain(_)));
        assert!(matches!(read(b"\xEF\xBB\xBFx = 1\n"), Reading::Plain(_)));
    }

    #[test]
    fn other_bytes_are_replaced_and_keep_their_places() {
        let (copy, unreadable) = patched(b"# -*- coding: latin-1 -*-\nx = '\xE9\xE8'\n");
        assert_eq!(copy, b"# -*- coding: latin-1 -*-\nx = '??'\n");
        let unreadable = unreadable.unwrap();
        assert_eq!(unreadable.start, 31);
        assert!(unreadable.detail.starts_with("2 bytes") && unreadable.detail.contains("latin-1"));
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        let (copy, unreadable) = patched(b"a = 1\rb = 2\r\nc = 3\r");
        assert_eq!(copy, b"a = 1\nb = 2\r\nc = 3\n");
        assert!(unreadable.is_none());
    }

    #[test]
    fn utf16_is_refused() {
        assert!(matches!(read(b"\xFF\xFEx\0"), Reading::Refused(_)));
    }
}
