//! What the steps of a record's past say: what each commit did to it by itself, and which commit
//! set a field. A merge did what differs from all of its sides; the rest was done on a side.

use std::collections::HashMap;

use crate::diff::{self, Change};
use crate::model::Record;
use crate::snapshot::Snapshot;

/// What a commit did to a record by itself, given the record in each parent. `estate` knows the
/// schemas.
pub fn own_change(after: Option<&Record>, before: &[Option<&Record>], estate: &Snapshot) -> Option<Change> {
    let (first, others) = before.split_first()?;
    let mut own = diff::change(*first, after, estate, estate)?;
    for other in others {
        let change = diff::change(*other, after, estate, estate)?;
        own.fields.retain(|field| change.fields.iter().any(|theirs| overlap(&theirs.route, &field.route)));
    }
    // Both sides changed the record, in different fields: the merge did nothing of its own.
    (others.is_empty() || !own.fields.is_empty()).then_some(own)
}

/// Whether one route leads to the other's field or to one below it.
pub fn overlap(one: &str, other: &str) -> bool {
    let below = |route: &str, field: &str| {
        let rest = route.strip_prefix(field);
        field.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    below(one, other) || below(other, one)
}

/// Finds the commit that set each field, from one step to the one before.
pub struct Blame<'e> {
    estate: &'e Snapshot,
    /// By commit: the fields whose value is known to stand in it, and not yet who set it.
    pending: HashMap<String, Vec<String>>,
}

impl<'e> Blame<'e> {
    /// Asks for `fields` as they stand in the commit `tip`. `estate` knows the schemas.
    pub fn new(tip: &str, fields: Vec<String>, estate: &'e Snapshot) -> Self {
        Self { estate, pending: HashMap::from([(tip.to_owned(), fields)]) }
    }

    /// Whether every field has been settled.
    pub fn is_done(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes a commit, after all those that follow it: the record in it and in its parents. Answers
    /// the fields that it set: those that no parent has as it has them. Others are asked of the
    /// first parent that has them.
    pub fn step(
        &mut self,
        commit: &str,
        after: Option<&Record>,
        before: &[(&str, Option<&Record>)],
    ) -> Vec<String> {
        let mut fields = self.pending.remove(commit).unwrap_or_default();
        let Some(after) = after.filter(|_| !fields.is_empty()) else { return fields };
        for (parent, record) in before {
            let Some(record) = record else { continue };
            let changed = match std::ptr::eq(*record, after) {
                true => Vec::new(),
                false => diff::field_changes(record, after, self.estate, self.estate),
            };
            let is_changed = |field: &String| changed.iter().any(|change| overlap(&change.route, field));
            let (own, inherited): (Vec<String>, Vec<String>) = fields.into_iter().partition(is_changed);
            if !inherited.is_empty() {
                self.pending.entry((*parent).to_owned()).or_default().extend(inherited);
            }
            fields = own;
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::{SETTINGS, snapshot};

    fn with(fields: &str) -> Snapshot {
        let text = format!("id: srv\nclass: server\n{fields}");
        snapshot(&[SETTINGS, ("items/server/srv.yaml", text.as_str())])
    }

    fn record(snapshot: &Snapshot) -> Option<&Record> {
        snapshot.item("srv").map(|item| item.0)
    }

    #[test]
    fn a_merge_did_what_differs_from_all_its_sides() {
        let ours = with("name: Web\ncost: 1.00 EUR\n");
        let theirs = with("name: Shop\ncost: 2.00 EUR\n");
        let merged = with("name: Shop\ncost: 1.00 EUR\n");
        let sides = [record(&ours), record(&theirs)];
        assert_eq!(own_change(record(&merged), &sides, &merged), None);
        let altered = with("name: Shop\ncost: 3.00 EUR\n");
        let own = own_change(record(&altered), &sides, &altered).unwrap();
        let fields: Vec<&str> = own.fields.iter().map(|field| field.route.as_str()).collect();
        assert_eq!(fields, ["cost"]);
    }

    #[test]
    fn a_field_is_asked_of_the_side_that_has_its_value() {
        let base = with("name: Web\ncost: 1.00 EUR\n");
        let theirs = with("name: Shop\ncost: 1.00 EUR\n");
        let merged = with("name: Shop\ncost: 1.00 EUR\nstatus: planned\n");
        let fields = ["name", "cost", "status"].map(str::to_owned).to_vec();
        let mut blame = Blame::new("merge", fields, &merged);
        let sides = [("ours", record(&base)), ("theirs", record(&theirs))];
        assert_eq!(blame.step("merge", record(&merged), &sides), ["status"]);
        assert_eq!(blame.step("theirs", record(&theirs), &[("base", record(&base))]), ["name"]);
        assert_eq!(blame.step("ours", record(&base), &[("base", record(&base))]), [""; 0]);
        assert_eq!(blame.step("base", record(&base), &[("", None)]), ["cost"]);
        assert!(blame.is_done());
    }

    #[test]
    fn routes_overlap_where_one_leads_to_the_other() {
        for (one, other, expected) in [
            ("term", "term.end", true),
            ("components[item=a].share", "components[item=a]", true),
            ("", "cost", true),
            ("cost", "cost_centre", false),
            ("components[item=a]", "components[item=ab]", false),
        ] {
            assert_eq!((overlap(one, other), overlap(other, one)), (expected, expected), "{one} {other}");
        }
    }
}
