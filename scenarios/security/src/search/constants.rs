//! Constant beginnings of texts on a way.

use codegraph_sdk::flows::Flow;

/// Whether a step puts a constant in front of the value that holds the host of an address, or keeps it on this host: what
/// follows cannot choose where it leads any more.
pub(super) fn has_fixed_prefix(way: &Flow) -> bool {
    way.steps.iter().any(|step| {
        matches!(step.kind.as_str(), "operation" | "library" | "unknown")
            && beginning(&step.code).is_some_and(holds_host)
    })
}

/// The constant that an expression begins with.
fn beginning(code: &str) -> Option<&str> {
    let code = code.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
    let code = code.trim_start_matches(|c: char| "rRbBfFuU".contains(c));
    let quote = code.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = code.trim_start_matches(quote);
    let end = inside.find([quote, '{', '%'])?;
    inside.get(..end)
}

fn holds_host(text: &str) -> bool {
    if let Some((_, rest)) = text.split_once("://") {
        return rest.find('/').is_some_and(|host| host > 0);
    }
    let mut letters = text.chars();
    letters.next() == Some('/') && letters.next().is_some_and(|c| !matches!(c, '/' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_that_hold_the_host() {
        for (code, fixed) in [
            (r#""https://api.example.com/" + name"#, true),
            (r#"f"https://api.example.com/{name}""#, true),
            (r#"f"/item/{name}""#, true),
            ("'/item/%s' % name", true),
            (r#""https://" + host"#, false),
            (r#"f"https://{host}/x""#, false),
            (r#"f"https://example.com{name}""#, false),
            (r#"f"/{name}""#, false),
            (r#"f"//{name}""#, false),
            (r#"f"/\\{name}""#, false),
            ("name + suffix", false),
            (r#""""#, false),
        ] {
            assert_eq!(beginning(code).is_some_and(holds_host), fixed, "{code}");
        }
    }
}
