//! Fixes of fields: their names, their types and the spelling of their values.

use super::rewritten;
use crate::audit::Context;
use crate::date::parse_date;
use crate::edit::Edit;
use crate::finding::Finding;
use crate::model::Record;
use crate::money::Money;
use crate::schema::{Shape, Type};
use crate::snapshot::Snapshot;
use crate::suggest;
use crate::yaml::{self, Data, Route, Step, Value};

/// The name of a field that is certainly meant takes the place of the other.
pub fn unknown_field(finding: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let (parent, step) =
        Route::parse(&finding.field).split_last().map(|(parent, step)| (parent, step.clone()))?;
    let Step::Key(key) = step else { return None };
    let mapping = record.root()?.at(&parent)?;
    let shape = record.schema(context.snapshot.schemas())?.shape().at(&parent)?;
    let name = suggest::certain(&key, shape.fields().map(|(name, _)| name))?;
    let span = mapping.key_span(&key).filter(|_| mapping.field(name).is_none())?;
    let mut text = record.source().text().to_owned();
    text.replace_range(span.range(), name);
    rewritten(record, text)
}

/// A single value where a list is due becomes its only element; truth values are written small.
pub fn wrong_type(finding: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let (route, value, shape) = place(finding, record, context.snapshot)?;
    let text = value.text()?;
    let data = match shape.kind {
        Type::List if takes_one_value(shape.element()?) && !text.contains(',') => Data::list([text]),
        Type::Boolean if text.eq_ignore_ascii_case("true") => Data::plain(true),
        Type::Boolean if text.eq_ignore_ascii_case("false") => Data::plain(false),
        _ => return None,
    };
    rewritten(record, yaml::set(record.source().text(), &route, &data).ok()?)
}

fn takes_one_value(shape: &Shape) -> bool {
    !matches!(shape.kind, Type::List | Type::Mapping | Type::Any)
}

/// A value that says the same in another spelling.
pub fn invalid_value(finding: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let (route, value, shape) = place(finding, record, context.snapshot)?;
    let text = record.source().text();
    if shape.is_set {
        return rewritten(record, without_repetitions(text, &route, value)?);
    }
    let written = value.text()?;
    let meant = match shape.kind {
        Type::Money => money(written)?,
        Type::Date => date(written)?,
        _ => suggest::certain(written, shape.choices.iter().map(String::as_str))?.to_owned(),
    };
    rewritten(record, yaml::set(text, &route, &Data::text(meant)).ok()?)
}

fn place<'a>(
    finding: &Finding,
    record: &'a Record,
    snapshot: &'a Snapshot,
) -> Option<(Route, Value<'a>, &'a Shape)> {
    let route = Route::parse(&finding.field);
    let value = record.root()?.at(&route)?;
    let shape = record.schema(snapshot.schemas())?.shape().at(&route)?;
    Some((route, value, shape))
}

/// The text without the later ones of equal elements.
fn without_repetitions(text: &str, route: &Route, list: Value<'_>) -> Option<String> {
    let elements: Vec<Option<&str>> = list.elements().map(|element| element.text()).collect();
    let mut new = text.to_owned();
    for (index, element) in elements.iter().enumerate().rev() {
        if element.is_some() && elements.iter().take(index).any(|earlier| earlier == element) {
            new = yaml::unset(&new, &route.index(index)).ok()?;
        }
    }
    Some(new)
}

/// `8420.00eur` and `8420.00  EUR` are money for everybody; `8.420,00 EUR` is not the same
/// everywhere.
fn money(written: &str) -> Option<String> {
    let at = written.find(|c: char| c.is_whitespace() || c.is_ascii_alphabetic())?;
    let (amount, currency) = written.trim().split_at_checked(at)?;
    let meant = format!("{amount} {}", currency.trim().to_ascii_uppercase());
    meant.parse::<Money>().ok().map(|_| meant)
}

/// `2023/3/1` and `2023-3-1`: where the year comes first, the month follows (ISO 8601 has no other
/// order).
fn date(written: &str) -> Option<String> {
    let separator = ['-', '/', '.'].into_iter().find(|separator| written.contains(*separator))?;
    let parts: Vec<&str> = written.trim().split(separator).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || ![year, month, day].into_iter().all(|part| digits(part)) {
        return None;
    }
    let meant = format!("{year}-{month:0>2}-{day:0>2}");
    parse_date(&meant).ok().map(|_| meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_can_mean_one_thing_alone_are_mended() {
        let amounts = [
            "8420.00eur",
            "8420.00  EUR",
            "8420.00EUR",
            "-5 eur",
            "8.420,00 EUR",
            "8420.00 EUX",
            "EUR 5",
            "8420",
        ];
        let meant: Vec<Option<String>> = amounts.iter().map(|text| money(text)).collect();
        let expected = ["8420.00 EUR", "8420.00 EUR", "8420.00 EUR", "-5 EUR"];
        assert_eq!(meant.iter().flatten().collect::<Vec<_>>(), expected);
        let dates = [
            "2023/3/1",
            "2023-3-01",
            "2023.03.1",
            "01/03/2023",
            "2023-13-1",
            "23-3-1",
            "2023-3",
            "2023-02-30",
        ];
        let meant: Vec<Option<String>> = dates.iter().map(|text| date(text)).collect();
        assert_eq!(meant.iter().flatten().collect::<Vec<_>>(), ["2023-03-01", "2023-03-01", "2023-03-01"]);
    }
}
