//! Writing data as the text of a record: blocks, with brackets for what is short.

use super::data::Data;
use super::scalar::{as_typed, needs_escape, quote, quote_flow, quote_key};

/// Widest line that ends in a list in brackets.
const LIST_COLUMNS: usize = 80;
/// Widest line that is a mapping in braces, as an element of a list.
const MAP_COLUMNS: usize = 100;

/// The canonical text of a record: one entry a line, nested mappings indented by two, short lists
/// as `[a, b]`, short mappings in lists as `- {a: 1}`, lines of text as a literal block.
pub fn write(data: &Data) -> String {
    let mut writer = Writer::new(Layout::default(), 0);
    if data.is_scalar() || data.is_empty() {
        writer.out = flow(data);
    } else {
        writer.block(data, 0);
    }
    writer.out.push('\n');
    writer.out
}

/// How far collections are indented below their key; a list may stand right below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub map: usize,
    pub list: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self { map: 2, list: 2 }
    }
}

/// Text that grows; its line ends are `\n`.
pub(super) struct Writer {
    pub out: String,
    layout: Layout,
    /// Columns that are taken in the first line, by text that is not ours.
    taken: usize,
}

impl Writer {
    pub fn new(layout: Layout, taken: usize) -> Self {
        Self { out: String::new(), layout, taken }
    }

    pub fn line(&mut self, column: usize) {
        self.out.push('\n');
        self.pad(column);
    }

    fn pad(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    /// A collection that is not empty; the first line is indented already.
    pub fn block(&mut self, data: &Data, column: usize) {
        match data {
            Data::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.line(column);
                    }
                    self.element(element, column, false);
                }
            }
            Data::Map(entries) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.line(column);
                    }
                    self.entry(key, value, column);
                }
            }
            Data::Nothing | Data::Text(_) | Data::Plain(_) => self.out.push_str(&flow(data)),
        }
    }

    pub fn entry(&mut self, key: &str, value: &Data, column: usize) {
        self.out.push_str(&quote_key(key));
        self.out.push(':');
        self.after_key(value, column);
    }

    /// An element with its dash. `expanded` keeps a mapping out of braces.
    pub fn element(&mut self, element: &Data, column: usize, expanded: bool) {
        self.out.push('-');
        self.after_dash(element, column, expanded);
    }

    /// What follows the colon of a key that stands at `column`.
    pub fn after_key(&mut self, value: &Data, column: usize) {
        match value {
            Data::Nothing => {}
            Data::Text(text) => self.text(text, column + self.layout.map.max(1)),
            Data::Plain(text) => self.plain(text),
            Data::List(_) if self.fits(value, 1, LIST_COLUMNS) => self.inline(value),
            Data::List(elements) if !elements.is_empty() => self.below(value, column + self.layout.list),
            Data::Map(entries) if !entries.is_empty() => self.below(value, column + self.layout.map.max(1)),
            Data::List(_) | Data::Map(_) => self.inline(value),
        }
    }

    /// What follows a dash that stands at `column`.
    pub fn after_dash(&mut self, element: &Data, column: usize, expanded: bool) {
        match element {
            Data::Text(text) => self.text(text, column + 2),
            Data::Plain(text) => self.plain(text),
            Data::Map(_) if !expanded && self.fits(element, 2, MAP_COLUMNS) => self.inline(element),
            Data::List(_) if self.fits(element, 1, LIST_COLUMNS) => self.inline(element),
            _ if element.is_empty() => self.inline(element),
            _ => {
                self.out.push(' ');
                self.block(element, column + 2);
            }
        }
    }

    fn below(&mut self, data: &Data, column: usize) {
        self.line(column);
        self.block(data, column);
    }

    /// The data in brackets, if it is a collection, after a blank.
    pub fn inline(&mut self, data: &Data) {
        self.out.push(' ');
        self.out.push_str(&flow(data));
    }

    fn text(&mut self, text: &str, column: usize) {
        self.out.push(' ');
        if !is_literal(text) {
            self.out.push_str(&quote(text));
            return;
        }
        self.out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
        for line in text.lines() {
            self.line(if line.is_empty() { 0 } else { column });
            self.out.push_str(line);
        }
    }

    fn plain(&mut self, text: &str) {
        self.out.push(' ');
        self.out.push_str(&as_typed(text, false));
    }

    /// Whether the data reads well in brackets on the line that is being written: no more than
    /// `depth` collections within each other, no escapes or lines of text, not too wide.
    pub fn fits(&self, data: &Data, depth: usize, columns: usize) -> bool {
        if data.is_scalar() || !reads_well_inline(data, depth) {
            return false;
        }
        let taken = match self.out.rsplit_once('\n') {
            Some((_, line)) => line.chars().count(),
            None => self.taken + self.out.chars().count(),
        };
        taken + 1 + flow(data).chars().count() <= columns
    }

    /// Whether the data fits in the place of other data in brackets.
    pub fn fits_in_brackets(&self, data: &Data) -> bool {
        self.fits(data, 3, MAP_COLUMNS)
    }
}

fn reads_well_inline(data: &Data, depth: usize) -> bool {
    match data {
        Data::Nothing => true,
        Data::Text(text) | Data::Plain(text) => !text.chars().any(needs_escape),
        Data::List(elements) => {
            depth > 0 && elements.iter().all(|element| reads_well_inline(element, depth - 1))
        }
        Data::Map(entries) => {
            depth > 0 && entries.iter().all(|(_, value)| reads_well_inline(value, depth - 1))
        }
    }
}

/// Whether the text is lines that can stand in a literal block as they are.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.starts_with([' ', '\n'])
        && body.split('\n').all(|line| line.trim_end() == line && !line.chars().any(needs_escape))
        && !body.ends_with('\n')
}

/// The data on one line, collections in brackets.
pub(super) fn flow(data: &Data) -> String {
    match data {
        Data::Nothing => "null".to_owned(),
        Data::Text(text) => quote_flow(text).into_owned(),
        Data::Plain(text) => as_typed(text, true).into_owned(),
        Data::List(elements) => {
            let elements: Vec<String> = elements.iter().map(flow).collect();
            format!("[{}]", elements.join(", "))
        }
        Data::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| flow_entry(key, value)).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// `key: value` for a mapping in braces.
pub(super) fn flow_entry(key: &str, value: &Data) -> String {
    format!("{}: {}", quote_key(key), flow(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::yaml::parse;

    fn data(text: &str) -> Data {
        Data::from(parse(text).unwrap().value(text))
    }

    /// The shapes of the sample records.
    const RECORD: &str = "\
id: srv-web-01
name: Web front end 1
cost: 8420.00 EUR
country: 'NO'
cores: 32
relations:
  runs_on: [rack-12]
  depends_on: []
verified:
  on: 2025-10-02
  by: a-martin
nothing:
events:
  - {date: 2024-06-30, kind: impairment, amount: 1200.00 EUR, reason: flood in room 2}
  - {any_of: [srv-db-01, srv-db-02], min_up: 1, target: '>= 99.9%'}
  - text: |-
      two
      lines
    more: |
      one

      two
  - - [a, b]
    - c: \"\\t\"
  - plain
  - null
";

    #[test]
    fn records_are_written_as_people_write_them() {
        assert_eq!(write(&data(RECORD)), RECORD);
    }

    #[test]
    fn what_is_too_wide_for_one_line_takes_several() {
        let words: Vec<Data> = (0..20).map(|n| format!("word-{n}").into()).collect();
        let wide = Data::map([("list", Data::list([Data::map([("words", Data::List(words))])]))]);
        let text = write(&wide);
        assert!(text.starts_with("list:\n  - words:\n      - word-0\n      - word-1\n"), "{text}");
        assert_eq!(data(&text), wide);
    }

    #[test]
    fn a_record_of_one_value_is_written_too() {
        for (value, text) in [
            (Data::Nothing, "null\n"),
            (Data::text("a: b"), "'a: b'\n"),
            (Data::Map(vec![]), "{}\n"),
            (Data::list(["a"]), "- a\n"),
        ] {
            assert_eq!(write(&value), text);
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z]{1,6}",
            "[ -~é\n]{0,12}",
            "[a-z]{1,4}(\n{1,2}[ #a-z-]{0,4}){0,3}",
            Just("NO".to_owned()),
        ]
    }

    fn any_data() -> impl Strategy<Value = Data> {
        let scalar = prop_oneof![1 => Just(Data::Nothing), 8 => any_text().prop_map(Data::Text), 2 => any_text().prop_map(Data::Plain)];
        scalar.prop_recursive(4, 40, 5, |inner| {
            let key = "[a-z]{1,3}|[!-~]{1,3}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Data::List),
                prop::collection::btree_map(key, inner, 0..5).prop_map(|mut entries| {
                    entries.remove("<<");
                    Data::map(entries)
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn what_is_written_is_read_back(data in any_data()) {
            let text = write(&data);
            let tree = parse(&text).map_err(|problem| TestCaseError::fail(format!("{text}\n{problem:?}")))?;
            prop_assert_eq!(Data::from(tree.value(&text)), data, "{}", text);
            prop_assert!(!text.lines().any(|line| line.ends_with(' ')), "{}", text);
        }
    }
}
