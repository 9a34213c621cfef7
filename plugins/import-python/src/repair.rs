//! Same-length repairs for sources that the grammar cannot read although Python can. They are tried only where the first parse
//! found errors, and kept only where they leave fewer of them.
//!
//! - Inside of brackets a line end is white space, but the grammar's scanner still ends blocks there in some places: line ends
//!   in brackets, and the comments before them, become spaces.
//! - Defaults of type parameters (`class A[T = int]`, PEP 696) are not in the grammar: they become spaces, and are parsed by
//!   themselves.

/// A repaired copy of a source.
pub(crate) struct Repaired {
    /// As long as the source.
    pub(crate) bytes: Vec<u8>,
    /// Where defaults of type parameters stood, without the sign.
    pub(crate) defaults: Vec<(u32, u32)>,
}

/// A bracket that is open.
struct Open {
    /// It holds the type parameters of a definition.
    is_type_parameters: bool,
    /// Where a default of a type parameter began.
    default: Option<usize>,
}

/// Repairs what can be; none where there is nothing to repair.
pub(crate) fn repair(source: &[u8]) -> Option<Repaired> {
    let mut repaired = Repaired {
        bytes: source.to_vec(),
        defaults: Vec::new(),
    };
    let mut open: Vec<Open> = Vec::new();
    let mut changed = false;
    let mut at = 0;
    while at < source.len() {
        match source[at] {
            b'#' => {
                let end = line_end(source, at);
                if !open.is_empty() {
                    repaired.bytes[at..end].fill(b' ');
                }
                at = end;
                continue;
            }
            b'\'' | b'"' => {
                at = string_end(source, at);
                continue;
            }
            b'\n' if !open.is_empty() => {
                repaired.bytes[at] = b' ';
                changed = true;
            }
            b'(' | b'{' => open.push(Open {
                is_type_parameters: false,
                default: None,
            }),
            b'[' => {
                let is_type_parameters = open.is_empty() && heads_type_parameters(&source[..at]);
                open.push(Open {
                    is_type_parameters,
                    default: None,
                });
            }
            b'=' => {
                if let Some(Open {
                    is_type_parameters: true,
                    default,
                }) = open.last_mut()
                {
                    default.get_or_insert(at);
                }
            }
            b',' | b')' | b']' | b'}' => {
                if let Some(from) = open.last_mut().and_then(|open| open.default.take()) {
                    repaired.bytes[from..at].fill(b' ');
                    repaired.defaults.push((from as u32 + 1, at as u32));
                    changed = true;
                }
                if source[at] != b',' {
                    open.pop();
                }
            }
            _ => {}
        }
        at += 1;
    }
    changed.then_some(repaired)
}

/// A source in which only the defaults stand, one statement each, all at their places.
pub(crate) fn only_defaults(source: &[u8], defaults: &[(u32, u32)]) -> Vec<u8> {
    let mut bytes = vec![b' '; source.len()];
    for &(start, end) in defaults {
        let place = start as usize..end as usize;
        bytes[place.clone()].copy_from_slice(&source[place.clone()]);
        for byte in &mut bytes[place] {
            if *byte == b'\n' || *byte == b'\r' {
                *byte = b' ';
            }
        }
        // The comma or bracket behind it.
        if let Some(byte) = bytes.get_mut(end as usize) {
            *byte = b';';
        }
    }
    bytes
}

/// Whether what stands before a bracket is `def name`, `class name` or `type name`.
fn heads_type_parameters(before: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let before = before.trim_ascii_end();
    let name = before.iter().rev().take_while(|byte| is_name(byte)).count();
    let rest = before[..before.len() - name].trim_ascii_end();
    let keyword = rest.iter().rev().take_while(|byte| is_name(byte)).count();
    name > 0
        && rest.len() < before.len() - name
        && matches!(&rest[rest.len() - keyword..], b"def" | b"class" | b"type")
}

fn line_end(source: &[u8], at: usize) -> usize {
    source[at..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(source.len(), |length| at + length)
}

/// Where the string that starts with a quote ends; an open one ends with its line.
fn string_end(source: &[u8], at: usize) -> usize {
    let quote = source[at];
    let is_triple = source[at..].starts_with(&[quote; 3]);
    let mut end = at + if is_triple { 3 } else { 1 };
    while end < source.len() {
        match source[end] {
            b'\\' => end += 1,
            b'\n' if !is_triple => return end,
            byte if byte == quote && !is_triple => return end + 1,
            byte if byte == quote && source[end..].starts_with(&[quote; 3]) => return end + 3,
            _ => {}
        }
        end += 1;
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(source: &str) -> (String, Vec<&str>) {
        let repaired = repair(source.as_bytes()).expect("something to repair");
        let text = String::from_utf8(repaired.bytes).unwrap();
        let defaults = repaired
            .defaults
            .iter()
            .map(|&(start, end)| &source[start as usize..end as usize])
            .collect();
        (text, defaults)
    }

    #[test]
    fn lines_in_brackets_are_joined() {
        let (text, _) = repaired("f(a.\n  b)  # (\n'(\\'\n'\nx = {1, # c\n2}\n");
        assert_eq!(text, "f(a.   b)  # (\n'(\\'\n'\nx = {1,     2}\n");
    }

    #[test]
    fn defaults_of_type_parameters_are_taken_out() {
        let source = "class A[T: (int, str) = dict[str, int], *U = 1](x = [1]): y[a] = b\n";
        let (text, defaults) = repaired(source);
        assert_eq!(
            text,
            "class A[T: (int, str)                 , *U    ](x = [1]): y[a] = b\n"
        );
        assert_eq!(defaults, [" dict[str, int]", " 1"]);
        let alone = only_defaults(
            source.as_bytes(),
            &repair(source.as_bytes()).unwrap().defaults,
        );
        let alone = String::from_utf8(alone).unwrap();
        assert_eq!(alone.len(), source.len());
        assert_eq!(alone.trim(), "dict[str, int];      1;");
    }

    #[test]
    fn sound_lines_need_no_repair() {
        assert!(repair(b"x = f(a, [b], {c: '\"\"\"'})\n\"\"\"(\n\"\"\"\n").is_none());
        assert!(repair(b"a) ] }\n'open\n").is_none());
    }
}
