//! One file, one record: its text, its parsed tree, and what is wrong with it.

use std::fmt;

use super::kind::{Kind, Place};
use crate::date::{Date, Duration, parse_date};
use crate::finding::Finding;
use crate::money::{Money, Percent};
use crate::schema::{Schema, Schemas};
use crate::source::{Location, Source, Span};
use crate::suggest;
use crate::yaml::{self, Problem, Route, Tree, Value};

/// The longest id. File systems and tables stay comfortable, and no id needs more.
pub const MAX_ID_LENGTH: usize = 64;

/// Whether `id` is an ASCII slug: `[a-z0-9][a-z0-9-]*`, at most 64 characters, and no name that
/// Windows reserves for devices.
pub fn is_valid_id(id: &str) -> bool {
    const RESERVED: [&str; 22] = [
        "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
        "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    ];
    let slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !id.is_empty()
        && id.len() <= MAX_ID_LENGTH
        && !id.starts_with('-')
        && id.bytes().all(slug)
        && !RESERVED.contains(&id)
}

/// Whether an id begins with a day and a hyphen, as those of executions do, so that the files of a
/// contract stand in the order of what happened.
pub fn is_dated(id: &str) -> bool {
    let day = id.get(..10).is_some_and(|day| parse_date(day).is_ok());
    day && id.get(10..11) == Some("-")
}

/// The kind and id by which a record is known: `item/srv-web-01`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordId {
    pub kind: Kind,
    pub id: String,
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// A record at one version of the estate.
#[derive(Debug)]
pub struct Record {
    kind: Kind,
    folder: Option<Box<str>>,
    id: Box<str>,
    source: Source,
    /// `None` where the file is not even YAML.
    tree: Option<Tree>,
    findings: Vec<Finding>,
}

impl Record {
    /// Reads a record; it always answers one, known by its path even where its text is unreadable.
    pub fn read(place: &Place, path: &str, bytes: &[u8], schemas: &Schemas) -> Record {
        let mut record = Record::unjudged(place, path, bytes, schemas);
        if let Some(tree) = &record.tree {
            record.findings = record.check(tree, place, schemas);
        }
        record
    }

    /// Reads a record without asking whether it is sound; a text that is not YAML is a finding still.
    pub fn unjudged(place: &Place, path: &str, bytes: &[u8], schemas: &Schemas) -> Record {
        let (source, parsed) = match yaml::decode(bytes) {
            Ok(text) => (Source::new(path, text), yaml::parse(text)),
            Err(problem) => (Source::new(path, String::from_utf8_lossy(capped(bytes))), Err(problem)),
        };
        let mut record = Record::without_tree(place, source);
        match parsed {
            Ok(tree) => record.tree = Some(tree),
            Err(problem) => record.findings.push(problem_finding(&record.source, &problem)),
        }
        record.settle_class(schemas);
        record
    }

    /// A record whose file could not be read at all; `finding` says why.
    pub fn unreadable(place: &Place, path: &str, finding: Finding) -> Record {
        Record { findings: vec![finding], ..Record::without_tree(place, Source::new(path, "")) }
    }

    fn without_tree(place: &Place, source: Source) -> Record {
        Record {
            kind: place.kind,
            folder: place.folder.as_deref().map(Box::from),
            id: place.id.as_str().into(),
            source,
            tree: None,
            findings: Vec::new(),
        }
    }

    fn check(&self, tree: &Tree, place: &Place, schemas: &Schemas) -> Vec<Finding> {
        let root = tree.value(self.source.text());
        if !root.is_mapping() {
            let finding =
                Finding::error("no-mapping", self.at_span(root.span()), "a record is a mapping of fields")
                    .help("write `field: value` lines, beginning with `id:`");
            return vec![finding];
        }
        let class = match self.kind {
            Kind::Item => self.check_class(root, place, schemas),
            Kind::Execution => self.check_contract(root, place),
            _ => None,
        };
        let id = self.check_id(root);
        let mut findings: Vec<Finding> = class.into_iter().collect();
        if let Some(schema) = self.schema(schemas) {
            // Of the id and the class more is said here than the schema knows.
            let known = |finding: &Finding| findings.iter().chain(&id).any(|own| own.field == finding.field);
            let by_schema = schema.check(&self.source, tree);
            let rest: Vec<Finding> = by_schema.into_iter().filter(|finding| !known(finding)).collect();
            findings.extend(rest);
        }
        findings.extend(id);
        findings
    }

    /// Where the file names another class than the folder, the file's word counts.
    fn settle_class(&mut self, schemas: &Schemas) {
        let written = self.text("class").filter(|class| self.class().is_some_and(|folder| folder != *class));
        if let Some(class) = written.filter(|class| schemas.class(class).is_some()) {
            self.folder = Some(class.into());
        }
    }

    /// The folder says the class, and the file must agree.
    fn check_class(&self, root: Value<'_>, place: &Place, schemas: &Schemas) -> Option<Finding> {
        let field = root.field("class")?;
        let class = field.text()?;
        let folder = place.folder.as_deref().unwrap_or_default();
        if schemas.class(class).is_none() {
            let finding = Finding::error(
                "unknown-class",
                self.source.location(field.span()),
                format!("there is no class `{class}`"),
            )
            .field("class")
            .help(suggest::did_you_mean(class, schemas.classes()).unwrap_or_else(|| {
                format!(
                    "add `schemas/{class}.schema.json`, or choose one of: {}",
                    schemas.classes().collect::<Vec<_>>().join(", ")
                )
            }));
            return Some(finding);
        }
        if class != folder {
            let finding = Finding::error(
                "wrong-folder",
                self.source.location(field.span()),
                format!("an item of class `{class}` lies in the folder of `{folder}`"),
            )
            .field("class")
            .help(format!(
                "move the file to {}, or correct the class",
                Place::new(Kind::Item, Some(class), &self.id).path()
            ));
            return Some(finding);
        }
        None
    }

    /// The folder says the contract, and the file must agree.
    fn check_contract(&self, root: Value<'_>, place: &Place) -> Option<Finding> {
        let field = root.field("contract")?;
        let contract = field.text().filter(|contract| Some(*contract) != place.folder.as_deref())?;
        let folder = place.folder.as_deref().unwrap_or_default();
        let finding = Finding::error(
            "wrong-folder",
            self.source.location(field.span()),
            format!("a fact of the contract `{contract}` lies in the folder of `{folder}`"),
        );
        Some(finding.field("contract").help(format!(
            "move the file to {}, or correct the contract",
            Place::new(Kind::Execution, Some(contract), &self.id).path()
        )))
    }

    fn check_id(&self, root: Value<'_>) -> Option<Finding> {
        if self.kind.is_single() {
            return None;
        }
        let field = root.field("id");
        let written = field.and_then(|field| field.text());
        let span = field.map(|field| field.span()).unwrap_or_default();
        if !is_valid_id(&self.id) {
            let message = format!("`{}` cannot be an id, and the file's name is the id", self.id);
            return Some(Finding::error("invalid-id", self.source.location(span), message).field("id").help(
                "use lower-case letters, digits and hyphens, at most 64, and no device name such as con",
            ));
        }
        if self.kind == Kind::Execution && !is_dated(&self.id) {
            let message = format!("the id `{}` of a fact does not begin with its day", self.id);
            return Some(
                Finding::error("invalid-id", self.source.location(span), message)
                    .field("id")
                    .help("name it by day and subject, such as 2026-03-01-invoice-dell-prosupport"),
            );
        }
        let written = written.filter(|written| *written != &*self.id)?;
        Some(
            Finding::error(
                "id-not-file-name",
                self.source.location(span),
                format!("the id `{written}` is not the file's name `{}`", self.id),
            )
            .field("id")
            .help(format!("write `id: {}`, or rename the file to {written}.yaml", self.id)),
        )
    }

    /// The schema that the record answers to.
    pub fn schema<'s>(&self, schemas: &'s Schemas) -> Option<&'s Schema> {
        let class = self.class().and_then(|class| schemas.class(class));
        class.or_else(|| schemas.get(self.kind.name())).map(|schema| &**schema)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The class of an item.
    pub fn class(&self) -> Option<&str> {
        self.folder.as_deref().filter(|_| self.kind == Kind::Item)
    }

    /// The folder within its kind's: the class of an item, the contract of an execution.
    pub fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// The id by which others refer to the record: its file's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn record_id(&self) -> RecordId {
        RecordId { kind: self.kind, id: self.id.to_string() }
    }

    pub fn path(&self) -> &str {
        self.source.path()
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What is wrong with the file and its fields, taken alone.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether every field can be read as its schema says. Figures must not be made from others.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// The whole record as a value; `None` where the file is not YAML.
    pub fn root(&self) -> Option<Value<'_>> {
        self.tree.as_ref().map(|tree| tree.value(self.source.text()))
    }

    /// A top-level field.
    pub fn field(&self, name: &str) -> Option<Value<'_>> {
        self.root()?.field(name)
    }

    /// Whether both hold the same data under another id: what a change of the id leaves.
    pub fn is_renamed(&self, other: &Record) -> bool {
        let (Some(mine), Some(theirs)) = (self.root(), other.root()) else { return false };
        self.kind == other.kind
            && self.id != other.id
            && mine.len() == theirs.len()
            && mine.entries().all(|(key, _, value)| {
                theirs.field(key).is_some_and(|other| key == "id" || value.same_data(&other))
            })
    }

    /// The value at a route such as `term.end`.
    pub fn get(&self, route: &str) -> Option<Value<'_>> {
        match route.contains(['.', '[']) {
            true => self.root()?.at(&Route::parse(route)),
            false => self.field(route),
        }
    }

    pub fn text(&self, route: &str) -> Option<&str> {
        self.get(route)?.text()
    }

    pub fn date(&self, route: &str) -> Option<Date> {
        self.get(route).and_then(as_date)
    }

    pub fn money(&self, route: &str) -> Option<Money> {
        self.get(route).and_then(as_money)
    }

    /// The place of a field's value; the nearest place above it where it is absent.
    pub fn at(&self, route: &str) -> Location {
        self.at_span(self.span_of(&Route::parse(route)))
    }

    /// The place of a key rather than of its value, for findings on a whole list or mapping.
    pub fn at_key(&self, route: &str) -> Location {
        let route = Route::parse(route);
        let key = route.split_last().and_then(|(parent, step)| match step {
            yaml::Step::Key(key) => self.root()?.at(&parent)?.key_span(key),
            yaml::Step::Index(_) => None,
        });
        self.at_span(key.unwrap_or_else(|| self.span_of(&route)))
    }

    pub fn at_span(&self, span: Span) -> Location {
        self.source.location(span)
    }

    fn span_of(&self, route: &Route) -> Span {
        let Some(root) = self.root() else { return Span::default() };
        let mut route = route.clone();
        loop {
            if route.is_root() {
                return root.field("id").map_or(Span::default(), |id| id.span());
            }
            if let Some(value) = root.at(&route) {
                return value.span();
            }
            route = route.split_last().map(|(parent, _)| parent).unwrap_or_default();
        }
    }
}

/// A value as a date; `None` where it is none (the record then has a finding).
pub fn as_date(value: Value<'_>) -> Option<Date> {
    parse_date(value.text()?).ok()
}

/// A value as money; `None` where it is none (the record then has a finding).
pub fn as_money(value: Value<'_>) -> Option<Money> {
    value.text()?.parse().ok()
}

/// A value as a percentage; `None` where it is none (the record then has a finding).
pub fn as_percent(value: Value<'_>) -> Option<Percent> {
    value.text()?.parse().ok()
}

/// A value as a length of time; `None` where it is none (the record then has a finding).
pub fn as_duration(value: Value<'_>) -> Option<Duration> {
    value.text()?.parse().ok()
}

/// The texts of a list.
pub fn texts(value: Option<Value<'_>>) -> impl Iterator<Item = &str> {
    value.into_iter().flat_map(|value| value.elements()).filter_map(|element| element.text())
}

fn capped(bytes: &[u8]) -> &[u8] {
    bytes.get(..yaml::MAX_FILE_BYTES).unwrap_or(bytes)
}

fn problem_finding(source: &Source, problem: &Problem) -> Finding {
    let finding = Finding::error(problem.rule, source.location(problem.span), problem.message.as_str())
        .help(problem.help);
    match &problem.other {
        Some((span, label)) => finding.related(source.location(*span), label.as_str()),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Record {
        Record::read(&Place::of(path).unwrap(), path, text.as_bytes(), &Schemas::shipped())
    }

    fn rules(record: &Record) -> Vec<&str> {
        record.findings().iter().map(|finding| &*finding.rule).collect()
    }

    #[test]
    fn ids_are_slugs() {
        for id in ["srv-web-01", "a", "0"] {
            assert!(is_valid_id(id), "{id}");
        }
        for id in
            ["", "-a", "A", "a_b", "a.b", "../x", ".git", "con", "CON", "--help", "é", "a b", &"a".repeat(65)]
        {
            assert!(!is_valid_id(id), "{id}");
        }
    }

    #[test]
    fn a_broken_file_is_still_a_record_with_a_finding() {
        let record = read("inventory/items/server/srv-01.yaml", "id: [\n");
        assert_eq!((record.id(), record.class(), record.is_sound()), ("srv-01", Some("server"), false));
        assert_eq!(rules(&record), ["syntax"]);
        assert_eq!(rules(&read("inventory/parties/x.yaml", "- a\n")), ["no-mapping"]);
    }

    #[test]
    fn path_class_and_id_must_agree() {
        let text = "id: srv-02\nclass: laptop\nname: x\nstatus: in_use\n";
        assert_eq!(
            rules(&read("inventory/items/server/srv-01.yaml", text)),
            ["wrong-folder", "id-not-file-name"]
        );
        let text = "id: srv-01\nclass: sever\nname: x\nstatus: in_use\n";
        let record = read("inventory/items/server/srv-01.yaml", text);
        assert_eq!(record.findings()[0].help.as_deref(), Some("did you mean `server`?"));
        assert_eq!(
            rules(&read("inventory/parties/Dell.yaml", "id: Dell\nname: Dell\nkind: supplier\n")),
            ["invalid-id"]
        );
    }

    #[test]
    fn places_fall_back_to_what_is_there() {
        let record = read(
            "inventory/contracts/c.yaml",
            "id: c\nside: supplier\nkind: lease\nparty: p\nterm: {start: 2023-01-01, length: 1y}\n",
        );
        assert_eq!(record.at("term.start").to_string(), "inventory/contracts/c.yaml:5:15");
        assert_eq!(record.at("term.end").to_string(), "inventory/contracts/c.yaml:5:7");
        assert_eq!(record.at("price.amount").to_string(), "inventory/contracts/c.yaml:1:5");
        assert_eq!(record.at_key("term").to_string(), "inventory/contracts/c.yaml:5:1");
    }
}
