//! What a policy says, with the values of fields in it.

use super::World;
use super::field::Field;
use crate::date::Date;
use crate::model::Record;
use crate::query::{QueryError, Scope};

/// A text with holes for fields.
pub struct Message<'a>(Vec<Part<'a>>);

enum Part<'a> {
    Text(String),
    Field(Field<'a>),
}

/// The longest value that helps in a message, in characters.
const LONGEST_VALUE: usize = 80;

impl<'a> Message<'a> {
    /// Reads `the warranty ends on {warranty_until}`; `{today}` is the value date.
    pub fn read(text: &str, scopes: &[Scope<'a>], as_of: Date) -> Result<Message<'a>, QueryError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                let hint = "write {field} with both braces, or leave the brace out".to_owned();
                return Err(QueryError {
                    message: "a brace in the message is not closed".to_owned(),
                    hint: Some(hint),
                });
            };
            parts.push(Part::Text(before.to_owned()));
            parts.push(match name.trim() {
                "today" => Part::Text(as_of.to_string()),
                name => Part::Field(Field::find(name, scopes)?),
            });
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Message(parts))
    }

    pub fn of(&self, record: &Record, world: &World<'_>) -> String {
        let part = |part: &Part<'_>| match part {
            Part::Text(text) => text.clone(),
            Part::Field(field) => {
                let texts = field.texts(record, world).join(", ");
                match texts.char_indices().nth(LONGEST_VALUE) {
                    Some((at, _)) => format!("{}…", texts.get(..at).unwrap_or("")),
                    None if texts.is_empty() => format!("no {}", field.name),
                    None => texts,
                }
            }
        };
        self.0.iter().map(part).collect()
    }
}
