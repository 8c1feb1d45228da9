//! How a text is written as a scalar, so that every reader of YAML reads the same text back.
//!
//! Our own parser takes scalars as typed, but others read the estate too: `NO` must not become
//! false, `0012e3` not 12000 and `22:30` not 1350, by the rules of YAML 1.1 or of YAML 1.2.

use std::borrow::Cow;

use crate::date::parse_date;

/// Writes a text where no brackets surround it: plain where that is safe, else in single quotes,
/// else in double quotes with escapes. Money, ISO dates, percents and durations stay plain.
pub fn quote(text: &str) -> Cow<'_, str> {
    if is_plain(text) { text.into() } else { quoted(text).into() }
}

/// Writes a text inside of `[]` or `{}`, where commas, brackets, `:` and `?` are taken too.
pub fn quote_flow(text: &str) -> Cow<'_, str> {
    if is_plain(text) && !is_taken_in_brackets(text) { text.into() } else { quoted(text).into() }
}

/// Whether the text means something else in brackets. A dash before a bracket is legal, but not for
/// every parser.
fn is_taken_in_brackets(text: &str) -> bool {
    text.contains([',', '[', ']', '{', '}', ':', '?']) || text.ends_with('-')
}

/// Writes a number, truth value or date as it is typed, unless that breaks the syntax or says nothing.
pub(super) fn as_typed(text: &str, in_brackets: bool) -> Cow<'_, str> {
    let null = text == "~" || text.eq_ignore_ascii_case("null");
    let plain = has_plain_syntax(text) && !null && !(in_brackets && is_taken_in_brackets(text));
    if plain { text.into() } else { quoted(text).into() }
}

/// Whether both are numbers, or both truth values, or both dates with a time, for some reader, so
/// that one can stand in the place of the other without quotes.
pub(super) fn same_meaning(one: &str, other: &str) -> bool {
    [is_word_with_meaning, is_number, is_timestamp].iter().any(|is| is(one) && is(other))
}

/// Writes the key of a mapping. `on` stays plain, though YAML 1.1 takes it for true: it is a field
/// of the records (`verified: {on: 2025-10-02}`).
pub(super) fn quote_key(text: &str) -> Cow<'_, str> {
    if text == "on" { text.into() } else { quote_flow(text) }
}

/// Writes a text in single quotes, or in double quotes where it needs escapes.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().any(needs_escape) {
        double_quoted(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Writes a text in double quotes.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => {
                let code = u32::from(c);
                let escape = match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                };
                out.push_str(&escape);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether the character can only be written as an escape: controls, line ends of any YAML
/// version, characters that YAML does not print, and the invisible marks that reorder text, which
/// would make a diff show something else than what is read.
pub(super) fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_plain(text: &str) -> bool {
    has_plain_syntax(text) && !is_word_with_meaning(text) && !is_number(text) && !is_timestamp(text)
}

/// Whether the text, written without quotes, is one scalar.
fn has_plain_syntax(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.chars().any(needs_escape)
        && begins_plain(text)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
}

/// Whether the beginning is neither an indicator of YAML nor a marker between documents.
fn begins_plain(text: &str) -> bool {
    let mut chars = text.chars();
    match chars.next() {
        Some('-') => chars.next().is_some_and(|c| !c.is_whitespace() && !matches!(c, '-' | ',' | ']' | '}')),
        Some('.') => !text.starts_with("..."),
        Some('=') => text != "=" && !text.starts_with("====="),
        Some('<') => !text.starts_with("<<"),
        Some('~') => text != "~",
        Some(c) => !matches!(
            c,
            '?' | ':'
                | ','
                | '['
                | ']'
                | '{'
                | '}'
                | '#'
                | '&'
                | '*'
                | '!'
                | '|'
                | '>'
                | '\''
                | '"'
                | '%'
                | '@'
                | '`'
        ),
        None => false,
    }
}

/// Null and the booleans of both versions, in any case.
fn is_word_with_meaning(text: &str) -> bool {
    ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether some version of YAML takes the text for a number: with leading zeros, underscores, a
/// base, an exponent, or sexagesimal like `22:30`.
fn is_number(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    if ["0x", "0o", "0b"].iter().any(|base| number.get(..2).is_some_and(|b| b.eq_ignore_ascii_case(base))) {
        return number.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit() || byte == b'_');
    }
    if number.eq_ignore_ascii_case(".inf") || number.eq_ignore_ascii_case(".nan") {
        return true;
    }
    if !number.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return false;
    }
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let dots = mantissa.bytes().filter(|byte| *byte == b'.').count();
    // `10.0.0.1` is an address or a version; no reader takes it for a number.
    let address = dots > 1 && !mantissa.contains(':');
    !address
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b',' | b':'))
        && mantissa.bytes().any(|byte| byte.is_ascii_digit())
        && exponent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// Whether the text looks like a date but is none, which some readers refuse, or like a date with
/// a time, which they turn into another text. A true date reads the same for everybody.
fn is_timestamp(text: &str) -> bool {
    let (date, time) = text.split_once(['T', 't', ' ', '\t']).unwrap_or((text, ""));
    let mut parts = date.split('-');
    let mut number = |lengths: std::ops::RangeInclusive<usize>| {
        parts.next().is_some_and(|part| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let looks_like_date = number(4..=4) && number(1..=2) && number(1..=2) && parts.next().is_none();
    let looks_like_time = time.trim_start().starts_with(|c: char| c.is_ascii_digit());
    looks_like_date && (looks_like_time || (date == text && parse_date(text).is_err()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::{Route, decode, parse};

    #[test]
    fn what_records_hold_stays_plain() {
        for text in [
            "8420.00 EUR",
            "-400.00 EUR",
            "2023-02-17",
            "12.5%",
            "5y",
            "36mo",
            "30d",
            "srv-web-01",
            "in_use",
            "Dell PowerEdge R650",
            "10.0.0.1",
            "00:1a:2b:3c:4d:5e",
            "it's",
            "été à Paris",
            "a:b",
            "C#",
            "1.2.3",
            "=1",
            "<5",
            "~/x",
            "1234-5678",
            "2023-02-17 to 2024-02-16",
            "0xyz",
            "e5",
            "2023-2026 plan",
            "nothing",
            "x, y",
        ] {
            assert_eq!(quote(text), text);
        }
    }

    #[test]
    fn what_a_reader_would_resolve_is_quoted() {
        for text in [
            "",
            "~",
            "null",
            "Null",
            "NO",
            "no",
            "y",
            "True",
            "on",
            "Off",
            "0",
            "01234",
            "0012e3",
            "1.10",
            "1e3",
            "-7",
            "+1",
            "1_000",
            "0x1F",
            "0o17",
            "0b11",
            "22:30",
            "190:20:30.15",
            ".5",
            ".inf",
            "-.INF",
            ".nan",
            "<<",
            "=",
            "2023-02-30",
            "2023-2-7",
            "2023-02-17T10:00:00Z",
            "2023-02-17 10:00:00",
            "6.",
            "685_230.15",
            "1,000",
        ] {
            assert_eq!(quote(text), format!("'{text}'"));
        }
    }

    #[test]
    fn what_would_break_the_syntax_is_quoted() {
        for text in [
            "- a",
            "-",
            "---",
            "...",
            "? a",
            "#a",
            "a: b",
            "a #b",
            "a:",
            ">= 99.9%",
            "*a",
            "&a",
            "!a",
            "|",
            "@a",
            "%a",
            "`a",
            "{a",
            "]",
            " a",
            "a ",
            "<<<<<<< a",
            "=======",
            "\"a\"",
        ] {
            assert_eq!(quote(text), format!("'{text}'"));
        }
        assert_eq!(quote("'a'"), "'''a'''");
        assert_eq!(quote("a\nb\t\u{85}\u{202e}\\\""), "\"a\\nb\\t\\x85\\u202e\\\\\\\"\"");
        for text in ["a, b", "a -", "a]", "a:b", "why?", "{"] {
            assert_eq!(quote_flow(text), format!("'{text}'"));
        }
        assert_eq!((&*as_typed("01", true), &*as_typed("22:30", true)), ("01", "'22:30'"));
        assert_eq!((&*as_typed("22:30", false), &*as_typed("null", false)), ("22:30", "'null'"));
        assert!(same_meaning("32", "0x20") && same_meaning("no", "True") && !same_meaning("32", "no"));
        assert_eq!(quote_key("on"), "on");
        assert_eq!(quote_key("off"), "'off'");
    }

    /// Text of characters that matter to YAML, and of any others.
    fn any_text() -> impl Strategy<Value = String> {
        let special = prop::sample::select(
            "-?:,[]{}#&*!|>'\"%@`~=<.0123eExyn \t\n\r\\\u{85}\u{2028}é€".chars().collect::<Vec<_>>(),
        );
        prop_oneof![
            prop::collection::vec(special, 0..8).prop_map(|chars| chars.into_iter().collect()),
            prop::collection::vec(any::<char>(), 0..8).prop_map(|chars| chars.into_iter().collect()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn a_text_is_read_back_wherever_it_stands(text in any_text()) {
            let (block, flow) = (quote(&text), quote_flow(&text));
            let file = format!("a: {block}\nb: [{flow}, {flow}]\nc: {{x: {flow}, y: {flow}}}\nd:\n- {block} # c\n- {flow}\n");
            let tree = parse(&file).map_err(|problem| TestCaseError::fail(format!("{file:?}: {problem:?}")))?;
            for route in ["a", "b[0]", "b[1]", "c.x", "c.y", "d[0]", "d[1]"] {
                let value = tree.value(&file).at(&Route::parse(route));
                prop_assert_eq!(value.and_then(|value| value.text()), Some(&*text), "{} of {:?}", route, file);
            }
            prop_assert!(decode(file.as_bytes()).is_ok());
        }

        #[test]
        fn a_key_is_read_back(key in any_text().prop_filter("no key", |key| !key.is_empty() && key != "<<")) {
            let written = quote_key(&key);
            for file in [format!("{written}: 1\n"), format!("a: {{{written}: 1}}\n"), format!("- {written}: 1\n")] {
                let tree = parse(&file).map_err(|problem| TestCaseError::fail(format!("{file:?}: {problem:?}")))?;
                let root = tree.value(&file);
                let map = root.field("a").or(root.elements().next()).filter(|map| map.is_mapping()).unwrap_or(root);
                prop_assert_eq!(map.entries().next().map(|(key, ..)| key), Some(&*key), "{:?}", file);
            }
        }
    }
}
