//! What a supplier's contract costs in each span of a period, and what of it falls to what it covers.

use rust_decimal::Decimal;

use super::basis::FINE;
use super::rates::Rates;
use crate::allocation::split;
use crate::contract::{Accrual, accrual, coverage};
use crate::date::Period;
use crate::model::contract::Contract;
use crate::snapshot::Snapshot;

/// What a contract costs while it covers nothing falls to this id, which no record has.
pub(super) const NOTHING: &str = "";

/// A supplier's contract with the parts of all that it covers.
pub(super) struct ContractCost<'a> {
    pub contract: Contract<'a>,
    /// What it covers on some day of the period.
    pub ids: Vec<&'a str>,
    /// Whether amendments change within the period what it covers.
    pub is_amended: bool,
    /// In fine parts, by span.
    pub whole: Result<Vec<i128>, String>,
    /// By position in `ids`: equal parts for all that is covered on the same days.
    pub parts: Result<Vec<Vec<i128>>, String>,
}

impl<'a> ContractCost<'a> {
    pub fn of(snapshot: &Snapshot, contract: Contract<'a>, rates: &Rates<'_>, spans: &[Period]) -> Self {
        let period = spans.first().zip(spans.last());
        let period = period.map(|(first, last)| Period { start: first.start, end: last.end });
        let covered = period.map_or_else(Vec::new, |period| coverage(contract, period));
        let mut ids: Vec<&str> = Vec::new();
        for (_, covered) in &covered {
            let nothing = covered.is_empty().then_some(NOTHING);
            for id in covered.iter().copied().chain(nothing) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        let is_amended = covered.len() > 1;
        let accrual = period
            .ok_or_else(|| "there is no period".to_owned())
            .and_then(|period| accrual(snapshot, contract, period.end));
        let cost = accrual.and_then(|accrual| {
            let costs = spans.iter().map(|span| cost_of(&accrual, rates, *span));
            let whole = rates.settle(&costs.collect::<Result<Vec<_>, _>>()?)?;
            Ok((accrual, whole))
        });
        let parts = match &cost {
            Err(reason) => Err(reason.clone()),
            Ok((_, whole)) if !is_amended => equal_parts(whole, ids.len()),
            Ok((accrual, whole)) => amended_parts(accrual, rates, (spans, whole), (&covered, &ids)),
        };
        Self { contract, ids, is_amended, whole: cost.map(|(_, whole)| whole), parts }
    }
}

/// What a contract costs on some days, converted at the rates of these days.
fn cost_of(accrual: &Accrual, rates: &Rates<'_>, days: Period) -> Result<Decimal, String> {
    let whole = accrual.cost(days).map_err(|error| error.to_string())?;
    let mut cost = Decimal::ZERO;
    if whole.is_zero() {
        return Ok(cost);
    }
    for (days, rate) in rates.exchange(whole.currency(), days) {
        let part = accrual.cost(days).map_err(|error| error.to_string())?;
        if !part.is_zero() {
            let part = part.amount().checked_mul(rate?);
            cost = part.and_then(|part| cost.checked_add(part)).ok_or("the figure is too large")?;
        }
    }
    Ok(cost)
}

/// The parts where what is covered changes: on its own days, each thing bears as much as the others.
fn amended_parts(
    accrual: &Accrual,
    rates: &Rates<'_>,
    (spans, whole): (&[Period], &[i128]),
    (covered, ids): (&[(Period, Vec<&str>)], &[&str]),
) -> Result<Vec<Vec<i128>>, String> {
    let mut parts: Vec<Vec<i128>> = vec![Vec::with_capacity(whole.len()); ids.len()];
    for (span, amount) in spans.iter().zip(whole) {
        let mut weights = vec![0i128; ids.len()];
        for (days, covered) in covered {
            let Some(days) = days.intersection(*span) else { continue };
            let cost = rates.fine(cost_of(accrual, rates, days)?)?;
            let count = i128::try_from(covered.len().max(1)).unwrap_or(1);
            let bears = |id: &str| if covered.is_empty() { id == NOTHING } else { covered.contains(&id) };
            for (weight, _) in weights.iter_mut().zip(ids).filter(|(_, id)| bears(id)) {
                *weight += cost / count;
            }
        }
        let in_all = weights.iter().sum();
        let split = match in_all {
            0 => vec![0; ids.len()],
            in_all => split(*amount, &weights, in_all).ok_or("the figure is too large")?.0,
        };
        parts.iter_mut().zip(split).for_each(|(part, amount)| part.push(amount));
    }
    Ok(parts)
}

/// A cost in equal parts that add up to it.
pub(super) fn equal_parts(whole: &[i128], count: usize) -> Result<Vec<Vec<i128>>, String> {
    let weights = vec![1; count];
    let mut parts: Vec<Vec<i128>> = vec![Vec::with_capacity(whole.len()); count];
    for amount in whole {
        let in_all = i128::try_from(count).unwrap_or(FINE);
        let (split, _) = split(*amount, &weights, in_all).ok_or("the figure is too large")?;
        parts.iter_mut().zip(split).for_each(|(part, amount)| part.push(amount));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::{SETTINGS, snapshot};

    /// One euro a day: alone for 182 days, for two in the other 184 of the leap year; and for nothing
    /// in the year after, when both have left.
    #[test]
    fn what_comes_under_a_contract_shares_its_cost_from_that_day() {
        let care = "id: care\nside: supplier\nkind: support\nparty: x\nterm: {start: 2024-01-01, length: 2y}\n\
            price: {amount: 366.00 EUR, per: year}\ncovers: [a]\namendments:\n  \
            - {id: m1, from: 2024-07-01, covers: {add: [b]}}\n  \
            - {id: m2, from: 2025-01-01, covers: {remove: [a, b]}}\n";
        let item = |id: &str| format!("id: {id}\nclass: server\nname: S\nstatus: in_use\n");
        let (a, b) = (item("a"), item("b"));
        let estate = snapshot(&[
            SETTINGS,
            ("contracts/care.yaml", care),
            ("items/server/a.yaml", &a),
            ("items/server/b.yaml", &b),
        ]);
        let day = |text: &str| parse_date(text).unwrap();
        let rates = Rates::of(&estate, "EUR".parse().unwrap());
        let contract = estate.contract("care").unwrap();
        let spans = [
            Period { start: day("2024-01-01"), end: day("2024-12-31") },
            Period { start: day("2025-01-01"), end: day("2025-12-31") },
        ];
        let cost = ContractCost::of(&estate, contract, &rates, &spans);
        assert_eq!((cost.ids.as_slice(), cost.is_amended), (&["a", "b", NOTHING][..], true));
        let euros = |amounts: &[i128]| amounts.iter().map(|amount| amount / FINE).collect::<Vec<_>>();
        let parts: Vec<Vec<i128>> = cost.parts.unwrap().iter().map(|part| euros(part)).collect();
        assert_eq!(parts, [[27_400, 0], [9200, 0], [0, 36_600]], "in cents");
    }
}
