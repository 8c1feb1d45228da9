//! What a field is compared with: a value of its type, or another field.

use super::condition::{Operand, Shift};
use super::field::Field;
use crate::date::{Date, Duration};
use crate::query::{QueryError, Scope, Typed};
use crate::schema::Type;
use crate::suggest;
use crate::yaml::Value;

/// The records whose fields a value may name.
#[derive(Clone, Copy)]
pub struct Scopes<'s, 'a> {
    pub here: &'s [Scope<'a>],
    pub subject: &'s [Scope<'a>],
}

/// Reads `2026-12-31`, `today + 60d`, `{field: acquired, plus: 3y}` or `{subject: site}`.
pub fn read<'a>(
    value: Value<'a>,
    field: &Field<'a>,
    scopes: Scopes<'_, 'a>,
    as_of: Date,
) -> Result<Operand<'a>, QueryError> {
    if !value.is_mapping() {
        return literal(value, field, as_of).map(Operand::Value);
    }
    const KEYS: [&str; 4] = ["field", "subject", "plus", "minus"];
    if let Some((key, ..)) = value.entries().find(|(key, ..)| !KEYS.contains(key)) {
        let hint = suggest::did_you_mean(key, KEYS);
        return Err(error(format!("`{key}` does not belong to a value"), hint.unwrap_or_else(forms)));
    }
    let text = |key: &str| value.field(key).map(|value| value.text().unwrap_or(""));
    let (other, of_subject) = match (text("field"), text("subject")) {
        (Some(name), None) => (Field::find(name, scopes.here)?, false),
        (None, Some(name)) => (Field::find(name, scopes.subject)?, true),
        _ => return Err(error("a value that is a mapping names one field", forms())),
    };
    let is_text = |kind: Type| !Typed::has_order(kind);
    if other.kind != field.kind && !(is_text(other.kind) && is_text(field.kind)) {
        let message = format!(
            "`{}` is {} and `{}` is {}",
            field.name,
            field.kind.expected(),
            other.name,
            other.kind.expected()
        );
        return Err(error(message, "compare fields of one type"));
    }
    let shift = match (text("plus"), text("minus")) {
        (None, None) => None,
        (Some(length), None) => Some(Shift { length: duration(length)?, back: false }),
        (None, Some(length)) => Some(Shift { length: duration(length)?, back: true }),
        _ => return Err(error("a value has `plus` or `minus`, not both", forms())),
    };
    if shift.is_some() && field.kind != Type::Date {
        return Err(error(format!("`{}` is not a date", other.name), "delete `plus` or `minus`"));
    }
    Ok(Operand::Field { field: other, of_subject, shift })
}

/// Reads a list of values of the field's type.
pub fn read_list(value: Value<'_>, field: &Field<'_>, as_of: Date) -> Result<Vec<Typed>, QueryError> {
    if !value.is_sequence() || value.is_empty() {
        return Err(error("this is a list of values", "write [a, b]"));
    }
    value.elements().map(|element| literal(element, field, as_of)).collect()
}

pub fn not_a_text() -> QueryError {
    error("this is compared with a text", "write one value, in quotes where it has special characters")
}

fn literal(value: Value<'_>, field: &Field<'_>, as_of: Date) -> Result<Typed, QueryError> {
    let Some(text) = value.text() else {
        return Err(error(format!("`{}` is compared with one value", field.name), forms()));
    };
    if field.kind == Type::Date {
        return date(text, as_of).map(Typed::Date);
    }
    if !field.choices.is_empty() && !field.choices.iter().any(|choice| choice == text) {
        let hint = suggest::did_you_mean(text, field.choices.iter().map(String::as_str));
        let hint = hint.unwrap_or_else(|| format!("choose one of: {}", field.choices.join(", ")));
        return Err(error(format!("`{}` is never `{text}`", field.name), hint));
    }
    let readable = field.kind != Type::Boolean || matches!(text, "true" | "false");
    Typed::read(field.kind, text).filter(|_| readable).ok_or_else(|| {
        error(
            format!("`{text}` is not {}", field.kind.expected()),
            format!("`{}` is {}", field.name, field.kind.expected()),
        )
    })
}

/// A date, or `today` with a length of time added or taken.
fn date(text: &str, as_of: Date) -> Result<Date, QueryError> {
    let Some(rest) = text.strip_prefix("today") else {
        return crate::date::parse_date(text)
            .map_err(|why| error(why.to_string(), "or write today, today + 60d, today - 1y"));
    };
    let rest = rest.trim_start();
    let (back, length) = match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
        (Some(length), _) => (false, length),
        (_, Some(length)) => (true, length),
        _ if rest.is_empty() => return Ok(as_of),
        _ => return Err(error(format!("`{text}` is no date"), "write today, today + 60d, today - 1y")),
    };
    let shift = Shift { length: duration(length.trim())?, back };
    shift.of(as_of).ok_or_else(|| error(format!("`{text}` lies outside the years 1 to 9999"), forms()))
}

fn duration(text: &str) -> Result<Duration, QueryError> {
    text.parse().map_err(|why: crate::date::DateError| error(why.to_string(), "such as 60d, 2w, 3mo or 5y"))
}

fn forms() -> String {
    "write a value, {field: acquired, plus: 3y}, or {subject: site} for a field of the judged record"
        .to_owned()
}

fn error(message: impl Into<String>, hint: impl Into<String>) -> QueryError {
    QueryError { message: message.into(), hint: Some(hint.into()) }
}
