//! Changes on made-up files in every style we can think of: blocks and brackets, indentations,
//! comments, line ends, quotes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::yaml::scalar::{double_quoted, quoted};
use crate::yaml::{Value, quote, quote_flow};

/// Writes data in a style that a row of choices decides. Every comment is `# note <number>`.
struct Scribe<'c> {
    out: String,
    choices: std::iter::Cycle<std::slice::Iter<'c, u8>>,
    step: usize,
    list_step: usize,
    notes: usize,
    /// Whether the last thing written is a block of lines, which takes no comment beside it.
    open_block: bool,
}

impl Scribe<'_> {
    fn choose(&mut self, of: u8) -> u8 {
        self.choices.next().map_or(0, |choice| choice % of)
    }

    fn note(&mut self) {
        self.notes += 1;
        self.out.push_str(&format!("# note {}", self.notes));
    }

    fn line(&mut self, column: usize) {
        if std::mem::take(&mut self.open_block) {
            self.out.push_str(&format!("\n{}", " ".repeat(column)));
            return;
        }
        if self.choose(5) == 0 {
            self.out.push_str("  ");
            self.note();
        }
        self.out.push('\n');
        if self.choose(8) == 0 {
            self.out.push('\n');
        }
        if self.choose(8) == 0 {
            self.out.push_str(&" ".repeat(column));
            self.note();
            self.out.push('\n');
        }
        self.out.push_str(&" ".repeat(column));
    }

    fn scalar(&mut self, text: &str, in_brackets: bool) {
        let text = match self.choose(4) {
            0 => quoted(text),
            1 => double_quoted(text),
            _ if in_brackets => quote_flow(text).into_owned(),
            _ => quote(text).into_owned(),
        };
        self.out.push_str(&text);
    }

    fn brackets(&mut self, data: &Data, column: usize) {
        let (open, close, length) = match data {
            Data::Map(entries) => ('{', '}', entries.len()),
            Data::List(elements) => ('[', ']', elements.len()),
            Data::Nothing => return self.out.push_str("null"),
            Data::Text(text) | Data::Plain(text) => return self.scalar(text, true),
        };
        self.out.push(open);
        let style = if length == 0 { 0 } else { self.choose(6) };
        let separator = |scribe: &mut Self, edge: bool| match style {
            1 => scribe.line(column + 2),
            2 => scribe.out.push(' '),
            _ if edge => {}
            _ => scribe.out.push(' '),
        };
        separator(self, true);
        for index in 0..length {
            if let Data::Map(entries) = data {
                self.out.push_str(&format!("{}: ", entries[index].0));
                self.brackets(&entries[index].1, column + 2);
            }
            if let Data::List(elements) = data {
                self.brackets(&elements[index], column + 2);
            }
            if index + 1 < length {
                self.out.push(',');
                separator(self, false);
            }
        }
        if style == 1 && self.choose(2) == 0 {
            self.out.push(',');
        }
        separator(self, true);
        self.out.push(close);
    }

    fn value(&mut self, data: &Data, column: usize, after_dash: bool) {
        match data {
            Data::Nothing if self.choose(2) == 0 => {}
            Data::Text(text) if text.contains('\n') && !text.starts_with('\n') && self.choose(3) > 0 => {
                let body = text.trim_end_matches('\n');
                let kept = ["|-", "|", "|+"][(text.len() - body.len()).min(2)];
                self.open_block = true;
                self.out.push_str(&format!(" {kept}"));
                for line in body.split('\n').chain(text[body.len()..].split('\n').skip(2)) {
                    self.out.push('\n');
                    if !line.is_empty() {
                        self.out.push_str(&format!("{}{line}", " ".repeat(column + self.step)));
                    }
                }
            }
            Data::Text(text) | Data::Plain(text) => {
                self.out.push(' ');
                self.scalar(text, false);
            }
            _ if data.is_empty() || self.choose(3) == 0 => {
                self.out.push(' ');
                self.brackets(data, column);
            }
            _ => {
                let step =
                    if matches!(data, Data::List(_)) && !after_dash { self.list_step } else { self.step };
                if after_dash && self.choose(3) > 0 {
                    self.out.push(' ');
                    self.block(data, column + 2);
                } else {
                    self.line(column + step);
                    self.block(data, column + step);
                }
            }
        }
    }

    fn block(&mut self, data: &Data, column: usize) {
        let length = data.len();
        for index in 0..length {
            if index > 0 {
                self.line(column);
            }
            if let Data::Map(entries) = data {
                self.out.push_str(&format!("{}:", entries[index].0));
                self.value(&entries[index].1, column, false);
            }
            if let Data::List(elements) = data {
                self.out.push('-');
                self.value(&elements[index], column, true);
            }
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,5}",
        1 => "[a-z]{1,3}(\n{1,2}[a-z]{1,3}){1,2}\n{0,3}",
        2 => "[0-9é:,'\" {}-]{0,6}",
        1 => prop::sample::select(vec!["NO", "8420.00 EUR", "2023-02-17", "0012e3"]).prop_map(str::to_owned),
    ]
}

fn any_data() -> impl Strategy<Value = Data> {
    let scalar = prop_oneof![1 => Just(Data::Nothing), 9 => any_text().prop_map(Data::Text)];
    scalar.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Data::List),
            prop::collection::btree_map("[a-eé]{1,2}", inner, 0..4).prop_map(Data::map),
        ]
    })
}

/// Also for other tests of this folder: a file with comments, in any style.
pub(in crate::yaml) fn any_file() -> impl Strategy<Value = String> {
    let root = prop::collection::btree_map("[a-eé]{1,2}", any_data(), 1..5);
    (root, prop::collection::vec(any::<u8>(), 1..60))
        .prop_map(|(root, choices)| file(&Data::map(root), &choices))
}

fn file(root: &Data, choices: &[u8]) -> String {
    let mut scribe = Scribe {
        out: String::new(),
        choices: choices.iter().cycle(),
        step: 2,
        list_step: 2,
        notes: 0,
        open_block: false,
    };
    scribe.step = [2, 2, 4, 3][usize::from(scribe.choose(4))];
    scribe.list_step = [0, scribe.step, 2][usize::from(scribe.choose(3))];
    let head = ["", "---\n", "# note 0\n", "--- # note 0\n"][usize::from(scribe.choose(4))];
    scribe.out.push_str(head);
    scribe.block(root, 0);
    let open_block = scribe.open_block;
    match scribe.choose(4) {
        0 if !open_block => {}
        1 if !open_block => scribe.out.push_str("  # note 00\n\n# note 000\n"),
        _ => scribe.out.push('\n'),
    }
    if scribe.choose(3) == 0 { scribe.out.replace('\n', "\r\n") } else { scribe.out }
}

/// Every route below the root, with the text there.
fn routes(text: &str) -> BTreeMap<Route, Option<String>> {
    fn visit(value: Value<'_>, route: Route, into: &mut BTreeMap<Route, Option<String>>) {
        for (index, element) in value.elements().enumerate() {
            visit(element, route.index(index), into);
        }
        for (key, _, value) in value.entries() {
            visit(value, route.key(key.to_owned()), into);
        }
        into.insert(route, value.text().map(str::to_owned));
    }
    let mut all = BTreeMap::new();
    let tree = parse(text).unwrap();
    visit(tree.value(text), Route::default(), &mut all);
    all.remove(&Route::default());
    all
}

fn pick<T>(from: &[T], choice: usize) -> Option<&T> {
    from.get(choice.checked_rem(from.len())?)
}

fn is_below(route: &Route, above: &Route) -> bool {
    route.steps().starts_with(above.steps())
}

fn notes(text: &str) -> usize {
    text.matches("# note").count()
}

/// Whether the bytes before and after a range are still what the text begins and ends with.
fn differs_only_in(range: &Range<usize>, old: &str, new: &str) -> bool {
    let (before, after) = (&old[..range.start], &old[range.end..]);
    new.len() >= before.len() + after.len() && new.starts_with(before) && new.ends_with(after)
}

/// The lines from a node's key through its end, with the line end before and after.
fn lines_of(text: &str, route: &Route) -> Range<usize> {
    let file = File::read(text).unwrap();
    let found = file.find(route).unwrap();
    let start = match found.holder {
        Holder::Entry { entries, index, .. } => entries[index].key.span.start as usize,
        Holder::Element { sequence, elements, index } if !file.has_brackets(sequence) => {
            file.dash(sequence, elements, index).unwrap()
        }
        _ => found.node.span.start as usize,
    };
    let start = text[..lines::line_start(text, start)].trim_end_matches(['\r', '\n']).len();
    // Empty lines that a block keeps are its own.
    let end = lines::next_line(text, found.node.span.end as usize);
    start..end + text[end..].len() - text[end..].trim_start().len()
}

fn sure(result: Result<String, PatchError>, text: &str) -> Result<String, TestCaseError> {
    result.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn set_changes_its_value_and_nothing_else(text in any_file(), choice: usize, value in any_data()) {
        let before = routes(&text);
        let all: Vec<_> = before.keys().cloned().collect();
        let Some(route) = pick(&all, choice) else { return Ok(()) };
        let after = sure(set(&text, route, &value), &text)?;
        let tree = parse(&after).unwrap();
        let got = tree.value(&after).at(route).map(Data::from);
        prop_assert_eq!(got, Some(value.clone()));
        let now = routes(&after);
        for (other, old) in before.iter().filter(|(other, _)| !is_below(other, route)) {
            prop_assert_eq!(now.get(other), Some(old), "{} of\n{}\n{}", other, text, after);
        }
        prop_assert!(differs_only_in(&lines_of(&text, route), &text, &after), "{route} of\n{text}\n{after}");
        let was_scalar = !before.keys().any(|other| other != route && is_below(other, route));
        if was_scalar {
            prop_assert_eq!(notes(&text), notes(&after), "{} of\n{}\n{}", route, text, after);
        }
        let stray = if text.contains("\r\n") { after.replace("\r\n", "").contains('\n') } else { after.contains('\r') };
        prop_assert!(!stray, "the line ends of the file");
        prop_assert_eq!(set(&after, route, &value), Ok(after.clone()), "setting twice");
    }

    #[test]
    fn setting_what_is_there_changes_no_byte(text in any_file()) {
        let data = Data::from(parse(&text).unwrap().value(&text));
        for route in routes(&text).keys() {
            let same = set(&text, route, data.get(route).unwrap());
            prop_assert_eq!(same.as_deref(), Ok(&*text));
        }
    }

    #[test]
    fn a_new_key_only_adds_and_goes_without_a_trace(text in any_file(), choice: usize, value in any_data()) {
        let data = Data::from(parse(&text).unwrap().value(&text));
        let mut maps: Vec<_> = routes(&text).into_keys().collect();
        maps.push(Route::default());
        maps.retain(|route| matches!(data.get(route), Some(Data::Map(entries)) if !entries.is_empty()));
        let Some(parent) = pick(&maps, choice) else { return Ok(()) };
        let route = parent.key("zz");
        let after = sure(set(&text, &route, &value), &text)?;
        prop_assert_eq!(notes(&text), notes(&after));
        let mut rest = after.bytes();
        prop_assert!(text.bytes().all(|byte| rest.any(|other| other == byte)), "bytes are only added");
        let back = sure(unset(&after, &route), &after)?;
        // A block of lines at the end needs a line end, which then stays.
        prop_assert_eq!(back.trim_end_matches(['\r', '\n']), text.trim_end_matches(['\r', '\n']), "{}", after);
        prop_assert!(back == text || !text.ends_with('\n'), "{after}");
    }

    #[test]
    fn a_new_element_only_adds_and_goes_without_a_trace(text in any_file(), choice: usize, value in any_data()) {
        let data = Data::from(parse(&text).unwrap().value(&text));
        let mut lists: Vec<_> = routes(&text).into_keys().collect();
        lists.retain(|route| matches!(data.get(route), Some(Data::List(elements)) if !elements.is_empty()));
        let Some(list) = pick(&lists, choice) else { return Ok(()) };
        let after = sure(append(&text, list, &value), &text)?;
        prop_assert_eq!(notes(&text), notes(&after));
        let back = sure(unset(&after, &list.index(data.get(list).unwrap().len())), &after)?;
        prop_assert_eq!(back.trim_end_matches(['\r', '\n']), text.trim_end_matches(['\r', '\n']), "{}", after);
        prop_assert!(back == text || !text.ends_with('\n'), "{after}");
    }

    #[test]
    fn unset_takes_its_lines_and_no_others(text in any_file(), choice: usize) {
        let all: Vec<_> = routes(&text).into_keys().collect();
        let Some(route) = pick(&all, choice) else { return Ok(()) };
        let after = unset(&text, route);
        if text.contains("|+") && matches!(after, Err(PatchError::Unsure(_))) {
            // The empty lines below would become part of the block above.
            return Ok(());
        }
        let after = sure(after, &text)?;
        let file = File::read(&text).unwrap();
        let gone = file.data.removed_by(route).unwrap();
        let found = file.find(&gone).unwrap();
        // In brackets a comma may go that stands in another entry's line.
        let parent = gone.split_last().unwrap().0;
        let alone = file.data.get(&parent).is_some_and(|parent| parent.len() == 1);
        let touched = match found.holder {
            // The collection becomes `[]` or `{}`, beside its dash.
            _ if alone && parent.is_root() => 0..text.len(),
            _ if alone => lines_of(&text, &parent),
            Holder::Entry { mapping: around, .. } | Holder::Element { sequence: around, .. }
                if file.has_brackets(around) => around.span.range(),
            _ => lines_of(&text, &gone),
        };
        prop_assert!(differs_only_in(&touched, &text, &after), "{route} of\n{text}\n{after}");
    }

    #[test]
    fn any_text_is_changed_rightly_or_refused(text in "([a-c]:|- |[ ]{1,2}|\n|[xyz]|\\{|\\}|\\[|\\]|,|'|\"|# c|\\|\n|>-\n|\r\n|\t|é){1,24}", at in "[a-c](\\.[a-c]|\\[[01]\\]){0,2}", value in any_data()) {
        let route = Route::parse(&at);
        for after in [set(&text, &route, &value), append(&text, &route, &value), unset(&text, &route)].into_iter().flatten() {
            prop_assert!(parse(&after).is_ok());
        }
    }
}
