//! Amendments that contradict each other or the contract that they amend.

use super::coverage::covered_at;
use super::dates::Dates;
use crate::date::day_before;
use crate::model::contract::{Amendment, Contract};

/// Two statements of a contract that cannot both hold.
pub struct Contradiction {
    /// The field that is wrong, or the later of the two.
    pub field: String,
    pub message: String,
    /// The field that it contradicts, with what to see there.
    pub against: Option<(String, String)>,
    /// Whether it speaks of days on which the contract does not run.
    pub is_outside: bool,
}

/// What the amendments of a contract say against each other, in the order in which they begin.
pub fn contradictions(contract: Contract<'_>) -> Vec<Contradiction> {
    let amendments = contract.amendments();
    let mut found = Vec::new();
    for (at, amendment) in amendments.iter().enumerate() {
        let earlier = amendments.get(..at).unwrap_or_default();
        found.extend(outside(contract, amendment));
        found.extend(earlier.iter().filter_map(|other| overlap(other, amendment)));
        found.extend(other_currency(contract, amendment));
        found.extend(coverage(contract, amendment));
    }
    found
}

fn field(amendment: &Amendment<'_>, name: &str) -> String {
    format!("amendments[{}].{name}", amendment.at)
}

/// Dates on which the contract does not run, or that come in no order.
fn outside(contract: Contract<'_>, amendment: &Amendment<'_>) -> Option<Contradiction> {
    let wrong = |name: &str, message: String| {
        let field = field(amendment, name);
        Some(Contradiction { field, message, against: None, is_outside: true })
    };
    let from = amendment.from;
    if let Some(until) = amendment.until.filter(|until| *until < from) {
        return wrong("until", format!("the amendment ends on {until}, before it begins on {from}"));
    }
    if let Some(end) = amendment.term_end.filter(|end| *end < from) {
        return wrong(
            "term.end",
            format!("the term would end on {end}, before the amendment begins on {from}"),
        );
    }
    let dates = Dates::on_record(contract)?;
    let runs = dates.runs(from)?;
    if from < runs.start {
        return wrong(
            "from",
            format!("the amendment begins on {from}, before the contract on {}", runs.start),
        );
    }
    if from > runs.end {
        let renews = "; a further term begins on the day after the last one";
        let hint = if amendment.term_end.is_some() { renews } else { "" };
        return wrong(
            "from",
            format!("the amendment begins on {from}, after the contract ends on {}{hint}", runs.end),
        );
    }
    None
}

/// Two amendments that say of one day what the price is, or where the term ends.
fn overlap(earlier: &Amendment<'_>, later: &Amendment<'_>) -> Option<Contradiction> {
    let same_day = earlier.from == later.from;
    let runs_into = earlier.until.is_some_and(|until| until >= later.from);
    let (name, subject) = if earlier.price.is_some() && later.price.is_some() && (same_day || runs_into) {
        ("price", "the price")
    } else if earlier.term_end.is_some() && later.term_end.is_some() && same_day {
        ("term", "the end of the term")
    } else {
        return None;
    };
    let days = match earlier.until.filter(|_| runs_into && !same_day) {
        Some(until) => format!("until {until}"),
        None => format!("from {}", earlier.from),
    };
    Some(Contradiction {
        field: field(later, name),
        message: format!(
            "the amendments `{}` and `{}` both say {subject} from {} on",
            earlier.id, later.id, later.from
        ),
        against: Some((field(earlier, name), format!("`{}` says it {days}", earlier.id))),
        is_outside: false,
    })
}

fn other_currency(contract: Contract<'_>, amendment: &Amendment<'_>) -> Option<Contradiction> {
    let (first, price) = (contract.price()?, amendment.price?);
    let (agreed, currency) = (first.amount.currency(), price.amount.currency());
    (agreed != currency).then(|| Contradiction {
        field: field(amendment, "price.amount"),
        message: format!("the amendment sets a price in {currency}, and the contract is in {agreed}"),
        against: Some(("price.amount".to_owned(), format!("the price is in {agreed}"))),
        is_outside: false,
    })
}

/// What comes in and was in already, or leaves and was not in.
fn coverage(contract: Contract<'_>, amendment: &Amendment<'_>) -> Vec<Contradiction> {
    let before = covered_at(contract, day_before(amendment.from));
    let same_day_adds = |id: &str| {
        contract.amendments().iter().any(|other| {
            other.at < amendment.at && other.from == amendment.from && other.added().any(|added| added == id)
        })
    };
    let wrong = |name: &str, id: &str, message: String| {
        let at = match name {
            "add" => amendment.added().position(|added| added == id),
            _ => amendment.removed().position(|removed| removed == id),
        };
        let field = field(amendment, &format!("covers.{name}[{}]", at.unwrap_or_default()));
        Contradiction { field, message, against: None, is_outside: false }
    };
    let added = amendment.added().filter(|id| before.contains(id) || same_day_adds(id));
    let added = added
        .map(|id| wrong("add", id, format!("`{id}` is under the contract already on {}", amendment.from)));
    let removed = amendment.removed().filter(|id| !before.contains(id));
    let removed = removed
        .map(|id| wrong("remove", id, format!("`{id}` is not under the contract on {}", amendment.from)));
    added.chain(removed).collect()
}
