//! Three versions of a record made one: what both sides did to it is kept, field by field.
//!
//! Mappings are merged by key, sets as sets, lists of mappings by the schema's keys, so that event
//! logs take what both sides appended. Where both sides changed one value to different ones, or one
//! side changed what the other took away, a person decides: nothing is dropped and nothing invented.
//! Our text keeps its comments and formatting; where the lines of both sides can be merged to the
//! very same data, theirs are kept too.

mod fields;
mod files;
mod lines;
#[cfg(test)]
mod tests;

use crate::schema::Shape;
use crate::yaml::{self, Data, Route, Tree};

pub use files::{Step, Touched, steps};
pub use lines::{is_marked, mark, names, split};

use fields::{Merger, Open};
use lines::Touching;

/// A field on which both sides disagree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// `owner`, or `components[item=srv-01].share` for an element matched by key; empty for the
    /// record as a whole.
    pub field: String,
    /// By which the schema knows the field.
    pub route: Route,
    pub base: Option<String>,
    pub ours: Option<String>,
    pub theirs: Option<String>,
}

/// How a conflict is closed.
#[derive(Clone, PartialEq, Debug)]
pub enum Choice {
    Ours,
    Theirs,
    Value(Data),
}

/// Answers how the conflict at a field is closed, if it is.
pub type Decide<'d> = &'d dyn Fn(&str) -> Option<Choice>;

/// Leaves every conflict open.
pub fn undecided(_: &str) -> Option<Choice> {
    None
}

/// The outcome of a merge: one text, and what it would be if theirs held wherever both disagree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// `None` where the record is gone.
    pub ours: Option<String>,
    pub theirs: Option<String>,
    pub conflicts: Vec<Conflict>,
}

impl Merged {
    fn clean(text: Option<&str>) -> Self {
        let text = text.map(str::to_owned);
        Self { theirs: text.clone(), ours: text, conflicts: Vec::new() }
    }

    /// The text to go on with: with markers around what is open, `None` for a record that is gone.
    pub fn text(&self, names: [&str; 2]) -> Option<String> {
        let text = |side: &Option<String>| side.clone().unwrap_or_default();
        match self.conflicts.is_empty() {
            true => self.ours.clone(),
            false => Some(mark(&text(&self.ours), &text(&self.theirs), names)),
        }
    }
}

/// Merges what both sides made of a record; `None` is a version in which it is not there.
pub fn merge3(
    base: Option<&str>,
    ours: Option<&str>,
    theirs: Option<&str>,
    shape: &Shape,
    decide: Decide<'_>,
) -> Merged {
    if ours == theirs || base == theirs {
        return Merged::clean(ours);
    }
    if base == ours {
        return Merged::clean(theirs);
    }
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => by_fields(base, ours, theirs, shape, decide)
            .unwrap_or_else(|| by_lines(base.unwrap_or_default(), ours, theirs, decide)),
        (ours, theirs) => gone_on_one_side(base, ours, theirs, decide),
    }
}

/// Merges what both sides made of a file that is no record, by its lines.
pub fn merge_lines(
    base: Option<&str>,
    ours: Option<&str>,
    theirs: Option<&str>,
    decide: Decide<'_>,
) -> Merged {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => by_lines(base.unwrap_or_default(), ours, theirs, decide),
        (ours, theirs) => gone_on_one_side(base, ours, theirs, decide),
    }
}

fn whole(base: Option<&str>, ours: Option<&str>, theirs: Option<&str>) -> Conflict {
    let [base, ours, theirs] = [base, ours, theirs].map(|side| side.map(|_| "(the record)".to_owned()));
    Conflict { field: String::new(), route: Route::default(), base, ours, theirs }
}

/// A record that one side took away and the other changed; changed formatting does not count.
fn gone_on_one_side(
    base: Option<&str>,
    ours: Option<&str>,
    theirs: Option<&str>,
    decide: Decide<'_>,
) -> Merged {
    let same_as_base = |side: Option<&str>| match (base, side) {
        (Some(base), Some(side)) => same_data(base, side),
        _ => false,
    };
    if same_as_base(ours) || same_as_base(theirs) {
        return Merged::clean(None);
    }
    match decide("") {
        Some(Choice::Ours) => Merged::clean(ours),
        Some(Choice::Theirs) => Merged::clean(theirs),
        Some(Choice::Value(_)) | None => Merged {
            ours: ours.map(str::to_owned),
            theirs: theirs.map(str::to_owned),
            conflicts: vec![whole(base, ours, theirs)],
        },
    }
}

/// `None` where a version is no record, or cannot be changed with confidence.
fn by_fields(
    base: Option<&str>,
    ours: &str,
    theirs: &str,
    shape: &Shape,
    decide: Decide<'_>,
) -> Option<Merged> {
    let base_tree = base.map(record).map_or(Some(None), |tree| tree.map(Some))?;
    let base_value = base_tree.as_ref().zip(base).map(|(tree, base)| tree.value(base));
    let (our_tree, their_tree) = (record(ours)?, record(theirs)?);
    let sides = [base_value, Some(our_tree.value(ours)), Some(their_tree.value(theirs))];
    let Merger { ops, open, .. } = Merger::of(shape, sides, decide);
    let merged = fields::apply(ours, &ops).ok()?;
    if open.is_empty() {
        let by_lines = lines::merge(base.unwrap_or_default(), ours, theirs, Touching::Both);
        let text =
            if by_lines.is_clean && same_data(&by_lines.ours, &merged) { by_lines.ours } else { merged };
        return Some(Merged::clean(Some(&text)));
    }
    let (conflicts, with_theirs): (Vec<Conflict>, Vec<_>) =
        open.into_iter().map(|Open { conflict, theirs }| (conflict, theirs)).unzip();
    let all: Vec<_> = ops.into_iter().chain(with_theirs.into_iter().flatten()).collect();
    let theirs = fields::apply(ours, &all).ok()?;
    Some(Merged { ours: Some(merged), theirs: Some(theirs), conflicts })
}

fn by_lines(base: &str, ours: &str, theirs: &str, decide: Decide<'_>) -> Merged {
    let merged = lines::merge(base, ours, theirs, Touching::Conflict);
    if merged.is_clean {
        return Merged::clean(Some(&merged.ours));
    }
    let conflicts = vec![whole(Some(base), Some(ours), Some(theirs))];
    match decide("") {
        Some(Choice::Theirs) => Merged::clean(Some(&merged.theirs)),
        Some(Choice::Ours) => Merged::clean(Some(&merged.ours)),
        Some(Choice::Value(_)) | None => {
            Merged { ours: Some(merged.ours), theirs: Some(merged.theirs), conflicts }
        }
    }
}

/// The tree of a text that is a record.
fn record(text: &str) -> Option<Tree> {
    yaml::parse(text).ok().filter(|tree| tree.value(text).is_mapping())
}

fn same_data(a: &str, b: &str) -> bool {
    match (record(a), record(b)) {
        (Some(a_tree), Some(b_tree)) => a_tree.value(a).same_data(&b_tree.value(b)),
        _ => false,
    }
}
