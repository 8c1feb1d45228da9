use super::{Check, Context, Rule};
use crate::date::{Date, Duration, day_after, day_before};
use crate::finding::{Finding, Level};
use crate::model::contract::{Contract, Renewal};
use crate::model::record::as_duration;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "notice-longer-than-term",
    level: Level::Warning,
    what: "a contract asks for a notice longer than the term that it ends",
    why: "The day on which notice is due lies before the term begins, so nobody is reminded of it in time.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nrenewal: {mode: tacit, period: 1mo, notice: 3mo}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nrenewal: {mode: tacit, period: 1y, notice: 3mo}\n",
    mend: "Correct `renewal.notice`, the term or `renewal.period` by the text of the contract.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Contract {
        return;
    }
    let contract = Contract(record);
    let notice = record.get("renewal.notice").and_then(as_duration);
    let (Some(notice), Some(start), Some(end)) = (notice, contract.start(), contract.initial_end()) else {
        return;
    };
    let mut shorter = is_before(notice, end, start).then_some("first term");
    if let (None, Renewal::Tacit(Some(period))) = (shorter, contract.renewal()) {
        let first = day_after(end);
        let renewed_end = period.after(first).ok().map(day_before);
        shorter = renewed_end.is_some_and(|end| is_before(notice, end, first)).then_some("renewed term");
    }
    if let Some(term) = shorter {
        findings.push(
            RULE.finding(
                record.at("renewal.notice"),
                format!("a notice of {notice} is longer than the {term}"),
            )
            .field("renewal.notice")
            .help("correct the notice, the term or `renewal.period` by the text of the contract"),
        );
    }
}

/// Whether notice for the end of a term is due before the term begins.
fn is_before(notice: Duration, end: Date, start: Date) -> bool {
    notice.before(day_after(end)).is_ok_and(|due| due < start)
}
