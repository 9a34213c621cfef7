//! Settings of a plugin against the JSON Schema of its manifest.
//!
//! The part of JSON Schema that a form of settings needs: `type`, `properties`, `required`, `additionalProperties` as a
//! truth value, `enum`, `minimum`, `maximum`, `minLength`, `maxLength`, `items`, and what only explains (`title`,
//! `description`, `default`, `examples`, `$schema`). A schema with another keyword is refused: it would promise a check
//! that is not made.

use serde_json::{Map, Value};

const EXPLAINING: [&str; 5] = ["title", "description", "default", "examples", "$schema"];
const TYPES: [&str; 7] = [
    "object", "array", "string", "integer", "number", "boolean", "null",
];

/// Says what is wrong with a schema, if anything.
pub(crate) fn check_schema(schema: &Value) -> Result<(), String> {
    let Value::Object(schema) = schema else {
        return Err("a schema must be an object".into());
    };
    for (key, value) in schema {
        let fits = match key.as_str() {
            "type" => value.as_str().is_some_and(|name| TYPES.contains(&name)),
            "properties" => {
                let Value::Object(properties) = value else {
                    return Err("\"properties\" must be an object".into());
                };
                for (name, inner) in properties {
                    check_schema(inner).map_err(|problem| format!("{name}: {problem}"))?;
                }
                true
            }
            "items" => {
                check_schema(value).map_err(|problem| format!("items: {problem}"))?;
                true
            }
            "required" => value
                .as_array()
                .is_some_and(|names| names.iter().all(Value::is_string)),
            "additionalProperties" => value.is_boolean(),
            "enum" => value.is_array(),
            "minimum" | "maximum" => value.is_number(),
            "minLength" | "maxLength" => value.is_u64(),
            other if EXPLAINING.contains(&other) => true,
            other => return Err(format!("this host does not check {other:?}")),
        };
        if !fits {
            return Err(format!("{key:?} has a value that cannot be"));
        }
    }
    Ok(())
}

/// Says where settings differ from their schema, if anywhere.
pub(crate) fn check(schema: &Value, value: &Value) -> Result<(), String> {
    at(schema, value, "")
}

fn at(schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    let here = || {
        if path.is_empty() {
            "the settings"
        } else {
            path
        }
    };
    let wrong = |what: String| Err(format!("{} {what}", here()));
    if let Some(wanted) = schema["type"].as_str()
        && !has_type(value, wanted)
    {
        return wrong(format!("must be of type {wanted}"));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        let allowed = allowed
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        return wrong(format!("must be one of {allowed}"));
    }
    if let Some(number) = value.as_f64() {
        match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
            (Some(least), _) if number < least => {
                return wrong(format!("must be at least {least}"));
            }
            (_, Some(most)) if number > most => return wrong(format!("must be at most {most}")),
            _ => {}
        }
    }
    if let Some(text) = value.as_str() {
        let length = text.chars().count() as u64;
        match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
            (Some(least), _) if length < least => {
                return wrong(format!("must have at least {least} characters"));
            }
            (_, Some(most)) if length > most => {
                return wrong(format!("must have at most {most} characters"));
            }
            _ => {}
        }
    }
    if let (Some(list), items) = (value.as_array(), &schema["items"])
        && !items.is_null()
    {
        for (i, item) in list.iter().enumerate() {
            at(items, item, &format!("{path}[{i}]"))?;
        }
    }
    if let Some(object) = value.as_object() {
        properties(schema, object, path)?;
    }
    Ok(())
}

fn properties(schema: &Value, object: &Map<String, Value>, path: &str) -> Result<(), String> {
    let name_of = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    for required in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !object.contains_key(required) {
            return Err(format!("{} is missing", name_of(required)));
        }
    }
    for (key, value) in object {
        match schema["properties"].get(key) {
            Some(inner) => at(inner, value, &name_of(key))?,
            None if schema["additionalProperties"] == Value::Bool(false) => {
                return Err(format!("{} is not known", name_of(key)));
            }
            None => {}
        }
    }
    Ok(())
}

fn has_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["depth"],
            "properties": {
                "depth": {"type": "integer", "minimum": 1, "maximum": 9},
                "mode": {"enum": ["fast", "deep"]},
                "names": {"type": "array", "items": {"type": "string", "maxLength": 3}},
            },
        })
    }

    #[test]
    fn names_what_is_wrong() {
        assert_eq!(check_schema(&schema()), Ok(()));
        let problem = |value: Value| check(&schema(), &value).unwrap_err();
        assert_eq!(
            check(
                &schema(),
                &json!({"depth": 3, "mode": "fast", "names": ["a"]})
            ),
            Ok(())
        );
        assert_eq!(problem(json!([])), "the settings must be of type object");
        assert_eq!(problem(json!({})), "depth is missing");
        assert_eq!(problem(json!({"depth": 0})), "depth must be at least 1");
        assert_eq!(
            problem(json!({"depth": 1.5})),
            "depth must be of type integer"
        );
        assert_eq!(
            problem(json!({"depth": 1, "mode": "x"})),
            "mode must be one of \"fast\", \"deep\""
        );
        assert_eq!(
            problem(json!({"depth": 1, "names": ["a", "abcd"]})),
            "names[1] must have at most 3 characters"
        );
        assert_eq!(
            problem(json!({"depth": 1, "colour": 1})),
            "colour is not known"
        );
    }

    #[test]
    fn refuses_what_it_cannot_check() {
        assert_eq!(
            check_schema(&json!({"properties": {"a": {"pattern": "x"}}})).unwrap_err(),
            "a: this host does not check \"pattern\""
        );
        assert!(check_schema(&json!({"type": "thing"})).is_err());
        assert!(check_schema(&json!(true)).is_err());
    }
}
