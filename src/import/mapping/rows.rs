//! One row through a mapping.

use super::{Condition, Mapping, RecordRule, Row, Rule, Steps, convert, matches};
use crate::import::{Incoming, Proposal, Rejection};
use crate::schema::{Schemas, Shape, Type};
use crate::yaml::{Data, Route};

impl Mapping {
    /// Adds what a row becomes. `origin` is where it stands, such as `line 12`.
    pub fn take(&self, row: &Row<'_>, origin: &str, schemas: &Schemas, incoming: &mut Incoming) {
        let cell = |column: &str| {
            let text = row.get(column)?.trim();
            (!text.is_empty() && !self.nothing.iter().any(|nothing| nothing == text)).then_some(text)
        };
        let row = Row(&cell);
        let holds = |rule: &&RecordRule| rule.when.as_ref().is_none_or(|when| when.holds(&row));
        let rules: Vec<&RecordRule> = self.records.iter().filter(holds).collect();
        if rules.iter().all(|rule| rule.key.is_none()) {
            *incoming.left_out.entry("rows that the mapping does not ask for".to_owned()).or_default() += 1;
            return;
        }
        // The first record is what the row is about; the others are what it names besides.
        let name = rules.first().and_then(|rule| rule.id.text(&row).ok().flatten());
        let origin = name.map_or_else(|| origin.to_owned(), |name| format!("{origin} ({name})"));
        let mut proposals = Vec::new();
        for rule in rules {
            match self.proposal(rule, &row, &origin, schemas) {
                Ok(proposal) => proposals.extend(proposal),
                // A row is taken as a whole or not at all.
                Err(reason) => {
                    return incoming.rejections.push(Rejection { origin, reason });
                }
            }
        }
        incoming.proposals.extend(proposals);
    }

    fn proposal(
        &self,
        rule: &RecordRule,
        row: &Row<'_>,
        origin: &str,
        schemas: &Schemas,
    ) -> Result<Option<Proposal>, String> {
        let named = |what: &str| {
            let what = what.to_owned();
            move |why: String| format!("{what}: {why}")
        };
        let id = rule.id.text(row).map_err(named("id"))?;
        let key = match &rule.key {
            // Only named: no name, no record.
            None if id.is_none() => return Ok(None),
            None => String::new(),
            Some(key) => {
                let text = key.text(row).map_err(named("key"))?;
                text.ok_or_else(|| format!("the row has no key: {} is empty", key.source()))?
            }
        };
        let id = id.unwrap_or_else(|| key.clone());
        let class = match &rule.class {
            None => None,
            Some(class) => {
                let text = class.text(row).map_err(named("class"))?;
                Some(text.ok_or_else(|| format!("the row has no class: {} is empty", class.source()))?)
            }
        };
        let name = class.as_deref().unwrap_or(rule.kind.name());
        let shape = schemas.get(name).map(|schema| schema.shape());
        let (mut fields, mut wrong) = (Data::Map(Vec::new()), Vec::new());
        for (field, rule) in &rule.fields {
            let route = Route::parse(field);
            // Without a schema the plan will say so; a class without the field goes without it.
            let Some(shape) = shape.map_or(Some(Shape::any()), |shape| shape.at(&route)) else { continue };
            match self.value(rule, row, shape).map_err(named(field)) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => fields.set(&route, value).map_err(|error| error.to_string())?,
                Err(why) => wrong.push(why),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong.join("; "));
        }
        let origin = origin.to_owned();
        Ok(Some(Proposal { kind: rule.kind, class, id, key: (self.system.clone(), key), fields, origin }))
    }

    fn value(&self, Rule(steps): &Rule, row: &Row<'_>, shape: &Shape) -> Result<Data, String> {
        let texts = steps.texts(row)?;
        if shape.kind == Type::List {
            let element = shape.element().unwrap_or(Shape::any());
            let elements = texts.iter().map(|text| self.convert(text, row, element));
            return Ok(Data::List(elements.collect::<Result<_, String>>()?));
        }
        match texts.as_slice() {
            [] => Ok(Data::Nothing),
            [text] => self.convert(text, row, shape),
            _ => Err("it is no list, so it cannot be split".to_owned()),
        }
    }

    fn convert(&self, text: &str, row: &Row<'_>, shape: &Shape) -> Result<Data, String> {
        Ok(Data::text(match (shape.kind, &self.money) {
            (Type::Date, _) => convert::date(text, &self.dates)?,
            (Type::Money, Some(money)) => money.read(text, row)?,
            _ => text.to_owned(),
        }))
    }
}

impl Rule {
    /// The text for a row that is to be one.
    fn text(&self, row: &Row<'_>) -> Result<Option<String>, String> {
        Ok(self.0.texts(row)?.into_iter().next())
    }

    /// The columns that it reads, for a message.
    fn source(&self) -> String {
        let names: Vec<String> =
            self.0.from.columns().map(|names| format!("`{}`", names.join("` or `"))).collect();
        names.join(" or ")
    }
}

impl Steps {
    fn texts(&self, row: &Row<'_>) -> Result<Vec<String>, String> {
        if self.when.as_ref().is_some_and(|when| !when.holds(row)) {
            return Ok(Vec::new());
        }
        let filled = self.from.fill(row);
        let parts: Vec<&str> = match (&filled, &self.split) {
            (None, _) => Vec::new(),
            (Some(text), None) => vec![text],
            (Some(text), Some(separator)) => text.split(separator.as_str()).collect(),
        };
        let mut texts = Vec::new();
        for part in parts {
            texts.extend(self.cut(part.trim(), row)?);
        }
        if texts.is_empty() {
            texts.extend(self.default.as_ref().and_then(|default| default.fill(row)));
        }
        Ok(texts)
    }

    /// One element through the steps; nothing where nothing is left of it.
    fn cut(&self, text: &str, row: &Row<'_>) -> Result<Option<String>, String> {
        let after =
            self.after.as_deref().and_then(|mark| text.rsplit_once(mark)).map_or(text, |(_, rest)| rest);
        let before =
            self.before.as_deref().and_then(|mark| after.split_once(mark)).map_or(after, |(rest, _)| rest);
        let text = before.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let text = match self.divide {
            Some(by) => convert::divided(text, by)?,
            None => text.to_owned(),
        };
        let Some(table) = &self.table else { return Ok(Some(text)) };
        match (table.look_up(&text), &self.default) {
            (Some(meaning), _) => Ok(meaning.fill(row)),
            (None, Some(default)) => Ok(default.fill(row)),
            (None, None) => {
                let words: Vec<&str> = table.words().collect();
                Err(format!("`{text}` is not in the mapping's table, which knows: {}", words.join(", ")))
            }
        }
    }
}

impl Condition {
    fn holds(&self, row: &Row<'_>) -> bool {
        let Condition(test) = self;
        let Some(text) = test.from.fill(row) else { return test.empty || test.not.is_some() };
        let text = text.to_lowercase();
        let among = |words: &Vec<String>| words.iter().any(|word| matches(&word.to_lowercase(), &text));
        !test.empty && test.is.as_ref().is_none_or(among) && !test.not.as_ref().is_some_and(among)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = r#"
title: Test
system: test
nothing: ["N/A"]
dates: ["%d/%m/%Y"]
money: {currency: EUR, decimal: ","}
records:
  - kind: item
    class: {from: "{Role}", table: {"*switch*": network_device, "*server*": server}, default: workstation}
    when: {from: "{Role}", not: ["cable*"]}
    key: "device:{ID}"
    id: "{Name}"
    fields:
      name: {from: "{Name}", default: "{Role} {ID}"}
      status: {from: "{Status}", table: {Active: in_use, Spare: in_stock}}
      location: "{Site}"
      cost: "{Cost}"
      acquired: "{Bought}"
      tags: {from: "{Tags}", split: ","}
      owner: {from: "{Owner}", after: " > ", before: "("}
      attributes.memory_gib: {from: "{Memory}", divide: 1024}
  - kind: item
    class: location
    id: "{Site}"
    fields: {name: "{Site}", status: in_use}
"#;

    fn take(cells: &[(&str, &str)]) -> Incoming {
        let schemas = Schemas::shipped();
        let mapping = Mapping::read("test", MAPPING, &schemas).unwrap();
        let cell = |name: &str| cells.iter().find(|(column, _)| *column == name).map(|(_, text)| *text);
        let mut incoming = Incoming::default();
        mapping.take(&Row(&cell), "line 2", &schemas, &mut incoming);
        incoming
    }

    fn reason(cells: &[(&str, &str)]) -> String {
        let incoming = take(cells);
        assert_eq!(incoming.proposals.len(), 0, "{incoming:?}");
        incoming.rejections.first().map(|rejection| rejection.reason.clone()).unwrap_or_default()
    }

    #[test]
    fn a_row_becomes_records_with_typed_values() {
        let incoming = take(&[
            ("ID", "7"),
            ("Name", " Web 1 "),
            ("Role", "Web server"),
            ("Status", "active"),
            ("Site", "Paris DC1"),
            ("Cost", "1 234,50 €"),
            ("Bought", "17/02/2023"),
            ("Tags", "Core, , North Wing"),
            ("Owner", "IT > Ops (24x7)"),
            ("Memory", "65536"),
        ]);
        let [server, site] = incoming.proposals.as_slice() else { panic!("{incoming:?}") };
        let fields = Data::map([
            ("name", Data::text("Web 1")),
            ("status", Data::text("in_use")),
            ("location", Data::text("Paris DC1")),
            ("cost", Data::text("1234.50 EUR")),
            ("acquired", Data::text("2023-02-17")),
            ("tags", Data::list(["Core", "North Wing"])),
            ("owner", Data::text("Ops")),
            ("attributes", Data::map([("memory_gib", Data::text("64"))])),
        ]);
        assert_eq!(server.fields, fields);
        assert_eq!((server.class.as_deref(), server.key.1.as_str()), (Some("server"), "device:7"));
        assert_eq!(server.origin, "line 2 (Web 1)");
        assert_eq!((site.id.as_str(), site.key.1.as_str()), ("Paris DC1", ""));
    }

    #[test]
    fn what_is_empty_is_left_out_and_what_the_class_lacks_too() {
        let incoming = take(&[("ID", "8"), ("Role", "Core switch"), ("Memory", "1024"), ("Owner", "N/A")]);
        let [switch] = incoming.proposals.as_slice() else { panic!("{incoming:?}") };
        assert_eq!(switch.fields, Data::map([("name", "Core switch 8")]));
        assert_eq!(switch.id, "device:8");
        let incoming = take(&[("ID", "9"), ("Role", "Cable tray")]);
        assert_eq!(incoming.left_out.values().sum::<usize>(), 1);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_rejected_with_the_field_and_the_value() {
        assert_eq!(reason(&[("Name", "x")]), "the row has no key: `ID` is empty");
        let row = |column: &'static str, text: &'static str| [("ID", "1"), ("Name", "x"), (column, text)];
        assert_eq!(
            reason(&row("Status", "Broken")),
            "status: `Broken` is not in the mapping's table, which knows: Active, Spare"
        );
        assert_eq!(
            reason(&row("Bought", "2023-02-17")),
            "acquired: `2023-02-17` is not a date of the form %d/%m/%Y"
        );
        assert!(reason(&row("Cost", "1,234.50")).starts_with("cost: `1,234.50` is not an amount"));
    }

    #[test]
    fn a_wrong_mapping_is_told_with_a_way_out() {
        let schemas = Schemas::shipped();
        let told = |from: &str, to: &str| {
            assert!(MAPPING.contains(from), "{from}");
            Mapping::read("test", &MAPPING.replace(from, to), &schemas).unwrap_err().to_string()
        };
        for (from, to, message) in [
            ("fields: {name", "feilds: {name", "unknown field `feilds`"),
            ("class: location", "class: locaton", "there is no class `locaton`; did you mean `location`?"),
            (
                "      owner:",
                "      onwer:",
                "`onwer` is not a field of network_device; did you mean `owner`?",
            ),
            (
                "kind: item\n    class: location",
                "kind: itme",
                "`itme` is no kind of record; did you mean `item`?",
            ),
            ("\"{Cost}\"", "\"{Cost\"", "brace without its partner"),
            ("\"{Cost}\"", "12", "a text such as '{Column}' in quotes"),
            ("decimal: \",\"", "decimal: \";\"", "must be a point or a comma"),
            ("      location:", "      external.x:", "`external.x`"),
            ("system: test", "system: My list", "`system: My list` must be lower-case letters"),
            ("%d/%m/%Y", "%d/%m/%!", "`%d/%m/%!` is no form of dates"),
            ("split: \",\"", "split: \"\"", "`tags` is split by nothing"),
            (
                "Spare: in_stock",
                "Spare: in_stok",
                "`in_stok` is not a value of `status`; did you mean `in_stock`?",
            ),
        ] {
            let told = told(from, to);
            assert!(told.contains(message), "{message}: {told}");
        }
    }

    #[test]
    fn shipped_mappings_can_be_used() {
        let schemas = Schemas::shipped();
        for (name, text) in Mapping::all_shipped() {
            let mapping = Mapping::read(name, text, &schemas);
            assert!(mapping.is_ok(), "{name}: {}", mapping.unwrap_err());
        }
        assert!(Mapping::all_shipped().count() >= 8);
    }

    #[test]
    fn only_items_have_classes() {
        let schemas = Schemas::shipped();
        let text = "title: T\nsystem: t\nrecords:\n  - {kind: party, class: server, key: '{A}', id: '{A}', fields: {}}\n";
        assert!(
            Mapping::read("t", text, &schemas)
                .is_err_and(|error| error.to_string().contains("a party has no `class`"))
        );
    }
}
