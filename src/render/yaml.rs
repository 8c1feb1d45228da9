//! The JSON document as YAML.

use serde_json::Value;

use super::{Style, escape, json};
use crate::report::Report;

pub fn render(report: &Report, _style: &Style) -> String {
    document(&json::value(report))
}

/// A value as a block of YAML. Control characters are escaped by the serializer; hidden characters,
/// which it would leave raw, are written out beforehand, so they read back as `\u{202e}`.
pub fn document(value: &Value) -> String {
    serde_yaml::to_string(&visible(value)).unwrap_or_default()
}

fn visible(value: &Value) -> Value {
    match value {
        Value::String(text) => escape::reveal_hidden(text).into(),
        Value::Array(items) => items.iter().map(visible).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, member)| (escape::reveal_hidden(key), visible(member))).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Texts that YAML 1.1 takes for truth values, numbers, times or nothing stay texts.
    #[test]
    fn reads_back_as_the_same_value() {
        let value = json!({
            "schema": "estate.list/1", "empty": "", "null": null, "int": -3, "none": {}, "true": true,
            "lists": [[1, 2], [], {"a": {"b": []}, "c": "~"}, "x "],
            "texts": [
                "NO", "no", "yes", "on", "Off", "y", "null", "~", "true", "1.10", "01234", "0012e3", "0x1F",
                "1_000", "12:30:45", "2024-01-01", ".inf", ".nan", "-", "- x", "a: b #c", "#x", "=", "<<",
                "8420.00 EUR", "[x", "{x", "&a", "*a", "!t", "|", ">", "%", "@", "`", "'", "\"", "\u{1b}[31m",
                "a\nb\n", " lead", "trail ", "\t", "\u{85}", "---", "...", "? x", ": x",
            ],
        });
        let text = document(&value);
        assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap(), value, "{text}");
    }

    #[test]
    fn nothing_hidden_or_obeyed_by_a_terminal_comes_out() {
        let all: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        let text = document(&json!({ "all": all, &all: 1 }));
        let bad = text.chars().find(|each| (each.is_control() && *each != '\n') || escape::is_hidden(*each));
        assert_eq!(bad, None);
        assert_eq!(document(&json!({"a": "b\u{202e}c"})), "a: b\\u{202e}c\n");
    }
}
