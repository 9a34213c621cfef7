//! Places as texts: `os.system(0)`, `flask.request.*`, `@shop.views.*`.

use std::str::FromStr;

use super::{Guard, Pattern, Position, SpecError, What};

impl FromStr for Position {
    type Err = SpecError;

    /// Reads what stands in the parentheses: `0`, `key=`, `*`, `self`, nothing for the result.
    fn from_str(text: &str) -> Result<Self, SpecError> {
        match text {
            "" => Ok(Self::Result),
            "*" => Ok(Self::AnyArgument),
            "self" => Ok(Self::Receiver),
            _ => {
                if let Some(name) = text.strip_suffix('=').filter(|name| is_name(name)) {
                    return Ok(Self::Named(name.to_owned()));
                }
                let number = text.parse().map_err(|_| {
                    SpecError::Syntax(format!(
                        "`{text}` is no position of a call: a number from 0, `key=`, `*`, `self`, or nothing for the result"
                    ))
                })?;
                Ok(Self::Argument(number))
            }
        }
    }
}

impl TryFrom<String> for Position {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        match position {
            Position::Argument(at) => at.to_string(),
            Position::Named(name) => format!("{name}="),
            Position::AnyArgument => "*".into(),
            Position::Receiver => "self".into(),
            Position::Result => Self::new(),
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

impl FromStr for What {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        if let Some(registered) = text.strip_prefix("@{") {
            return registered_place(text, registered);
        }
        let (name, position) = match text.split_once('(') {
            Some((name, rest)) => {
                let inside = rest
                    .strip_suffix(')')
                    .ok_or_else(|| SpecError::Syntax(format!("`{text}` has no `)` at its end")))?;
                (name, Some(inside.trim().parse::<Position>()?))
            }
            None => (text, None),
        };
        let (name, is_parameter) = match name.strip_prefix('@') {
            Some(function) => (function, true),
            None => (name, false),
        };
        if name.contains(|c: char| c == ')' || c == '@' || c.is_whitespace()) {
            return Err(SpecError::Syntax(format!(
                "`{name}` is no name: a full name, in which `*` stands for any text"
            )));
        }
        let pattern = Pattern::new(name);
        match (is_parameter, position) {
            (true, None | Some(Position::AnyArgument)) => Ok(Self::Parameter(pattern, None)),
            (true, Some(Position::Argument(at))) => Ok(Self::Parameter(pattern, Some(at))),
            (true, Some(Position::Named(parameter))) => {
                Ok(Self::NamedParameter(pattern, parameter))
            }
            (true, Some(_)) => Err(SpecError::Syntax(format!(
                "`{text}`: parameters are told by their position, from 0, or their name"
            ))),
            (false, None) => Ok(Self::Read(pattern)),
            (false, Some(position)) => Ok(Self::Call(pattern, position)),
        }
    }
}

/// Reads `@{app.route}`, `@{add_route(1)}`, with `(0)` behind it for one of the parameters.
fn registered_place(text: &str, inside: &str) -> Result<What, SpecError> {
    let wrong = |why: &str| SpecError::Syntax(format!("`{text}` {why}"));
    let (registers, rest) = inside
        .split_once('}')
        .ok_or_else(|| wrong("has no `}` behind what registers functions"))?;
    let (pattern, position) = match registers.parse()? {
        What::Read(pattern) => (pattern, None),
        What::Call(pattern, position @ (Position::Argument(_) | Position::Named(_))) => {
            (pattern, Some(position))
        }
        _ => {
            return Err(wrong(
                "is no parameter: functions are registered by a decorator, `@{app.route}`, or as an argument, `@{add(1)}`",
            ));
        }
    };
    let parameter = if rest.is_empty() {
        None
    } else {
        let position = rest
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .ok_or_else(|| wrong("has something behind the `}` that is no position"))?;
        match position.trim().parse()? {
            Position::Argument(at) => Some(at),
            Position::AnyArgument => None,
            _ => {
                return Err(wrong(
                    "names no parameter: those are told by position, from 0",
                ));
            }
        }
    };
    Ok(What::Registered(pattern, position, parameter))
}

impl Guard {
    /// Reads a call and what it judges: `valid(0)`, `is_relative_to(self)`; or one whose result has a member that judges it when it is
    /// compared with constants: `urllib.parse.urlparse(0).hostname`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn new(call: &str, holds: bool) -> Result<Self, SpecError> {
        let (text, member) = match call.rsplit_once(").") {
            Some((_, member)) if is_name(member) => (
                &call[..call.len() - member.len() - 1],
                Some(member.to_owned()),
            ),
            _ => (call, None),
        };
        match text.parse()? {
            What::Call(
                callee,
                position @ (Position::Argument(_) | Position::Named(_) | Position::Receiver),
            ) => Ok(Self {
                callee,
                position,
                member,
                holds,
            }),
            _ => Err(SpecError::Syntax(format!(
                "`{call}` is no guard: a call and what it judges, `valid(0)`, `is_below(self)`"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<What, SpecError> {
        text.parse()
    }

    #[test]
    fn places_are_read() {
        let call = |position| Ok(What::Call(Pattern::new("os.system"), position));
        assert_eq!(read("os.system(0)"), call(Position::Argument(0)));
        assert_eq!(read("os.system( 12 )"), call(Position::Argument(12)));
        assert_eq!(read("os.system(cmd=)"), call(Position::Named("cmd".into())));
        assert_eq!(read("os.system(*)"), call(Position::AnyArgument));
        assert_eq!(read("os.system(self)"), call(Position::Receiver));
        assert_eq!(read("os.system()"), call(Position::Result));
        assert_eq!(
            read("flask.request.*"),
            Ok(What::Read(Pattern::new("flask.request.*")))
        );
        assert_eq!(read("@f"), Ok(What::Parameter(Pattern::new("f"), None)));
        assert_eq!(
            read("@f(1)"),
            Ok(What::Parameter(Pattern::new("f"), Some(1)))
        );
        assert_eq!(
            read("@f(password=)"),
            Ok(What::NamedParameter(Pattern::new("f"), "password".into()))
        );
        let registered = |position, parameter| {
            Ok(What::Registered(
                Pattern::new("app.add"),
                position,
                parameter,
            ))
        };
        assert_eq!(read("@{app.add}"), registered(None, None));
        assert_eq!(read("@{app.add}(1)"), registered(None, Some(1)));
        assert_eq!(
            read("@{app.add(1)}(0)"),
            registered(Some(Position::Argument(1)), Some(0))
        );
        let guard = Guard::new("ok(0)", true).unwrap();
        assert_eq!(
            (guard.position, guard.member),
            (Position::Argument(0), None)
        );
        let guard = Guard::new("is_below(self)", true).unwrap();
        assert_eq!(guard.position, Position::Receiver);
        let guard = Guard::new("url.parse(0).host", true).unwrap();
        assert_eq!(guard.callee, Pattern::new("url.parse"));
        assert_eq!(guard.member.as_deref(), Some("host"));
    }

    #[test]
    fn positions_are_written_as_they_are_read() {
        for text in ["0", "12", "key=", "*", "self", ""] {
            let position: Position = text.parse().unwrap();
            assert_eq!(String::from(position), text);
        }
    }

    #[test]
    fn what_is_no_place_is_told() {
        for (text, says) in [
            ("os.system(0", "no `)`"),
            ("os.system(-1)", "no position"),
            ("os.system(70000)", "no position"),
            ("os.system(a b=)", "no position"),
            ("os.system(0))", "no position"),
            ("os system(0)", "no name"),
            ("@@f", "no name"),
            ("@f(self)", "by their position"),
            ("@{f", "no `}`"),
            ("@{f()}", "no parameter"),
            ("@{f}x", "no position"),
            ("@{f}(self)", "by position"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        for text in ["ok", "ok()", "@ok(0)"] {
            assert!(Guard::new(text, true).is_err(), "{text}");
        }
    }
}
