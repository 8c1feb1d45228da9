//! What has to be done by when: derived from the records for any day, and stored nowhere.

use super::accrual::accrual;
use super::dates::Dates;
use super::ledger::Ledger;
use crate::date::{Date, Period, day_after};
use crate::model::Record;
use crate::model::contract::{Contract, Renewal};
use crate::model::item::Item;
use crate::money::Money;
use crate::snapshot::Snapshot;

/// What happens on a day unless somebody acts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    Notice,
    Renewal,
    End,
    Delivery,
    Payment,
    Warranty,
    Support,
    /// The end of a licence, a certificate, a domain or anything else that expires.
    Expiry,
    Verification,
}

impl What {
    pub fn name(self) -> &'static str {
        match self {
            What::Notice => "notice",
            What::Renewal => "renewal",
            What::End => "end",
            What::Delivery => "delivery",
            What::Payment => "payment",
            What::Warranty => "end of warranty",
            What::Support => "end of support",
            What::Expiry => "expiry",
            What::Verification => "verification",
        }
    }
}

/// Something to do.
#[derive(Clone, Debug)]
pub struct Action<'a> {
    /// The last day on which acting helps.
    pub act_by: Date,
    pub what: What,
    pub record: &'a Record,
    /// Which of several of one record: a deliverable or an invoice.
    pub part: Option<&'a str>,
    /// The party on our side answerable for it.
    pub owner: Option<&'a str>,
    /// The day on which it happens.
    pub happens: Date,
    /// What not acting costs, or why that cannot be said; `None` where it has no price.
    pub cost: Option<Result<Money, String>>,
    /// What happens if nobody acts.
    pub otherwise: String,
}

/// What is to be done from `as_of` to `until`, and what should have been done before and is not, in the
/// order of the days.
pub fn due(snapshot: &Snapshot, as_of: Date, until: Date) -> Vec<Action<'_>> {
    let window = Window { snapshot, ledger: Ledger::of(snapshot, as_of), as_of, until };
    let mut actions = Vec::new();
    for contract in snapshot.contracts().filter(|contract| contract.0.is_sound()) {
        window.dates(contract, &mut actions);
        window.deliveries(contract, &mut actions);
        window.payments(contract, &mut actions);
    }
    for item in snapshot.items().filter(|item| item.status().is_some_and(|status| status.is_active())) {
        window.ends(item, &mut actions);
    }
    actions.retain(|action| action.act_by <= until);
    actions.sort_by_key(|action| (action.act_by, action.what, action.record.record_id(), action.part));
    actions
}

struct Window<'a> {
    snapshot: &'a Snapshot,
    ledger: Ledger<'a>,
    as_of: Date,
    until: Date,
}

impl<'a> Window<'a> {
    fn dates(&self, contract: Contract<'a>, actions: &mut Vec<Action<'a>>) {
        let Some(dates) = Dates::agreed_by(contract, self.as_of) else { return };
        let mut push = |what, act_by, happens, cost, otherwise| {
            let owner = contract.0.text("owner");
            actions.push(Action {
                act_by,
                what,
                record: contract.0,
                part: None,
                owner,
                happens,
                cost,
                otherwise,
            });
        };
        let deadline = dates.notice_by(self.as_of).filter(|deadline| *deadline <= self.until);
        let term = deadline.and_then(|deadline| dates.term_of_notice(deadline));
        if let Some((deadline, term)) = deadline.zip(term) {
            match dates.term_at(day_after(term.end)) {
                Some(next) => {
                    let cost = contract.is_supplier_side().then(|| self.cost(contract, next));
                    let otherwise = format!("renews from {} to {}", next.start, next.end);
                    push(What::Notice, deadline, term.end, cost, otherwise);
                }
                None => {
                    let otherwise = format!("ends on {} unless it is renewed", term.end);
                    push(What::Notice, deadline, term.end, None, otherwise);
                }
            }
        }
        let next = dates.next_term(self.as_of).filter(|next| next.start <= self.until);
        // Where notice can still be given, that is the thing to do.
        let is_late = |next: &Period| term.is_none_or(|term| term.end >= next.start);
        if let Some(next) = next.filter(|next| next.start > dates.start()).filter(is_late) {
            let is_ended = contract.termination().is_some();
            let is_late = contract.notice().is_some() && !is_ended;
            let asked = if is_late { "; it is too late for notice" } else { "" };
            let otherwise = format!("runs to {}{asked}", next.end);
            // Without a notice period, it can be stopped until the day before.
            let cost =
                (!is_late && !is_ended && contract.is_supplier_side()).then(|| self.cost(contract, next));
            push(What::Renewal, next.start, next.start, cost, otherwise);
        }
        if let Some(end) = dates.end().filter(|end| self.as_of <= *end) {
            let otherwise = match (contract.termination(), contract.renewal()) {
                (Some(_), _) => "ends by notice".to_owned(),
                (None, Renewal::Express) => "ends unless both sides renew it".to_owned(),
                (None, Renewal::None | Renewal::Tacit(_)) => "ends".to_owned(),
            };
            push(What::End, end, end, None, otherwise);
        }
    }

    fn cost(&self, contract: Contract<'_>, term: Period) -> Result<Money, String> {
        accrual(self.snapshot, contract, term.end)?.cost(term).map_err(|error| error.to_string())
    }

    fn deliveries(&self, contract: Contract<'a>, actions: &mut Vec<Action<'a>>) {
        for deliverable in contract.deliverables() {
            let is_done = self.ledger.of_kind(contract.id(), "delivery").any(|fact| {
                fact.0.text("deliverable") == Some(deliverable.id)
                    && fact.0.text("outcome") != Some("rejected")
            });
            if is_done {
                continue;
            }
            let by = if contract.is_supplier_side() { "they deliver" } else { "we deliver" };
            actions.push(Action {
                act_by: deliverable.due,
                what: What::Delivery,
                record: contract.0,
                part: Some(deliverable.id),
                owner: contract.0.text("owner"),
                happens: deliverable.due,
                cost: deliverable.penalty.map(Ok),
                otherwise: format!("{by} late: {}", deliverable.name),
            });
        }
    }

    /// Invoices that are not paid in full.
    fn payments(&self, contract: Contract<'a>, actions: &mut Vec<Action<'a>>) {
        for invoice in self.ledger.of_kind(contract.id(), "invoice") {
            let Some((due, open)) = invoice.0.date("due").zip(self.ledger.unpaid(invoice)) else { continue };
            let number = invoice.reference().unwrap_or(invoice.id());
            actions.push(Action {
                act_by: due,
                what: What::Payment,
                record: contract.0,
                part: Some(invoice.id()),
                owner: contract.0.text("owner"),
                happens: due,
                cost: None,
                otherwise: match contract.is_supplier_side() {
                    true => format!("{open} of invoice {number} are paid late"),
                    false => format!("{open} of invoice {number} are still to be received"),
                },
            });
        }
    }

    /// The days on which something about an item in use ends.
    fn ends(&self, item: Item<'a>, actions: &mut Vec<Action<'a>>) {
        let record = item.record();
        let mut push = |what, day, otherwise| {
            let owner = item.owner();
            actions.push(Action {
                act_by: day,
                what,
                record,
                part: None,
                owner,
                happens: day,
                cost: None,
                otherwise,
            });
        };
        // What ended before is known; only what expires stops working and stays to be done.
        let coming = |field: &str| record.date(field).filter(|day| *day >= self.as_of);
        if let Some(day) = coming("warranty_until") {
            push(What::Warranty, day, "repairs are at our cost".to_owned());
        }
        if let Some(day) = coming("end_of_support") {
            push(What::Support, day, "the maker mends nothing more".to_owned());
        }
        if let Some(day) = record.date("attributes.expires") {
            let renewed = record.text("attributes.auto_renewed") == Some("true");
            let hint = if renewed { "; renewed by itself: check that it was" } else { "" };
            push(What::Expiry, day, format!("the {} expires{hint}", item.class().replace('_', " ")));
        }
        let every = self.snapshot.settings().and_then(|settings| settings.verify_every);
        let verified = record.date("verified.on");
        let again = every.zip(verified).and_then(|(every, on)| every.after(on).ok());
        if let Some((again, on)) = again.zip(verified) {
            push(What::Verification, again, format!("last checked on {on}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::{SETTINGS, snapshot};

    fn rows(terms: &str, facts: &[(&str, &str)]) -> Vec<String> {
        let contract = format!("id: c\nside: supplier\nkind: support\nparty: p\n{terms}");
        let mut files = vec![SETTINGS, ("contracts/c.yaml", contract.as_str())];
        files.extend(facts);
        let estate = snapshot(&files);
        assert_eq!(estate.findings().count(), 0);
        let day = |text: &str| parse_date(text).unwrap();
        let actions = due(&estate, day("2026-11-01"), day("2027-01-31"));
        let cost = |action: &Action<'_>| match &action.cost {
            None => "-".to_owned(),
            Some(Ok(cost)) => cost.to_string(),
            Some(Err(reason)) => format!("? {reason}"),
        };
        let row = |action: &Action<'_>| {
            format!("{} {} {} {}", action.act_by, action.what.name(), cost(action), action.otherwise)
        };
        actions.iter().map(row).collect()
    }

    #[test]
    fn a_renewal_without_notice_can_be_stopped_and_costs_its_term() {
        let terms = "term: {start: 2026-01-01, length: 1y}\nrenewal: {mode: tacit, period: 6mo}\n";
        let priced = format!("{terms}price: {{amount: 100.00 EUR, per: month}}\n");
        assert_eq!(rows(&priced, &[]), ["2027-01-01 renewal 600.00 EUR runs to 2027-06-30"]);
        assert_eq!(rows(terms, &[]), ["2027-01-01 renewal ? contract c has no price runs to 2027-06-30"]);
    }

    #[test]
    fn what_was_delivered_is_due_no_more_and_what_was_rejected_still_is() {
        let terms = "term: {start: 2026-01-01, length: 3y}\ndeliverables:\n  - {id: plan, due: 2026-10-15, penalty: 500.00 EUR}\n  - {id: report, due: 2027-01-15}\n";
        let delivery = |id: &str, what: &str, outcome: &str| {
            format!(
                "id: {id}\ncontract: c\nkind: delivery\ndate: {}\ndeliverable: {what}\noutcome: {outcome}\n",
                &id[..10]
            )
        };
        let rejected = delivery("2026-10-14-plan", "plan", "rejected");
        let accepted = delivery("2026-10-20-report", "report", "accepted");
        let facts = [
            ("executions/c/2026-10-14-plan.yaml", rejected.as_str()),
            ("executions/c/2026-10-20-report.yaml", accepted.as_str()),
        ];
        assert_eq!(rows(terms, &facts), ["2026-10-15 delivery 500.00 EUR they deliver late: plan"]);
        assert_eq!(rows(terms, &[]).len(), 2);
    }
}
