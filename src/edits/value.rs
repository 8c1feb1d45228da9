//! Values as they are typed on a command line, read by the shape that the schema gives the field.

use super::EditError;
use crate::schema::{Shape, Type};
use crate::yaml::{self, Data, Value};

/// Reads a value. A text stays as it is typed, whatever it looks like (`NO`, `0012e3`); a list is
/// `[a, b]` or `a,b`, a mapping `{a: b}`.
///
/// # Errors
/// When the text cannot be what the shape asks for. Whether it is a sound date or amount is left to
/// the schema's check of the record.
pub fn typed(shape: &Shape, text: &str) -> Result<Data, EditError> {
    let trimmed = text.trim();
    match shape.kind {
        Type::List => list(shape, trimmed),
        Type::Mapping => match trimmed.starts_with('{') {
            true => in_brackets(shape, trimmed),
            false => {
                Err(EditError::new(format!("`{text}` is not a mapping")).help("write it as {key: value}"))
            }
        },
        // Nothing is said of the value, so brackets that can be read are taken for what they look like.
        Type::Any if trimmed.starts_with(['[', '{']) => {
            Ok(in_brackets(shape, trimmed).unwrap_or_else(|_| Data::text(text)))
        }
        Type::Integer | Type::Number | Type::Boolean => Ok(Data::plain(trimmed)),
        _ if text.is_empty() => Err(EditError::new("the value is empty")
            .help("`estate unset` takes a field away; a text must say something")),
        _ => Ok(Data::text(text)),
    }
}

fn list(shape: &Shape, text: &str) -> Result<Data, EditError> {
    if text.starts_with('[') {
        return in_brackets(shape, text);
    }
    if text.starts_with('{') {
        return in_brackets(shape, &format!("[{text}]"));
    }
    let element = shape.element().unwrap_or(Shape::any());
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    Ok(Data::List(parts.map(|part| typed(element, part)).collect::<Result<_, _>>()?))
}

fn in_brackets(shape: &Shape, text: &str) -> Result<Data, EditError> {
    let tree = yaml::parse(text).map_err(|problem| {
        EditError::new(format!("`{text}` cannot be read: {}", problem.message)).help(problem.help)
    })?;
    Ok(shaped(shape, tree.value(text)))
}

/// Data in which every scalar is a text or a number as the shape says.
fn shaped(shape: &Shape, value: Value<'_>) -> Data {
    if value.is_sequence() {
        let element = shape.element().unwrap_or(Shape::any());
        return Data::List(value.elements().map(|value| shaped(element, value)).collect());
    }
    if value.is_mapping() {
        let field = |key: &str| shape.field(key).unwrap_or(Shape::any());
        return Data::map(value.entries().map(|(key, _, value)| (key, shaped(field(key), value))));
    }
    match (shape.kind, value.text()) {
        (_, None) => Data::Nothing,
        (Type::Integer | Type::Number | Type::Boolean, Some(text)) => Data::plain(text),
        (_, Some(text)) => Data::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edits::shape_at;
    use crate::schema::Schemas;
    use crate::yaml::{Route, write};

    fn read(schema: &str, route: &str, text: &str) -> String {
        let schemas = Schemas::shipped();
        let schema = schemas.get(schema).unwrap();
        match typed(shape_at(schema, &Route::parse(route)).unwrap(), text) {
            Ok(data) => write(&Data::map([("v", data)])).trim_end().to_owned(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn a_text_stays_what_was_typed() {
        assert_eq!(read("server", "serial", "0012e3"), "v: '0012e3'");
        assert_eq!(read("settings", "organisation.country", "NO"), "v: 'NO'");
        assert_eq!(read("server", "name", " a: b "), "v: ' a: b '");
        assert_eq!(read("server", "cost", "8420.00 EUR"), "v: 8420.00 EUR");
        assert_eq!(read("server", "attributes.cpu_cores", "32"), "v: 32");
        assert_eq!(read("server", "name", ""), "the value is empty");
    }

    #[test]
    fn lists_and_mappings_are_read_by_their_elements() {
        assert_eq!(read("server", "tags", "no, 01"), "v: ['no', '01']");
        assert_eq!(read("server", "tags", "[no, 01]"), "v: ['no', '01']");
        assert_eq!(read("server", "tags", ""), "v: []");
        let service = |text| read("service", "components", text);
        assert_eq!(service("{any_of: [a, 0e1], min_up: 1}"), "v:\n  - {any_of: [a, '0e1'], min_up: 1}");
        assert_eq!(
            service("{item: a}, {item: b}"),
            "v:\n  - item: a\n  - item: b"
                .replace("- item: a", "- {item: a}")
                .replace("- item: b", "- {item: b}")
        );
        assert_eq!(
            read("server", "verified", "{on: 2025-10-02, by: a-martin}"),
            "v:\n  on: 2025-10-02\n  by: a-martin"
        );
        assert_eq!(read("server", "verified", "today"), "`today` is not a mapping");
        assert!(read("server", "tags", "[a").contains("cannot be read"));
    }
}
