//! Which names of a repository may be used as paths.

use super::tree::RefusedReason;

/// Checks a path as it stands in a tree: bytes of a stranger's choice.
///
/// What passes is relative, UTF-8, without parts that a file system or Git itself takes for something special, and
/// without characters that change how a line of a log or a page reads.
pub(super) fn check(
    path: &[u8],
    most_bytes: usize,
    most_folders: usize,
) -> Result<&str, RefusedReason> {
    if path.len() > most_bytes {
        return Err(RefusedReason::TooLong);
    }
    if path.first() == Some(&b'/') {
        return Err(RefusedReason::Absolute);
    }
    if path.contains(&0) {
        return Err(RefusedReason::ControlCharacter);
    }
    let parts = || path.split(|byte| *byte == b'/');
    if parts().any(|part| part == b"." || part == b"..") {
        return Err(RefusedReason::DotDot);
    }
    if parts().any(<[u8]>::is_empty) {
        return Err(RefusedReason::EmptyPart);
    }
    if path.contains(&b'\\') {
        return Err(RefusedReason::Backslash);
    }
    let path = std::str::from_utf8(path).map_err(|_| RefusedReason::NotUtf8)?;
    if path.chars().any(changes_reading) {
        return Err(RefusedReason::ControlCharacter);
    }
    if path.split('/').any(is_dot_git) {
        return Err(RefusedReason::DotGit);
    }
    if path.bytes().filter(|byte| *byte == b'/').count() > most_folders {
        return Err(RefusedReason::TooDeep);
    }
    Ok(path)
}

/// Writes a path for a reader: what is not plain text is escaped, what is too long is cut.
pub(super) fn shown(path: &[u8]) -> String {
    const MOST: usize = 300;
    let cut = &path[..path.len().min(MOST)];
    let mut text = String::with_capacity(cut.len());
    for chunk in cut.utf8_chunks() {
        for character in chunk.valid().chars() {
            if changes_reading(character) || character == '\\' {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.extend(std::ascii::escape_default(*byte).map(char::from));
        }
    }
    if path.len() > MOST {
        text.push('\u{2026}');
    }
    text
}

/// Control characters, and those that turn text round or cannot be seen.
fn changes_reading(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// `.git` in the spellings that some file system takes for it: any case, dots and spaces at the end, a stream behind
/// a colon, the short name `git~1`. Characters that HFS+ overlooks are refused before.
fn is_dot_git(part: &str) -> bool {
    let part = part.split(':').next().unwrap_or_default();
    let part = part.trim_end_matches(['.', ' ']).to_ascii_lowercase();
    part == ".git"
        || part
            .strip_prefix("git~")
            .is_some_and(|rest| rest.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_pass() {
        let names = [
            "a",
            "a/b.py",
            ".gitignore",
            ".gitattributes",
            ".gitmodules",
            ".github/x",
            "git",
            "digit~1",
            "git~",
            "git~x",
            "-rf",
            "--upload-pack=x",
            ":(glob)",
            "aux",
            "CON",
            "nul.txt",
            "a b",
            "a.",
            "\u{e9}",
            "e\u{301}",
            "...",
            "..a",
            "a$(x)`y`",
            "\"'",
            "*",
        ];
        for name in names {
            assert_eq!(check(name.as_bytes(), 4096, 64), Ok(name));
        }
    }

    #[test]
    fn names_that_are_refused() {
        use RefusedReason::*;
        let cases: &[(&[u8], RefusedReason)] = &[
            (b"..", DotDot),
            (b".", DotDot),
            (b"../a", DotDot),
            (b"a/../b", DotDot),
            (b"a/..", DotDot),
            (b"/etc/passwd", Absolute),
            (b"", EmptyPart),
            (b"a//b", EmptyPart),
            (b"a/", EmptyPart),
            (b".git", DotGit),
            (b".git/config", DotGit),
            (b"a/.GIT/hooks/x", DotGit),
            (b".gIt", DotGit),
            (b".git ", DotGit),
            (b".git.", DotGit),
            (b".git. .", DotGit),
            (b".git::$INDEX_ALLOCATION", DotGit),
            (b"git~1", DotGit),
            (b"GIT~2/x", DotGit),
            (".g\u{200c}it".as_bytes(), ControlCharacter),
            ("a\u{202e}b".as_bytes(), ControlCharacter),
            (b"a\x1b[31m", ControlCharacter),
            (b"a\nb", ControlCharacter),
            (b"a\0b", ControlCharacter),
            (b"a\x7fb", ControlCharacter),
            (b"a\\x", Backslash),
            (b"..\\x", Backslash),
            (b"\xff\xfe", NotUtf8),
            (b"a/\xc3(", NotUtf8),
        ];
        for (name, expected) in cases {
            assert_eq!(check(name, 4096, 64), Err(*expected), "{}", shown(name));
        }
        let deep = vec!["d"; 66].join("/");
        assert_eq!(check(deep.as_bytes(), 4096, 64), Err(TooDeep));
        assert_eq!(
            check(&deep.as_bytes()[..129], 4096, 64).map(str::len),
            Ok(129)
        );
        assert_eq!(check(&[b'a'; 4097], 4096, 64), Err(TooLong));
    }

    #[test]
    fn refused_names_are_shown_as_plain_text() {
        assert_eq!(shown(b"a/b.py"), "a/b.py");
        assert_eq!(shown(b"a\xff\n\x1b"), "a\\xff\\n\\u{1b}");
        assert_eq!(shown("\u{202e}x".as_bytes()), "\\u{202e}x");
        assert_eq!(shown("\u{fc}".as_bytes()), "\u{fc}");
        assert!(shown(&[b'a'; 9000]).chars().count() <= 301);
    }
}
