//! From a policy's record to a condition that can be asked, or findings that say why not.

use super::condition::{Condition, Filter, Operand, Order, Quantifier, Test};
use super::field::Field;
use super::message::Message;
use super::operand;
use super::relation::Relation;
use super::{Focus, Judge};
use crate::date::Date;
use crate::finding::Finding;
use crate::model::policy::Policy;
use crate::model::{Kind, Record};
use crate::query::{QueryError, Scope, Typed};
use crate::snapshot::Snapshot;
use crate::source::Span;
use crate::suggest;
use crate::yaml::Value;

pub const RULE: &str = "unusable-policy";

/// Conditions within conditions, and ways from neighbour to neighbour.
const MOST_NESTED: usize = 8;
const MOST_STEPS: usize = 3;
/// Comparisons, combinations and elements of lists in one policy.
const MOST_PARTS: usize = 200;

/// Reads a policy; what cannot be used is added to `problems`, all of it at once.
pub fn compile<'a>(
    policy: Policy<'a>,
    snapshot: &'a Snapshot,
    as_of: Date,
    problems: &mut Vec<Finding>,
) -> Option<Judge<'a>> {
    // A record that its schema refuses has findings that say more.
    if !policy.0.is_sound() {
        return None;
    }
    let mut compiler = Compiler { record: policy.0, as_of, focus: None, parts: 0, problems };
    let before = compiler.problems.len();
    let scopes = compiler.scopes(snapshot)?;
    let here = Surroundings { scopes: &scopes, subject: &scopes, nested: 0, steps: 0, part: "select.where" };
    let select = policy.0.get("select.where").map(|value| compiler.condition(value, here));
    // The first field that the offence names is the one to which its findings point.
    compiler.focus = None;
    let here = Surroundings { part: "when", ..here };
    let when = policy.0.field("when").and_then(|value| compiler.condition(value, here));
    let focus = compiler.focus.take();
    let message = compiler.message(&scopes);
    if compiler.problems.len() > before {
        return None;
    }
    let select = Condition::All(select.into_iter().collect::<Option<Vec<_>>>()?);
    Some(Judge {
        policy,
        level: policy.level()?,
        scopes,
        select,
        when: when?,
        focus: focus?,
        message: message?,
    })
}

struct Compiler<'p, 'a> {
    record: &'a Record,
    as_of: Date,
    focus: Option<Focus>,
    parts: usize,
    problems: &'p mut Vec<Finding>,
}

/// Where a condition stands.
#[derive(Clone, Copy)]
struct Surroundings<'s, 'a> {
    /// The records that it is about.
    scopes: &'s [Scope<'a>],
    /// The records that the policy judges.
    subject: &'s [Scope<'a>],
    nested: usize,
    steps: usize,
    /// The part of the policy that it belongs to.
    part: &'static str,
}

impl<'a> Compiler<'_, 'a> {
    fn problem(&mut self, part: &str, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let finding = Finding::error(RULE, self.record.at_span(span), message).field(part).help(help);
        self.problems.push(finding);
    }

    fn refused(&mut self, part: &str, span: Span, error: QueryError) {
        let help = error.hint.unwrap_or_else(|| format!("`estate explain {RULE}` shows an example"));
        self.problem(part, span, error.message, help);
    }

    fn scopes(&mut self, snapshot: &'a Snapshot) -> Option<Vec<Scope<'a>>> {
        let kind = Kind::from_name(self.record.text("select.kind")?)?;
        let currency = snapshot.settings().map(|settings| settings.currency);
        let schemas = snapshot.schemas();
        let of_class = |class: Option<&'a str>| Scope { kind, class, schemas, currency };
        let Some(classes) = self.record.get("select.classes") else { return Some(vec![of_class(None)]) };
        if kind != Kind::Item {
            self.problem(
                "select.classes",
                classes.span(),
                format!("a {kind} has no class"),
                "delete the line",
            );
            return None;
        }
        let before = self.problems.len();
        let mut scopes = Vec::new();
        for class in classes.elements() {
            let name = class.text().unwrap_or("");
            if schemas.class(name).is_some() {
                scopes.push(of_class(Some(name)));
                continue;
            }
            let help = suggest::did_you_mean(name, schemas.classes())
                .unwrap_or_else(|| "`estate schema` lists the classes".to_owned());
            self.problem("select.classes", class.span(), format!("there is no class `{name}`"), help);
        }
        // Of records of an unknown class nothing can be said.
        (self.problems.len() == before).then_some(scopes)
    }

    fn message(&mut self, scopes: &[Scope<'a>]) -> Option<Message<'a>> {
        let value = self.record.field("message")?;
        match Message::read(value.text()?, scopes, self.as_of) {
            Ok(message) => Some(message),
            Err(error) => {
                self.refused("message", value.span(), error);
                None
            }
        }
    }

    fn condition(&mut self, value: Value<'a>, here: Surroundings<'_, 'a>) -> Option<Condition<'a>> {
        const FORMS: [(&str, &[&str]); 5] = [
            ("all", &[]),
            ("any", &[]),
            ("not", &[]),
            ("field", &["op", "value"]),
            ("relation", &["quantifier", "where", "op", "value"]),
        ];
        self.parts += 1;
        if self.parts == MOST_PARTS || (here.nested > MOST_NESTED && self.parts < MOST_PARTS) {
            let message = format!(
                "a policy has at most {MOST_PARTS} parts and {MOST_NESTED} conditions within one another"
            );
            self.problem(here.part, value.span(), message, "make two policies of it");
        }
        if self.parts >= MOST_PARTS || here.nested > MOST_NESTED {
            return None;
        }
        const HELP: &str = "write {field: status, op: eq, value: in_use}, {relation: covered_by, quantifier: none}, or all, any or not";
        let mut forms = FORMS.iter().filter(|(key, _)| value.field(key).is_some());
        let (Some((form, others)), None) = (forms.next(), forms.next()) else {
            let key = value.entries().next();
            let near = key.and_then(|(key, ..)| suggest::did_you_mean(key, FORMS.map(|(form, _)| form)));
            let message = "a condition is one comparison, one relation, or one of all, any and not";
            let span = key.map_or(value.span(), |(_, span, _)| span);
            self.problem(here.part, span, message, near.unwrap_or_else(|| HELP.to_owned()));
            return None;
        };
        let unknown = value.entries().find(|(key, ..)| key != form && !others.contains(key));
        if let Some((key, span, _)) = unknown {
            let help = suggest::did_you_mean(key, others.iter().copied()).unwrap_or_else(|| HELP.to_owned());
            self.problem(here.part, span, format!("`{key}` does not go with `{form}`"), help);
            return None;
        }
        let inner = value.field(form)?;
        let below = Surroundings { nested: here.nested + 1, ..here };
        match *form {
            "all" => self.list(inner, below).map(Condition::All),
            "any" => self.list(inner, below).map(Condition::Any),
            "not" => Some(Condition::Not(Box::new(self.condition(inner, below)?))),
            "field" => self.comparison(value, inner, here),
            _ => self.related(value, inner, below),
        }
    }

    fn list(&mut self, value: Value<'a>, here: Surroundings<'_, 'a>) -> Option<Vec<Condition<'a>>> {
        if value.is_empty() || !value.is_sequence() {
            self.problem(here.part, value.span(), "this is a list of conditions", "write `- ` before each");
            return None;
        }
        // Every part is read, so that every mistake is found.
        let parts: Vec<_> = value.elements().map(|element| self.condition(element, here)).collect();
        parts.into_iter().collect()
    }

    fn comparison(
        &mut self,
        value: Value<'a>,
        name: Value<'a>,
        here: Surroundings<'_, 'a>,
    ) -> Option<Condition<'a>> {
        let field = match Field::find(name.text().unwrap_or(""), here.scopes) {
            Ok(field) => field,
            Err(error) => {
                self.refused(here.part, name.span(), error);
                return None;
            }
        };
        self.look_at(here, field.route(), name.span());
        let Some(op) = value.field("op") else {
            self.problem(here.part, name.span(), "this comparison has no `op`", "add `op: eq`");
            return None;
        };
        let operator = op.text().unwrap_or("");
        let order = order(operator);
        let takes_value = !matches!(operator, "exists" | "absent");
        let operand = value.field("value");
        match (takes_value, operand) {
            _ if order.is_none() && !OPERATORS.contains(&operator) => {
                let message = format!("there is no operator `{operator}`");
                self.problem(here.part, op.span(), message, known_operators(operator));
                return None;
            }
            (true, None) => {
                self.problem(here.part, op.span(), format!("`{operator}` needs a value"), "add `value:`");
                return None;
            }
            (false, Some(operand)) => {
                let message = format!("`{operator}` takes no value");
                self.problem(here.part, operand.span(), message, "delete `value:`");
                return None;
            }
            _ => {}
        }
        if order.is_some_and(Order::is_by_size) && !Typed::has_order(field.kind) {
            let message = format!("`{}` is {}, which has no size", field.name, field.kind.expected());
            self.problem(here.part, op.span(), message, "use eq, ne, in, contains or matches");
            return None;
        }
        let text = |operand: Option<Value<'a>>| operand.and_then(|value| value.text()).map(str::to_owned);
        let test = match (operator, order) {
            ("exists", _) => Ok(Test::Exists),
            ("absent", _) => Ok(Test::Absent),
            ("contains", _) => text(operand).map(Test::Contains).ok_or_else(operand::not_a_text),
            ("matches", _) => text(operand).map(Test::Matches).ok_or_else(operand::not_a_text),
            (_, Some(order)) => {
                let operand = operand?;
                let scopes = operand::Scopes { here: here.scopes, subject: here.subject };
                operand::read(operand, &field, scopes, self.as_of).map(|operand| match (order, operand) {
                    (Order::Equal, Operand::Value(value)) => Test::Among { values: vec![value], among: true },
                    (Order::NotEqual, Operand::Value(value)) => {
                        Test::Among { values: vec![value], among: false }
                    }
                    (order, operand) => Test::Order(order, operand),
                })
            }
            (_, None) => {
                let operand = operand?;
                self.parts += operand.len();
                let values = operand::read_list(operand, &field, self.as_of);
                values.map(|values| Test::Among { values, among: operator == "in" })
            }
        };
        match test {
            Ok(test) => Some(Condition::Compare(field, test)),
            Err(error) => {
                self.refused(here.part, operand.unwrap_or(op).span(), error);
                None
            }
        }
    }

    fn related(
        &mut self,
        value: Value<'a>,
        name: Value<'a>,
        here: Surroundings<'_, 'a>,
    ) -> Option<Condition<'a>> {
        if here.steps == MOST_STEPS {
            let message = format!("a policy follows at most {MOST_STEPS} relations in a row");
            self.problem(here.part, name.span(), message, "start from a record nearer to what it looks for");
            return None;
        }
        let (relation, reached) = match Relation::find(name.text().unwrap_or(""), here.scopes) {
            Ok(found) => found,
            Err(error) => {
                self.refused(here.part, name.span(), error);
                return None;
            }
        };
        let route = if relation.is_field() { name.text().unwrap_or("") } else { "" };
        self.look_at(here, route, name.span());
        let quantifier = self.quantifier(value, name.span(), here.part);
        let inside = Surroundings { scopes: &reached, steps: here.steps + 1, ..here };
        let filter = value
            .field("where")
            .map_or(Some(Condition::All(Vec::new())), |value| self.condition(value, inside));
        Some(Condition::Related { relation, quantifier: quantifier?, filter: Box::new(Filter::new(filter?)) })
    }

    fn quantifier(&mut self, value: Value<'a>, span: Span, part: &str) -> Option<Quantifier> {
        const NAMES: [&str; 4] = ["any", "all", "none", "count"];
        let written = value.field("quantifier");
        let name = written.map_or(Some("any"), |value| value.text()).unwrap_or("");
        let span = written.map_or(span, |value| value.span());
        let (op, number) = (value.field("op"), value.field("value"));
        if name != "count"
            && let Some(extra) = op.or(number)
        {
            self.problem(
                part,
                extra.span(),
                "only `quantifier: count` is compared",
                "put the comparison under `where`",
            );
            return None;
        }
        match name {
            "any" => Some(Quantifier::Any),
            "all" => Some(Quantifier::All),
            "none" => Some(Quantifier::None),
            "count" => {
                let order = op.and_then(|op| order(op.text()?));
                let number = number.and_then(|number| number.text()?.parse().ok());
                let count = order.zip(number).map(|(order, number)| Quantifier::Count(order, number));
                if count.is_none() {
                    self.problem(
                        part,
                        span,
                        "a count is compared with a whole number",
                        "add `op: lt` and `value: 2`",
                    );
                }
                count
            }
            _ => {
                let help = suggest::did_you_mean(name, NAMES)
                    .unwrap_or_else(|| format!("choose one of: {}", NAMES.join(", ")));
                self.problem(part, span, format!("there is no quantifier `{name}`"), help);
                None
            }
        }
    }

    /// Remembers the first field of the judged record itself.
    fn look_at(&mut self, here: Surroundings<'_, 'a>, route: &str, span: Span) {
        if here.steps == 0 && self.focus.is_none() {
            self.focus = Some(Focus { route: route.to_owned(), span });
        }
    }
}

pub const OPERATORS: [&str; 12] =
    ["eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "contains", "matches", "exists", "absent"];

fn order(operator: &str) -> Option<Order> {
    Some(match operator {
        "eq" => Order::Equal,
        "ne" => Order::NotEqual,
        "lt" => Order::Less,
        "le" => Order::AtMost,
        "gt" => Order::Greater,
        "ge" => Order::AtLeast,
        _ => return None,
    })
}

/// The operators, and what other languages call them.
fn known_operators(written: &str) -> String {
    let meant = match written {
        "=" | "==" | "is" | "equals" => "eq",
        "!=" | "<>" | "is_not" => "ne",
        "<" | "before" | "until" => "lt",
        "<=" => "le",
        ">" | "after" | "since" => "gt",
        ">=" => "ge",
        "present" | "not_null" => "exists",
        "missing" | "empty" | "null" => "absent",
        "like" | "glob" | "regex" => "matches",
        _ => suggest::closest(written, OPERATORS).unwrap_or(""),
    };
    match meant {
        "" => format!("choose one of: {}", OPERATORS.join(", ")),
        meant => format!("did you mean `{meant}`?"),
    }
}
