//! Places in descriptions of libraries: `self.items[key]`, `function()`, `*args`.

/// Where a value is, from the view of a function that is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) base: Base,
    pub(crate) steps: Vec<Step>,
}

/// Where a place begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Base {
    /// What it returns.
    Result,
    /// A parameter, by position in its list.
    Parameter(usize),
}

/// A step on from a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// `[]`
    Any,
    /// `[#]`
    Keys,
    /// `[0]`
    Index(u32),
    /// `["text"]`
    Text(String),
    /// `[name]`: under the constant that a parameter has.
    Under(usize),
    /// `.name`
    Field(String),
    /// `()`: what calling it returns.
    Call,
}

/// A call that a function makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invoke {
    pub(crate) callee: Place,
    pub(crate) arguments: Vec<Argument>,
}

/// An argument of such a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    Position(Place),
    Keyword(String, Place),
    /// `*place`
    Unpacked(Place),
    /// `**place`
    UnpackedKeywords(Place),
}

impl Place {
    /// Reads a place; `parameters` are those of the function, with their stars.
    pub(crate) fn parse(text: &str, parameters: &[String]) -> Result<Self, String> {
        let text = text.trim();
        let end = text.find(['[', '.', '(']).unwrap_or(text.len());
        let (name, mut rest) = text.split_at(end);
        let parameter = |name: &str| {
            let name = name.trim_start_matches('*');
            parameters
                .iter()
                .position(|parameter| parameter.trim_start_matches('*') == name && !name.is_empty())
                .ok_or_else(|| format!("`{name}` is no parameter"))
        };
        let base = if name == "result" {
            Base::Result
        } else {
            Base::Parameter(parameter(name)?)
        };
        let mut steps = Vec::new();
        while let Some(first) = rest.chars().next() {
            match first {
                '[' => {
                    let (inner, behind) = rest[1..]
                        .split_once(']')
                        .ok_or_else(|| format!("`{text}` has no `]`"))?;
                    steps.push(match inner.trim() {
                        "" => Step::Any,
                        "#" => Step::Keys,
                        quoted if quoted.starts_with(['"', '\'']) => {
                            Step::Text(quoted.trim_matches(['"', '\'']).to_owned())
                        }
                        other => match other.parse() {
                            Ok(index) => Step::Index(index),
                            Err(_) if other.starts_with('-') => Step::Any,
                            Err(_) => Step::Under(parameter(other)?),
                        },
                    });
                    rest = behind;
                }
                '.' => {
                    let end = rest[1..].find(['[', '.', '(']).map_or(rest.len(), |at| at + 1);
                    // The fields of an object as a dictionary are its fields.
                    if &rest[1..end] != "__dict__" {
                        steps.push(Step::Field(rest[1..end].to_owned()));
                    }
                    rest = &rest[end..];
                }
                '(' if rest.starts_with("()") => {
                    steps.push(Step::Call);
                    rest = &rest[2..];
                }
                _ => return Err(format!("`{text}` cannot be read")),
            }
        }
        Ok(Self { base, steps })
    }
}

impl Invoke {
    /// Reads `callee(a, b[], key=c, *rest)`.
    pub(crate) fn parse(text: &str, parameters: &[String]) -> Result<Self, String> {
        let text = text.trim();
        let inner = text
            .strip_suffix(')')
            .ok_or_else(|| format!("`{text}` is no call"))?;
        let mut depth = 1_u32;
        let open = inner
            .char_indices()
            .rev()
            .find(|&(_, c)| {
                match c {
                    ')' => depth += 1,
                    '(' => depth -= 1,
                    _ => {}
                }
                depth == 0
            })
            .map(|(at, _)| at)
            .ok_or_else(|| format!("`{text}` is no call"))?;
        let callee = Place::parse(&inner[..open], parameters)?;
        let arguments = inner[open + 1..]
            .split(',')
            .map(str::trim)
            .filter(|argument| !argument.is_empty())
            .map(|argument| {
                let place = |text: &str| Place::parse(text, parameters);
                if let Some(rest) = argument.strip_prefix("**") {
                    Ok(Argument::UnpackedKeywords(place(rest)?))
                } else if let Some(rest) = argument.strip_prefix('*') {
                    Ok(Argument::Unpacked(place(rest)?))
                } else if let Some((key, value)) = argument.split_once('=') {
                    Ok(Argument::Keyword(key.trim().to_owned(), place(value)?))
                } else {
                    Ok(Argument::Position(place(argument)?))
                }
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { callee, arguments })
    }
}
