//! The JSON document as YAML.
//!
//! Written by hand, not with a serializer: a text is left plain only where no reader of YAML 1.1
//! or 1.2 can take it for something else, so `NO`, `1.10` and dates stay text for all of them,
//! and hidden characters are escaped, which a serializer leaves raw.

use serde_json::Value;

use super::Style;
use super::escape;
use super::json;
use crate::report::Report;

pub fn render(report: &Report, _style: &Style) -> String {
    document(&json::value(report))
}

/// A value as a block of YAML.
pub fn document(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(_) | Value::Array(_) => block(&mut text, value, 0),
        scalar => text.push_str(&self::scalar(scalar)),
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Writes the value as lines at `indent`, the first of them without its indentation.
fn block(text: &mut String, value: &Value, indent: usize) {
    let mut first = true;
    let mut start = |text: &mut String| {
        if !std::mem::take(&mut first) {
            text.push_str(&" ".repeat(indent));
        }
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                start(text);
                text.push_str(&quoted(key));
                text.push(':');
                if is_block(member) {
                    text.push_str(&format!("\n{}", " ".repeat(indent + 2)));
                } else {
                    text.push(' ');
                }
                block(text, member, indent + 2);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                start(text);
                text.push_str("- ");
                block(text, item, indent + 2);
            }
        }
        scalar => {
            text.push_str(&self::scalar(scalar));
            text.push('\n');
        }
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// What readers take for a truth value or for nothing.
const RESERVED: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// Plain where that is safe beyond doubt, else in double quotes, whose escapes are those of JSON
/// except for characters beyond the basic plane.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|each| each.is_ascii_alphanumeric() || matches!(each, ' ' | '_' | '-' | '.' | '/'))
        && !text.ends_with(' ')
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text));
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ => {
                let mut visible = String::new();
                escape::push_visible(&mut visible, character);
                if visible.starts_with("\\u") {
                    quoted.push_str(&format!("\\U{:08x}", u32::from(character)));
                } else {
                    quoted.push_str(&visible);
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_back_as_the_same_value() {
        let value = json!({
            "schema": "estate.list/1", "no": "NO", "version": "1.10", "date": "2024-01-01", "empty": "",
            "naughty": "a: b #c \u{1b}[31m\u{202e}\u{e0041}\"\\ \n\t- x", "null": null, "int": -3, "none": {},
            "lists": [[1, 2], [], {"a": {"b": []}, "c": "~"}, "x "],
        });
        let text = document(&value);
        assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap(), value, "{text}");
        assert!(!text.chars().any(|each| each != '\n' && each.is_control() || each == '\u{202e}'), "{text}");
    }
}
