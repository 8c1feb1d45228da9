use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::source::Span;
use crate::yaml::{Route, Value};

pub static RULE: Rule = Rule {
    id: "hidden-character",
    level: Level::Error,
    what: "a text holds a character that cannot be seen or that turns the order of others",
    why: "What a reviewer reads is not what the record says: two names that look the same differ, and a line can show its words in another order (Boucher and Anderson, Trojan Source, 2021; CVE-2021-42574).",
    bad: "name: \"Web front\\u202e end 1\"\n",
    good: "name: Web front end 1\n",
    mend: "Delete the character.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (Some(root), text) = (record.root(), record.source().text()) else { return };
    let mut report = |span: Span, field: String, c: char| {
        let message = format!("here stands U+{:04X}, {}", u32::from(c), name_of(c));
        findings.push(RULE.finding(record.at_span(span), message).field(field).help("delete the character"));
    };
    // Nearly every file is plain ASCII without escapes.
    if !text.is_ascii() {
        for (at, c) in text.char_indices().filter(|(_, c)| is_hidden(*c)) {
            report(Span::new(at, at + c.len_utf8()), String::new(), c);
        }
    }
    if text.contains('\\') {
        escaped(text, root, &Route::default(), &mut report);
    }
}

/// Reports characters that arrive by an escape: the value has them, and the file does not.
fn escaped(text: &str, value: Value<'_>, route: &Route, report: &mut impl FnMut(Span, String, char)) {
    let hidden = |read: &str, span: Span| {
        let raw = text.get(span.range()).unwrap_or("");
        read.chars().find(|c| (is_hidden(*c) || is_control(*c)) && !raw.contains(*c))
    };
    if let Some(c) = value.text().and_then(|read| hidden(read, value.span())) {
        report(value.span(), route.to_string(), c);
    }
    for (key, span, field) in value.entries() {
        let route = route.key(key.to_owned());
        if let Some(c) = hidden(key, span) {
            report(span, route.to_string(), c);
        }
        escaped(text, field, &route, report);
    }
    for (index, element) in value.elements().enumerate() {
        escaped(text, element, &route.index(index), report);
    }
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Characters without a shape (Unicode 16, General_Category Cf and line separators), but for the
/// joiners U+200C and U+200D, without which some scripts and emoji cannot be written.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn name_of(c: char) -> &'static str {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            "which turns the order of what is shown"
        }
        '\u{2028}' | '\u{2029}' => "a line end that few programs know",
        c if c.is_control() => "a control character",
        _ => "which cannot be seen",
    }
}
