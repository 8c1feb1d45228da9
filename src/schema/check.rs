//! A record's text against its schema: typed JSON by the shape, then the validator.

use std::fmt;
use std::str::FromStr;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Map, Value as Json};

use super::{Schema, Shape, Type};
use crate::date::{Duration, parse_date, parse_time};
use crate::finding::Finding;
use crate::money::{Money, Percent};
use crate::source::{Source, Span};
use crate::suggest;
use crate::yaml::{Route, Step, Tree, Value};

pub(super) fn check(schema: &Schema, source: &Source, tree: &Tree) -> Vec<Finding> {
    let root = tree.value(source.text());
    let mut builder = Builder { schema, source, findings: Vec::new(), refused: Vec::new() };
    let json = builder.value(schema.shape(), root, &Trail::Root);
    if let Some(validator) = schema.validator()
        && !validator.is_valid(&json)
    {
        for error in validator.iter_errors(&json) {
            let route = route_of(error.instance_path().as_str());
            builder.validation(error.kind(), error.instance(), &route, root, &error);
        }
    }
    builder.findings
}

struct Builder<'a> {
    schema: &'a Schema,
    source: &'a Source,
    findings: Vec<Finding>,
    /// Routes that have a finding already: the validator's view of them adds nothing.
    refused: Vec<Route>,
}

/// The way to a value as it is walked; a route is made of it only where something is found.
enum Trail<'t> {
    Root,
    Key(&'t Trail<'t>, &'t str),
    Index(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    fn is_root(&self) -> bool {
        matches!(self, Trail::Root)
    }

    fn route(&self) -> Route {
        match self {
            Trail::Root => Route::default(),
            Trail::Key(above, key) => above.route().key((*key).to_owned()),
            Trail::Index(above, index) => above.route().index(*index),
        }
    }
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.route().fmt(f)
    }
}

impl Builder<'_> {
    /// The value as JSON of the type that the shape asks for; what does not fit has a finding and
    /// becomes null.
    fn value(&mut self, shape: &Shape, value: Value<'_>, route: &Trail<'_>) -> Json {
        if value.is_nothing() && !matches!(shape.kind, Type::Any) {
            let message = format!("`{route}` has no value");
            if let Some(finding) =
                self.refuse("empty-value", value.span(), route, message, Some(&shape.description))
            {
                finding.help("give it a value, or delete the line");
            }
            return Json::Null;
        }
        match shape.kind {
            Type::Mapping if value.is_mapping() => self.mapping(shape, value, route),
            Type::List if value.is_sequence() => {
                let element_shape = shape.element().unwrap_or(Shape::any());
                let elements = value.elements().enumerate();
                elements
                    .map(|(index, element)| self.value(element_shape, element, &Trail::Index(route, index)))
                    .collect()
            }
            Type::Any => untyped(value),
            _ => match value.text() {
                Some(text) => self.scalar(shape, text, value, route),
                None => {
                    let found = if value.is_sequence() { "a list" } else { "a mapping" };
                    let found = if value.is_scalar() { "a single value" } else { found };
                    let message = format!("`{route}` must be {}, not {found}", shape.kind.expected());
                    self.refuse("wrong-type", value.span(), route, message, Some(&shape.description));
                    Json::Null
                }
            },
        }
    }

    fn mapping(&mut self, shape: &Shape, value: Value<'_>, route: &Trail<'_>) -> Json {
        let mut map = Map::with_capacity(value.len());
        for (key, key_span, field) in value.entries() {
            let field_route = Trail::Key(route, key);
            match shape.field(key) {
                Some(field_shape) => {
                    let json = self.value(field_shape, field, &field_route);
                    map.insert(key.to_owned(), json);
                }
                None => {
                    let place = if route.is_root() { self.schema.name.clone() } else { format!("`{route}`") };
                    let message = format!("`{key}` is not a field of {place}");
                    let known: Vec<&str> = shape.fields().map(|(name, _)| name).collect();
                    let help =
                        suggest::did_you_mean(key, known.iter().copied()).unwrap_or_else(|| {
                            match known.len() {
                            0 => "delete it".to_owned(),
                            _ if route.is_root() && shape.field("attributes").is_some() => {
                                "free properties stand under `attributes`; `estate schema` lists the fields"
                                    .to_owned()
                            }
                            _ => format!("the fields are: {}", known.join(", ")),
                        }
                        });
                    if let Some(finding) = self.refuse("unknown-field", key_span, &field_route, message, None)
                    {
                        finding.help(help);
                    }
                }
            }
        }
        Json::Object(map)
    }

    fn scalar(&mut self, shape: &Shape, text: &str, value: Value<'_>, route: &Trail<'_>) -> Json {
        let as_text = || Json::String(text.to_owned());
        let wrong = match shape.kind {
            Type::Money => Money::from_str(text).err().map(|error| error.to_string()),
            Type::Date => parse_date(text).err().map(|error| error.to_string()),
            Type::Time => parse_time(text).err().map(|error| error.to_string()),
            Type::Duration => Duration::from_str(text).err().map(|error| error.to_string()),
            Type::Percent => {
                Percent::from_str(text).err().map(|_| format!("`{text}` is not {}", shape.kind.expected()))
            }
            Type::Integer => match text.parse::<i64>() {
                Ok(number) if is_plain_integer(text) => return number.into(),
                _ => Some(format!("`{text}` is not a whole number")),
            },
            Type::Number => match serde_json::Number::from_str(text) {
                Ok(number) => return Json::Number(number),
                Err(_) => Some(format!("`{text}` is not a number")),
            },
            Type::Boolean => match text {
                "true" => return Json::Bool(true),
                "false" => return Json::Bool(false),
                _ => Some(format!("`{text}` is neither true nor false")),
            },
            Type::List | Type::Mapping => {
                Some(format!("`{route}` must be {}, not a single value", shape.kind.expected()))
            }
            Type::Text | Type::Id | Type::Any => None,
        };
        match wrong {
            None => as_text(),
            Some(message) => {
                let rule = if matches!(
                    shape.kind,
                    Type::List | Type::Mapping | Type::Boolean | Type::Integer | Type::Number
                ) {
                    "wrong-type"
                } else {
                    "invalid-value"
                };
                self.refuse(rule, value.span(), route, message, Some(&shape.description));
                Json::Null
            }
        }
    }

    /// Adds a finding and remembers its route. The answer takes builder calls such as `help`.
    fn refuse(
        &mut self,
        rule: &'static str,
        span: Span,
        route: &Trail<'_>,
        message: String,
        description: Option<&str>,
    ) -> Option<Slot<'_>> {
        let route = route.route();
        let mut finding = Finding::error(rule, self.source.location(span), message).field(route.to_string());
        self.refused.push(route);
        if let Some(description) = description.filter(|text| !text.is_empty()) {
            finding = finding.help(lower_first(description));
        }
        self.findings.push(finding);
        self.findings.last_mut().map(Slot)
    }

    fn validation(
        &mut self,
        kind: &ValidationErrorKind,
        instance: &Json,
        route: &Route,
        root: Value<'_>,
        error: &jsonschema::ValidationError<'_>,
    ) {
        if self.refused.iter().any(|refused| refused == route) {
            return;
        }
        let shape = self.schema.shape().at(route);
        let description = shape.map(|shape| lower_first(&shape.description)).unwrap_or_default();
        let span = place(root, route);
        let found = instance.as_str().map_or_else(|| instance.to_string(), str::to_owned);
        let (rule, message, help) = match kind {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let field = shape.and_then(|shape| shape.field(name));
                let owner = if route.is_root() { "the record".to_owned() } else { format!("`{route}`") };
                let help = field.map(|field| lower_first(&field.description)).unwrap_or_default();
                ("missing-field", format!("{owner} lacks the field `{name}`"), help)
            }
            ValidationErrorKind::Enum { .. } => {
                let choices = shape.map(|shape| shape.choices.as_slice()).unwrap_or_default();
                let help = suggest::did_you_mean(&found, choices.iter().map(String::as_str))
                    .unwrap_or_else(|| format!("choose one of: {}", choices.join(", ")));
                ("invalid-value", format!("`{found}` is not a value of `{route}`"), help)
            }
            ValidationErrorKind::Constant { expected_value } => {
                let expected =
                    expected_value.as_str().map_or_else(|| expected_value.to_string(), str::to_owned);
                ("invalid-value", format!("`{route}` must be `{expected}` here, not `{found}`"), description)
            }
            ValidationErrorKind::Pattern { .. }
            | ValidationErrorKind::Format { .. }
            | ValidationErrorKind::MinLength { .. } => {
                ("invalid-value", format!("`{found}` is not a valid `{route}`"), description)
            }
            ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::OneOfMultipleValid { .. } => {
                let names = alternatives(self.schema.flat(), error.schema_path().as_str());
                let owner = if route.is_root() { "the record".to_owned() } else { format!("`{route}`") };
                ("missing-field", format!("{owner} needs exactly one of {names}"), description)
            }
            ValidationErrorKind::Not { .. } => {
                let names = alternatives(self.schema.flat(), error.schema_path().as_str());
                ("invalid-value", format!("`{route}` may not have {names} together"), description)
            }
            ValidationErrorKind::Type { kind: TypeKind::Single(_) } if instance.is_null() => return,
            _ => (
                "invalid-value",
                format!("`{route}`: {}", error.to_string().chars().take(200).collect::<String>()),
                description,
            ),
        };
        // A mapping may lack several fields; of other things one finding a place is enough.
        if rule != "missing-field" {
            self.refused.push(route.clone());
        }
        let mut finding = Finding::error(rule, self.source.location(span), message).field(route.to_string());
        if !help.is_empty() {
            finding = finding.help(help);
        }
        self.findings.push(finding);
    }
}

/// The finding that was just added, for calls that complete it.
struct Slot<'f>(&'f mut Finding);

impl Slot<'_> {
    fn help(self, help: impl Into<String>) {
        self.0.help = Some(help.into());
    }
}

/// JSON of a value whose schema says nothing of types: scalars stay text.
fn untyped(value: Value<'_>) -> Json {
    if value.is_mapping() {
        value.entries().map(|(key, _, value)| (key.to_owned(), untyped(value))).collect()
    } else if value.is_sequence() {
        value.elements().map(untyped).collect()
    } else {
        value.text().map_or(Json::Null, |text| Json::String(text.to_owned()))
    }
}

/// `12`, `-3`; not `+3`, `007` or `1_000`, which readers take differently.
fn is_plain_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits == "0" || !digits.starts_with('0')
}

/// From a JSON pointer to a route.
fn route_of(pointer: &str) -> Route {
    pointer.split('/').skip(1).fold(Route::default(), |route, step| match step.parse::<usize>() {
        Ok(index) => route.index(index),
        Err(_) => route.key(step.replace("~1", "/").replace("~0", "~")),
    })
}

/// The place of a value; of a collection, its first line's key, so that the frame stays short.
fn place(root: Value<'_>, route: &Route) -> Span {
    let value = root.at(route);
    if value.is_some_and(|value| value.is_scalar()) {
        return value.map(|value| value.span()).unwrap_or_default();
    }
    let key = route.split_last().and_then(|(parent, step)| match step {
        Step::Key(key) => root.at(&parent).and_then(|parent| parent.key_span(key)),
        Step::Index(_) => None,
    });
    key.or(value.map(|value| first_key_or_start(value))).unwrap_or_default()
}

fn first_key_or_start(value: Value<'_>) -> Span {
    let start = value.span().start as usize;
    value.entries().next().map_or(Span::new(start, start), |(_, span, _)| span)
}

/// The names in a `oneOf` whose alternatives each require fields, or in a `not` that requires some:
/// "`item`, `any_of` and `service`".
fn alternatives(schema: &Json, pointer: &str) -> String {
    let parts = match schema.pointer(pointer) {
        Some(Json::Array(parts)) => parts.as_slice(),
        Some(part) => std::slice::from_ref(part),
        None => &[],
    };
    let names: Vec<String> = parts
        .iter()
        .filter_map(|part| part.get("required").and_then(Json::as_array))
        .flatten()
        .filter_map(Json::as_str)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.join(""),
    }
}

/// Descriptions are sentences; in a help line they follow a colon and end without a full stop.
fn lower_first(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut characters = sentence.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::Schemas;
    use crate::source::Source;
    use crate::yaml;

    /// One line a finding: `rule line:column message; help`.
    fn findings(schema: &str, text: &str) -> Vec<String> {
        let source = Source::new("x.yaml", text);
        let tree = yaml::parse(text).unwrap();
        let schemas = Schemas::shipped();
        let found = schemas.get(schema).unwrap().check(&source, &tree);
        let line = |f: &crate::finding::Finding| {
            let place = format!("{}:{}", f.location.line, f.location.column);
            format!("{} {place} {}; {}", f.rule, f.message, f.help.clone().unwrap_or_default())
        };
        found.iter().map(line).collect()
    }

    const SERVER: &str = "id: srv-01\nclass: server\nname: Web 1\nstatus: in_use\n";

    #[test]
    fn a_sound_record_has_no_findings_and_text_stays_text() {
        let text = format!(
            "{SERVER}serial: 0012e3\nasset_tag: 01234\nmodel: NO\ncost: 8420.00 EUR\nin_service: 2023-03-01\n"
        );
        assert_eq!(findings("server", &text), [""; 0]);
    }

    #[test]
    fn each_mistake_has_its_place_and_a_way_out() {
        let text = format!(
            "{SERVER}onwer: it\ncost: 8420\nin_service: 2023-02-29\nacquired:\nrelations: {{runs_on: rack-1}}\n"
        );
        assert_eq!(
            findings("server", &text),
            [
                "unknown-field 5:1 `onwer` is not a field of server; did you mean `owner`?",
                "invalid-value 6:7 `8420` is not money: write an amount, a space and a currency, such as 8420.00 EUR; acquisition cost without recoverable tax",
                "invalid-value 7:13 `2023-02-29` is not a calendar date: write year-month-day, such as 2023-02-28; date on which the item was first used; depreciation usually starts here",
                "empty-value 8:10 `acquired` has no value; give it a value, or delete the line",
                "wrong-type 9:22 `relations.runs_on` must be a list, not a single value; items whose computing or physical support this item uses directly",
            ]
        );
    }

    #[test]
    fn the_validator_speaks_the_language_of_the_record() {
        let found = findings("server", "id: Srv_01\nclass: laptop\nname: ''\nstatus: inuse\n");
        let starts = [
            "invalid-value 1:5 `Srv_01` is not a valid `id`;",
            "invalid-value 2:8 `class` must be `server` here, not `laptop`;",
            "invalid-value 3:7 `` is not a valid `name`;",
            "invalid-value 4:9 `inuse` is not a value of `status`; did you mean `in_use`?",
        ];
        for start in starts {
            assert!(found.iter().any(|line| line.starts_with(start)), "no {start:?} in {found:#?}");
        }
        assert_eq!(found.len(), starts.len(), "{found:#?}");
    }

    #[test]
    fn a_term_has_a_length_or_an_end_or_neither() {
        let told = |term: &str| {
            findings("contract", &format!("id: c\nside: supplier\nkind: lease\nparty: p\nterm: {term}\n"))
        };
        for term in
            ["{start: 2023-01-01}", "{start: 2023-01-01, length: 1y}", "{start: 2023-01-01, end: 2023-06-30}"]
        {
            assert_eq!(told(term), Vec::<String>::new(), "{term}");
        }
        let both = told("{start: 2023-01-01, length: 1y, end: 2023-12-31}");
        assert_eq!(
            both,
            [
                "invalid-value 5:1 `term` may not have `length` and `end` together; the first term: its start, and its length or its end; with neither, the contract is open-ended"
            ]
        );
    }

    #[test]
    fn missing_fields_and_alternatives_are_named() {
        let found =
            findings("service", "id: shop\nname: Shop\nstatus: in_use\ncomponents:\n  - {share: 50%}\n");
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].starts_with(
                "missing-field 5:6 `components[0]` needs exactly one of `item`, `any_of` and `service`"
            ),
            "{found:#?}"
        );
        let found = findings("party", "id: dell\n");
        assert!(
            found.iter().any(|line| line.starts_with("missing-field 1:1 the record lacks the field `kind`")),
            "{found:#?}"
        );
    }

    #[test]
    fn currencies_and_their_decimals_are_checked() {
        assert!(findings("server", &format!("{SERVER}cost: 10.00 EUX\n"))[0].contains("not a currency code"));
        assert!(findings("server", &format!("{SERVER}cost: 10.5 JPY\n"))[0].contains("more decimals"));
        assert!(findings("server", &format!("{SERVER}cost: 1e3 EUR\n"))[0].contains("not an amount"));
    }
}
