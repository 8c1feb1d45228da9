//! `route=value`, `route+=value`, `route-=value`: one change to one record's text.

use super::EditError;
use super::value::typed;
use crate::schema::{Schema, Shape, Type};
use crate::suggest;
use crate::yaml::{self, Data, Route, Tree};

/// What an assignment does with its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Set,
    /// Adds elements to a list.
    Add,
    /// Removes elements from a list.
    Remove,
}

/// A value and the place that it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assignment {
    pub route: Route,
    pub operator: Operator,
    pub value: String,
}

impl Assignment {
    pub fn set(route: &str, value: impl Into<String>) -> Self {
        Self { route: Route::parse(route), operator: Operator::Set, value: value.into() }
    }

    /// Reads `owner=infra-team`, `tags+=core` or `tags-=core`.
    ///
    /// # Errors
    /// When there is no `=`, or nothing before it.
    pub fn parse(text: &str) -> Result<Assignment, EditError> {
        let wrong = || {
            EditError::new(format!("`{text}` is no assignment")).help(
                "write field=value, such as owner=infra-team; field+=value and field-=value change lists",
            )
        };
        let (left, value) = text.split_once('=').ok_or_else(wrong)?;
        let (route, operator) = match (left.strip_suffix('+'), left.strip_suffix('-')) {
            (Some(route), _) => (route, Operator::Add),
            (_, Some(route)) => (route, Operator::Remove),
            (None, None) => (left, Operator::Set),
        };
        let route = Route::parse(route.trim());
        if route.is_root() {
            return Err(wrong());
        }
        Ok(Self { route, operator, value: value.to_owned() })
    }

    /// The record's text with the change made; nothing else in it differs by a byte.
    ///
    /// # Errors
    /// When the schema knows no such field, the value cannot be read, or a list to take from does
    /// not hold it.
    pub fn apply(&self, text: &str, schema: &Schema) -> Result<String, EditError> {
        let shape = shape_at(schema, &self.route)?;
        let value = self.read_value(shape).map_err(|error| self.about(error))?;
        if self.operator == Operator::Set {
            return Ok(yaml::set(text, &self.route, &value)?);
        }
        let Data::List(elements) = value else {
            let sign = if self.operator == Operator::Add { "+=" } else { "-=" };
            return Err(EditError::new(format!("`{}` is not a list", self.route))
                .help(format!("{sign} is for lists; write {}=…", self.route)));
        };
        let mut text = text.to_owned();
        for element in &elements {
            let held = self.position(&text, shape, element);
            text = match (self.operator, held) {
                // Neither a set nor a list of ids says anything by holding one twice.
                (Operator::Add, Some(_)) => text,
                (Operator::Add, None) => yaml::append(&text, &self.route, element)?,
                (_, Some(index)) => yaml::unset(&text, &self.route.index(index))?,
                (_, None) => return Err(self.absent(&text, element)),
            };
        }
        Ok(text)
    }

    /// The value by its shape. Elements to remove may be named by their key: `components-=srv-01`.
    fn read_value(&self, shape: &Shape) -> Result<Data, EditError> {
        let by_key = self.operator == Operator::Remove
            && !shape.match_by.is_empty()
            && !self.value.trim_start().starts_with(['[', '{']);
        match by_key {
            true => Ok(Data::list(self.value.split(',').map(str::trim).filter(|name| !name.is_empty()))),
            false => typed(shape, &self.value),
        }
    }

    /// Where the list holds the element, or an element that it names by a key.
    fn position(&self, text: &str, shape: &Shape, element: &Data) -> Option<usize> {
        let tree = yaml::parse(text).ok()?;
        let list = tree.value(text).at(&self.route)?;
        let named = |value: yaml::Value<'_>| {
            shape.match_by.iter().any(|key| {
                value
                    .field(key)
                    .and_then(|field| field.text())
                    .is_some_and(|text| element.as_text() == Some(text))
            })
        };
        list.elements().position(|value| Data::from(value) == *element || named(value))
    }

    fn absent(&self, text: &str, element: &Data) -> EditError {
        let wanted = yaml::write(element);
        let wanted = wanted.trim_end();
        let error = EditError::new(format!("`{}` does not hold `{wanted}`", self.route));
        let tree: Option<Tree> = yaml::parse(text).ok();
        let list = tree.as_ref().and_then(|tree| tree.value(text).at(&self.route));
        let held: Vec<&str> = list.iter().flat_map(|list| list.elements()).filter_map(|e| e.text()).collect();
        match suggest::did_you_mean(wanted, held.iter().copied()) {
            Some(hint) => error.help(hint),
            None if held.is_empty() => error,
            None => error.help(format!("it holds {}", held.join(", "))),
        }
    }

    fn about(&self, error: EditError) -> EditError {
        EditError { message: format!("{}: {}", self.route, error.message), help: error.help }
    }
}

/// The shape that the schema gives a field.
///
/// # Errors
/// When it knows no such field; the nearest one is suggested, also one that lies deeper.
pub fn shape_at<'s>(schema: &'s Schema, route: &Route) -> Result<&'s Shape, EditError> {
    if let Some(shape) = schema.shape().at(route) {
        return Ok(shape);
    }
    let mut known: Vec<String> = Vec::new();
    collect(schema.shape(), "", 0, &mut known);
    let written = route.to_string();
    let deeper = known.iter().find(|field| field.rsplit('.').next() == Some(written.as_str()));
    let near = deeper.map(|field| format!("did you mean `{field}`?"));
    let near = near.or_else(|| suggest::did_you_mean(&written, known.iter().map(String::as_str)));
    let error = EditError::new(format!("`{written}` is not a field of {}", schema.name));
    Err(error.help(near.unwrap_or_else(|| format!("`estate schema {}` lists the fields", schema.name))))
}

/// The routes of the fields that a schema lists, as far as no list lies between.
fn collect(shape: &Shape, above: &str, depth: usize, known: &mut Vec<String>) {
    for (name, field) in shape.fields() {
        let route = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        if field.kind == Type::Mapping && depth < 3 {
            collect(field, &route, depth + 1, known);
        }
        known.push(route);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schemas;

    const SERVER: &str = "id: a # the first\nclass: server\nname: \"A\"\ntags: [x, y]  # both\n";

    fn apply(schema: &str, text: &str, assignment: &str) -> Result<String, EditError> {
        let schemas = Schemas::shipped();
        Assignment::parse(assignment)?.apply(text, schemas.get(schema).unwrap())
    }

    #[test]
    fn only_the_value_changes() {
        let text = apply("server", SERVER, "name=B").unwrap();
        assert_eq!(text, SERVER.replace("\"A\"", "\"B\""));
        assert_eq!(apply("server", SERVER, "tags+=z, x").unwrap(), SERVER.replace("[x, y]", "[x, y, z]"));
        assert_eq!(apply("server", SERVER, "tags-=x").unwrap(), SERVER.replace("[x, y]", "[y]"));
        assert_eq!(apply("server", SERVER, "serial=1e3=").unwrap(), format!("{SERVER}serial: 1e3=\n"));
    }

    #[test]
    fn elements_with_keys_are_removed_by_name() {
        let text = "id: w\ncomponents:\n  - {item: a, share: 50%}\n  - service: b\n";
        for removal in ["components-=a", "components-={item: a, share: 50%}"] {
            assert_eq!(apply("service", text, removal).unwrap(), "id: w\ncomponents:\n  - service: b\n");
        }
        assert_eq!(
            apply("service", text, "components-=c").unwrap_err().message,
            "`components` does not hold `c`"
        );
        assert_eq!(
            apply("service", text, "components+=c").unwrap_err().message,
            "components: `c` is not a mapping"
        );
    }

    #[test]
    fn mistakes_are_told_with_the_nearest_field() {
        let told = |assignment| {
            let error = apply("server", SERVER, assignment).unwrap_err();
            (error.message, error.help.unwrap_or_default())
        };
        assert_eq!(
            told("onwer=x"),
            ("`onwer` is not a field of server".into(), "did you mean `owner`?".into())
        );
        assert_eq!(told("hostname=x").1, "did you mean `attributes.hostname`?");
        assert_eq!(told("runs_on=x").1, "did you mean `relations.runs_on`?");
        assert_eq!(told("relations.rums_on=x").1, "did you mean `relations.runs_on`?");
        assert_eq!(told("tags-=printer"), ("`tags` does not hold `printer`".into(), "it holds x, y".into()));
        assert_eq!(told("name+=z").0, "`name` is not a list");
        assert_eq!(told("owner").0, "`owner` is no assignment");
        assert_eq!(told("=x").0, "`=x` is no assignment");
        assert_eq!(told("owner=").0, "owner: the value is empty");
    }
}
