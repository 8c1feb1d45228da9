//! Conditions on a field: `cost>=5000 EUR`, `name~web`, `owner!=infra-team`.

use std::cmp::Ordering;
use std::fmt;

use super::order::Typed;
use super::{Field, QueryError, Scope};
use crate::model::Record;
use crate::schema::Type;
use crate::suggest;

/// A condition on the values of a field.
#[derive(Clone, PartialEq, Debug)]
pub struct Filter {
    pub field: Field,
    operator: Operator,
    /// One of them is enough. None stand for an absent value.
    operands: Vec<Typed>,
    /// As the user wrote it.
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Equal,
    NotEqual,
    Contains,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Operator {
    /// Longer signs first, so that `<=` is not read as `<`.
    const ALL: [(&'static str, Operator); 7] = [
        ("!=", Operator::NotEqual),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("=", Operator::Equal),
        ("~", Operator::Contains),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ];

    fn is_order(self) -> bool {
        matches!(self, Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Operator::Less => order.is_lt(),
            Operator::AtMost => order.is_le(),
            Operator::Greater => order.is_gt(),
            Operator::AtLeast => order.is_ge(),
            Operator::Equal | Operator::NotEqual | Operator::Contains => order.is_eq(),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Filter {
    /// Reads `field=value`, where `=` may be `!=`, `~` (contains), `<`, `<=`, `>` or `>=`. An empty
    /// value stands for none: `owner=` finds what has no owner.
    ///
    /// # Errors
    /// Where there is no operator, no such field, or the value is none of the field's type.
    pub fn parse(text: &str, scope: &Scope<'_>) -> Result<Filter, QueryError> {
        let at = text.find(['!', '=', '~', '<', '>']);
        let parts = at.and_then(|at| {
            let (name, rest) = text.split_at(at);
            let (sign, operator) = Operator::ALL.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
            Some((name.trim(), operator, rest.strip_prefix(sign)?.trim()))
        });
        let Some((name, operator, value)) = parts.filter(|(name, ..)| !name.is_empty()) else {
            let hint = "write field=value, or != ~ < <= > >= instead of =";
            return Err(QueryError::new(format!("`{text}` is not a condition"), Some(hint.to_owned())));
        };
        let field = Field::find(name, scope)?;
        let values = if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
        Filter::new(field, operator, &values, text.to_owned(), scope)
    }

    /// The field has one of these values.
    pub fn any_of(name: &str, values: &[String], scope: &Scope<'_>) -> Result<Filter, QueryError> {
        let field = Field::find(name, scope)?;
        Filter::new(field, Operator::Equal, values, format!("{name}={}", values.join(",")), scope)
    }

    fn new(
        field: Field,
        operator: Operator,
        values: &[String],
        text: String,
        scope: &Scope<'_>,
    ) -> Result<Filter, QueryError> {
        if operator.is_order() && !Typed::has_order(field.kind) {
            let message = format!("`{text}`: only money, dates and numbers are compared by size");
            return Err(QueryError::new(message, Some("=, != and ~ work on every field".to_owned())));
        }
        if operator.is_order() && values.is_empty() {
            return Err(QueryError::new(format!("`{text}` compares with nothing"), None));
        }
        let read = |value: &String| operand(&field, operator, value, scope);
        let operands = values.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Filter { field, operator, operands, text })
    }

    /// Shown as the user wrote it, where the values are more than he wrote.
    pub fn written(mut self, text: String) -> Filter {
        self.text = text;
        self
    }

    pub fn admits(&self, record: &Record) -> bool {
        let texts = self.field.texts(record);
        let holds = |operand: &Typed| {
            texts.iter().any(|text| match (self.operator, operand) {
                (Operator::Contains, Typed::Text(part)) => text.to_lowercase().contains(part),
                _ => Typed::read(self.field.kind, text)
                    .and_then(|value| value.compare(operand))
                    .is_some_and(|order| self.operator.holds(order)),
            })
        };
        let found = if self.operands.is_empty() { texts.is_empty() } else { self.operands.iter().any(holds) };
        found != (self.operator == Operator::NotEqual)
    }

    /// The value among `records` that the user may have meant, where nothing has the one he typed.
    pub fn suggestion<'r>(&self, records: impl Iterator<Item = &'r Record>) -> Option<String> {
        let Some(Typed::Text(typed)) = self.operands.first() else { return None };
        let there: Vec<String> =
            records.flat_map(|record| self.field.texts(record)).map(|text| text.into_owned()).collect();
        if there.contains(typed) {
            return None;
        }
        suggest::did_you_mean(typed, there.iter().map(String::as_str))
    }
}

fn operand(field: &Field, operator: Operator, value: &str, scope: &Scope<'_>) -> Result<Typed, QueryError> {
    if operator == Operator::Contains {
        return Ok(Typed::Text(value.to_lowercase()));
    }
    if !field.choices.is_empty() && !field.choices.iter().any(|choice| choice == value) {
        let choices = field.choices.iter().map(String::as_str);
        let hint = suggest::did_you_mean(value, choices)
            .unwrap_or_else(|| format!("choose one of: {}", field.choices.join(", ")));
        return Err(QueryError::new(format!("there is no {} `{value}`", field.name), Some(hint)));
    }
    let with_currency = match (field.kind, scope.currency) {
        (Type::Money, Some(currency)) if !value.contains(' ') => format!("{value} {currency}"),
        _ => value.to_owned(),
    };
    Typed::read(field.kind, &with_currency).ok_or_else(|| {
        let hint = format!("`{}` is {}", field.name, field.kind.expected());
        QueryError::new(format!("`{value}` cannot be compared with `{}`", field.name), Some(hint))
    })
}
