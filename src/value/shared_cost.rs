//! Costs that several things bear: of contracts, and of work.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::basis::FINE;
use super::costing::Cost;
use super::line::Origin;
use super::rates::Rates;
use crate::allocation::split;
use crate::contract::{Accrual, accrual, coverage};
use crate::date::Period;
use crate::model::Kind;
use crate::model::contract::Contract;
use crate::snapshot::Snapshot;

/// An item or a service that bears a cost.
pub(super) type Holder<'a> = (Kind, &'a str);

/// What nothing bears falls to this id, which no record has.
const NOTHING: &str = "";
pub(super) const NO_HOLDER: Holder<'static> = (Kind::Service, NOTHING);

/// A cost with the parts of all that bear it.
pub(super) struct SharedCost<'a> {
    /// The cost as a whole: in fine parts of the minor unit, by span of the period.
    pub whole: Cost,
    pub holders: Vec<Holder<'a>>,
    /// Whether what bears it changes within the period.
    is_amended: bool,
    /// What each holder bears of the whole period, as parts of the sum of all weights.
    pub weights: Vec<i128>,
    /// What each holder bears, as `whole` has it.
    pub parts: Result<Vec<Vec<i128>>, String>,
}

impl<'a> SharedCost<'a> {
    /// A cost in equal parts for all that bear it.
    pub fn equal(whole: Cost, holders: Vec<Holder<'a>>) -> Self {
        let parts = whole.amount.as_ref().map_err(Clone::clone);
        let parts = parts.and_then(|amounts| equal_parts(amounts, holders.len()));
        Self { whole, is_amended: false, weights: vec![1; holders.len()], holders, parts }
    }

    /// What a supplier's contract costs in each span: equal parts for all that it covers on the same
    /// days, converted at the rates of these days.
    pub fn of_contract(
        snapshot: &Snapshot,
        contract: Contract<'a>,
        rates: &Rates<'_>,
        spans: &[Period],
    ) -> Self {
        let period = spans.first().zip(spans.last());
        let period = period.map(|(first, last)| Period { start: first.start, end: last.end });
        let covered = period.map_or_else(Vec::new, |period| coverage(contract, period));
        let ids = all_ids(&covered);
        let accrual = period
            .ok_or_else(|| "there is no period".to_owned())
            .and_then(|period| accrual(snapshot, contract, period.end));
        let cost = accrual.and_then(|accrual| {
            let costs = spans.iter().map(|span| cost_of(&accrual, rates, *span));
            let whole = rates.settle(&costs.collect::<Result<Vec<_>, _>>()?)?;
            Ok((accrual, whole))
        });
        let cost_line = |amount| {
            let known = super::POOLS.iter().find(|pool| **pool == contract.kind());
            let label = format!("{} {}", contract.kind(), contract.name());
            let origin = Origin { record: contract.0.record_id(), field: "price".into() };
            Cost { pool: known.copied().unwrap_or("one_off"), label, origin, amount }
        };
        // An id that both an item and a service have means the item, as in every reference.
        let kind = |id: &str| if snapshot.item(id).is_some() { Kind::Item } else { Kind::Service };
        let holders: Vec<Holder<'_>> = ids.iter().map(|id| (kind(id), *id)).collect();
        let is_amended = covered.len() > 1;
        let (accrual, whole) = match cost {
            Ok(cost) if is_amended => cost,
            other => return Self::equal(cost_line(other.map(|(_, whole)| whole)), holders),
        };
        let bearing = Amended { accrual: &accrual, rates, covered: &covered, ids: &ids };
        let (weights, parts) = match period.map_or_else(|| Ok(Vec::new()), |period| bearing.weights(period)) {
            Ok(weights) => (weights, bearing.parts(spans, &whole)),
            Err(reason) => (Vec::new(), Err(reason)),
        };
        Self { whole: cost_line(Ok(whole)), holders, is_amended, weights, parts }
    }

    /// The part of one holder, as a cost of its own.
    pub fn part(&self, at: usize) -> Cost {
        let of = match self.holders.len() {
            _ if self.is_amended => ", as amended".to_owned(),
            0 | 1 => String::new(),
            count => format!(", 1/{count}"),
        };
        let amount = self.parts.as_ref().map_err(Clone::clone).and_then(|parts| {
            parts.get(at).cloned().ok_or_else(|| "the cost is charged to nothing".to_owned())
        });
        let Cost { pool, label, origin, .. } = &self.whole;
        Cost { pool, label: format!("{label}{of}"), origin: origin.clone(), amount }
    }

    /// What holders bear together, at these positions.
    pub fn parts_of(&self, positions: &[usize]) -> Cost {
        let amount = match positions.len() == self.holders.len() {
            true => self.whole.amount.clone(),
            false => self.parts.clone().map(|parts| {
                let mut sum = Vec::new();
                for part in positions.iter().filter_map(|at| parts.get(*at)) {
                    sum.resize(part.len(), 0);
                    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
                }
                sum
            }),
        };
        let Cost { pool, label, origin, .. } = &self.whole;
        Cost { pool, label: label.clone(), origin: origin.clone(), amount }
    }
}

/// All that is covered at some time, each once.
fn all_ids<'a>(covered: &[(Period, Vec<&'a str>)]) -> Vec<&'a str> {
    let mut ids: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    for (_, covered) in covered {
        let nothing = covered.is_empty().then_some(NOTHING);
        ids.extend(covered.iter().copied().chain(nothing).filter(|id| seen.insert(*id)));
    }
    ids
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

/// Who bears a contract whose coverage changes: on its own days, each thing bears as much as the
/// others.
struct Amended<'b, 'a> {
    accrual: &'b Accrual,
    rates: &'b Rates<'b>,
    covered: &'b [(Period, Vec<&'a str>)],
    ids: &'b [&'a str],
}

impl Amended<'_, '_> {
    /// What each thing bears on some days, in fine parts.
    fn weights(&self, days: Period) -> Result<Vec<i128>, String> {
        let mut weights = vec![0i128; self.ids.len()];
        for (span, covered) in self.covered {
            let Some(span) = span.intersection(days) else { continue };
            let cost = self.rates.fine(cost_of(self.accrual, self.rates, span)?)?;
            let count = i128::try_from(covered.len().max(1)).unwrap_or(1);
            let covered: HashSet<&str> = covered.iter().copied().collect();
            let bears = |id: &str| if covered.is_empty() { id == NOTHING } else { covered.contains(id) };
            for (weight, _) in weights.iter_mut().zip(self.ids).filter(|(_, id)| bears(id)) {
                *weight += cost / count;
            }
        }
        Ok(weights)
    }

    /// The parts of each span.
    fn parts(&self, spans: &[Period], whole: &[i128]) -> Result<Vec<Vec<i128>>, String> {
        let mut parts: Vec<Vec<i128>> = vec![Vec::with_capacity(whole.len()); self.ids.len()];
        for (span, amount) in spans.iter().zip(whole) {
            let weights = self.weights(*span)?;
            let split = match weights.iter().sum() {
                0 => vec![0; weights.len()],
                in_all => split(*amount, &weights, in_all).ok_or("the figure is too large")?.0,
            };
            parts.iter_mut().zip(split).for_each(|(part, amount)| part.push(amount));
        }
        Ok(parts)
    }
}

/// A cost in equal parts that add up to it.
fn equal_parts(whole: &[i128], count: usize) -> Result<Vec<Vec<i128>>, String> {
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
        let cost = SharedCost::of_contract(&estate, contract, &rates, &spans);
        let ids: Vec<&str> = cost.holders.iter().map(|(_, id)| *id).collect();
        assert_eq!((ids, cost.is_amended), (vec!["a", "b", NOTHING], true));
        let euros = |amounts: &[i128]| amounts.iter().map(|amount| amount / FINE).collect::<Vec<_>>();
        let parts: Vec<Vec<i128>> = cost.parts.unwrap().iter().map(|part| euros(part)).collect();
        assert_eq!(parts, [[27_400, 0], [9200, 0], [0, 36_600]], "in cents");
    }
}
