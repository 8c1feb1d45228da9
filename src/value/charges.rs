//! Where the cost of a service goes: to other services, to consumers, to nobody.

use super::basis::{FINE, nearest};
use super::drivers::Quantity;
use super::shares::{Provider, parts_of};
use super::tree::Amount;
use super::valuation::Valuation;
use crate::allocation::{round_parts, split};
use crate::date::Period;
use crate::money::{Money, MoneyError};

/// What one user of a service is charged.
#[derive(Clone, PartialEq, Debug)]
pub struct Charge {
    /// The id of a party, or of a service.
    pub to: String,
    pub share: String,
    /// How much it takes, where the service is charged by a driver.
    pub quantity: Option<Quantity>,
    pub amount: Amount,
}

/// Everything that a service charges. The amounts are its cost, to the minor unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Charges {
    pub services: Vec<Charge>,
    pub consumers: Vec<Charge>,
    /// What is charged to nobody; nothing where all of it is charged.
    pub nobody: Option<Charge>,
    /// What the service does in all, and what that is counted in.
    pub volume: Option<(Quantity, String)>,
}

impl<'a> Valuation<'a> {
    /// The cost of a service in fine parts.
    pub(super) fn exact(&self, at: usize) -> i128 {
        self.services.get(at).map_or(0, |sum| self.money_part(&sum.figures).iter().sum())
    }

    /// What the service charges to services, in fine parts.
    fn charged(&self, at: usize) -> i128 {
        self.outgoing(at).map(|(_, _, flow)| flow).sum()
    }

    /// The services that are charged by the one at this position: their ids, shares and flows.
    fn outgoing(&self, at: usize) -> impl Iterator<Item = (&'a str, Option<String>, i128)> {
        let uses = self.uses.uses.iter().enumerate().filter(move |(_, one)| {
            one.provider == Provider::Service(at) && self.uses.counts.get(one.service) == Some(&true)
        });
        uses.filter_map(|(position, one)| {
            let flow = self.flows.get(position).map_or(0, |flow| self.money_part(flow).iter().sum());
            Some((self.service(one.service)?.id(), one.shown.clone(), flow))
        })
    }

    /// The cost of a service in minor units: what it leaves to consumers was rounded with all that
    /// goes out, and what it charges to services is rounded here.
    pub(super) fn rounded(&self, at: usize) -> Result<i128, MoneyError> {
        match self.uses.counts.get(at) {
            Some(true) if self.charged(at) == 0 => Ok(self.left.get(at).copied().unwrap_or(0)),
            _ => nearest(self.exact(at)),
        }
    }

    /// What a service costs.
    ///
    /// # Errors
    /// A figure too large to be exact.
    pub fn cost(&self, at: usize) -> Result<Amount, MoneyError> {
        let count = self.rounded(at)?;
        self.amount(at, count)
    }

    /// A part of a service's cost, with what the holes in the whole make of it.
    fn amount(&self, at: usize, count: i128) -> Result<Amount, MoneyError> {
        let (holes, is_known) = self.services.get(at).map_or((1, false), |sum| (sum.holes, sum.is_known));
        Ok(match (holes, is_known) {
            (0, true) => Amount::Known(self.money(count)?),
            (0, false) => Amount::Carried,
            (_, true) => Amount::AtLeast(self.money(count)?),
            (_, false) => Amount::Missing("nothing below is priced".to_owned()),
        })
    }

    /// The cost of a service in the columns that the period was cut into, with their names; those
    /// without a cost are left out where they are pools.
    ///
    /// # Errors
    /// A figure too large to be exact.
    pub fn columns(&self, at: usize) -> Result<Vec<(String, Money)>, MoneyError> {
        let figures = self.services.get(at).map_or(&[][..], |sum| self.money_part(&sum.figures));
        let counts = round_parts(figures, FINE, self.rounded(at)?);
        self.costing
            .columns
            .names()
            .into_iter()
            .zip(counts)
            .map(|(name, count)| Ok((name, self.money(count)?)))
            .collect()
    }

    /// The carbon of a service's electricity in whole kg of CO2e; nothing where there is no factor.
    pub fn carbon(&self, at: usize) -> Option<i128> {
        let carbon = self.services.get(at)?.figures.last()?;
        self.costing.has_carbon().then(|| nearest(*carbon).ok()).flatten()
    }

    /// What no service bears, as money.
    pub fn idle_amount(&self, idle: &super::Idle) -> Result<Amount, MoneyError> {
        let money = self.money(idle.count)?;
        Ok(if idle.holes > 0 { Amount::AtLeast(money) } else { Amount::Known(money) })
    }

    /// What the service leaves to consumers: all that it does not charge to services.
    pub fn left(&self, at: usize) -> Result<Amount, MoneyError> {
        let is_counted = self.uses.counts.get(at) == Some(&true);
        let count = if is_counted { self.left.get(at).copied().unwrap_or(0) } else { self.rounded(at)? };
        self.amount(at, count)
    }

    /// Who is charged what.
    ///
    /// # Errors
    /// A figure too large to be exact.
    pub fn charges(&self, at: usize) -> Result<Charges, MoneyError> {
        let mut charges = Charges { services: Vec::new(), consumers: Vec::new(), nobody: None, volume: None };
        let left = self.left(at)?;
        let whole = self.rounded(at)?;
        let rest = match &left {
            Amount::Known(money) | Amount::AtLeast(money) => self.costing.rates.unit().count(*money)?,
            Amount::Missing(_) | Amount::Carried => whole,
        };
        let outgoing: Vec<_> = self.outgoing(at).collect();
        let flows: Vec<i128> = outgoing.iter().map(|(.., flow)| *flow).collect();
        let counts = round_parts(&flows, FINE, whole - rest);
        for ((id, shown, _), count) in outgoing.into_iter().zip(counts) {
            let amount = self.amount(at, count)?;
            charges.services.push(Charge {
                to: id.to_owned(),
                share: shown.unwrap_or_default(),
                quantity: None,
                amount,
            });
        }
        self.consumers(at, rest, &left, &mut charges)?;
        Ok(charges)
    }

    fn consumers(
        &self,
        at: usize,
        rest: i128,
        left: &Amount,
        charges: &mut Charges,
    ) -> Result<(), MoneyError> {
        let Some(service) = self.service(at) else { return Ok(()) };
        let drivers = &self.drivers;
        let readings = service.driver().map(|id| drivers.readings(&self.costing.rates, id));
        let parties: Vec<(&str, String, Option<Quantity>, i128)>;
        let base;
        let shares: Vec<_> = service.consumers().collect();
        let read: Vec<(&str, Quantity)> = match &readings {
            Some(Ok(readings)) => {
                let mut read: Vec<_> = readings.users().filter(|(id, _)| self.is_consumer(id)).collect();
                read.sort_by_key(|(id, _)| *id);
                read
            }
            _ => Vec::new(),
        };
        let total = read.iter().try_fold(0i128, |sum, (_, quantity)| sum.checked_add(quantity.parts));
        let total = total.ok_or(MoneyError::Overflow)?;
        if let (Some(Ok(readings)), Some((_, first))) = (&readings, read.first()) {
            let volume = Quantity { parts: total, per: first.per };
            charges.volume = Some((volume, readings.unit.to_owned()));
        }
        let mut reason = None;
        if !shares.is_empty() {
            let quantity =
                |id: &str| read.iter().find(|(user, _)| *user == id).map(|(_, quantity)| *quantity);
            base = parts_of(crate::money::Percent::HUNDRED);
            parties = shares
                .iter()
                .map(|(id, share)| (*id, share.to_string(), quantity(id), parts_of(*share)))
                .collect();
        } else {
            let capacity = match &readings {
                Some(Ok(readings)) => readings.capacity.map(|capacity| capacity.parts),
                Some(Err(error)) => {
                    reason = Some(error.clone());
                    None
                }
                None => None,
            };
            base = capacity.unwrap_or(total);
            parties = read
                .iter()
                .map(|(id, quantity)| {
                    let of = Quantity { parts: base, per: quantity.per };
                    (*id, format!("{} of {}", quantity.shown(), of.shown()), Some(*quantity), quantity.parts)
                })
                .collect();
        }
        let weights: Vec<i128> = parties.iter().map(|(.., weight)| *weight).collect();
        let charged: i128 = weights.iter().sum();
        let parts = split(rest, &weights, base.max(1));
        let amount = |count: Option<i128>| match (left, count) {
            (Amount::Known(_), Some(count)) => self.money(count).map(Amount::Known),
            (Amount::Known(_), None) => {
                Ok(Amount::Missing("the shares of the consumers are more than the whole".to_owned()))
            }
            (Amount::AtLeast(_) | Amount::Missing(_), _) => {
                Ok(Amount::Missing("the total has holes".to_owned()))
            }
            (Amount::Carried, _) => Ok(Amount::Missing("there is no cost".to_owned())),
        };
        for (position, (id, share, quantity, _)) in parties.into_iter().enumerate() {
            let count = parts.as_ref().and_then(|(parts, _)| parts.get(position).copied());
            charges.consumers.push(Charge { to: id.to_owned(), share, quantity, amount: amount(count)? });
        }
        if charged < base || reason.is_some() || charges.consumers.is_empty() {
            let amount = match reason {
                Some(reason) => Amount::Missing(reason),
                None => amount(parts.map(|(_, rest)| rest))?,
            };
            let nothing = matches!(&amount, Amount::Known(money) if money.is_zero());
            if !nothing {
                charges.nobody = Some(Charge {
                    to: String::new(),
                    share: self.percentage(base.max(1) - charged, base.max(1)),
                    quantity: None,
                    amount,
                });
            }
        }
        Ok(())
    }

    fn percentage(&self, part: i128, whole: i128) -> String {
        let millionths = crate::money::ratio(part, 100_000_000, whole).unwrap_or_default();
        let points = rust_decimal::Decimal::try_from_i128_with_scale(millionths, 6).unwrap_or_default();
        format!("{}%", points.normalize())
    }

    fn is_consumer(&self, id: &str) -> bool {
        self.costing.snapshot.get(crate::model::Kind::Party, id).is_some()
    }

    /// What one unit of a volume costs, to six decimals; nothing where there is none.
    pub fn unit_cost(&self, cost: Money, volume: Quantity) -> Option<String> {
        let volume = volume.decimal().filter(|volume| !volume.is_zero())?;
        let each = cost.amount().checked_div(volume)?;
        let millionths =
            crate::money::ratio(each.mantissa(), 1_000_000, 10i128.checked_pow(each.scale())?).ok()?;
        let each = rust_decimal::Decimal::try_from_i128_with_scale(millionths, 6).ok()?;
        Some(format!("{each} {}", cost.currency()))
    }

    /// What a service may cost in the period: of each fiscal year's budget the part of its days.
    /// `None` where a day of the period has no budget.
    pub fn budget(&self, at: usize, period: Period) -> Option<Result<Money, String>> {
        let service = self.service(at)?;
        let calendar = &self.costing.snapshot.settings()?.calendar;
        let mut total = Money::zero(self.costing.rates.base());
        let mut day = period.start;
        while day <= period.end {
            let year = calendar.year_of(day)?;
            let (_, budget) = service.budgets().find(|(id, _)| *id == year.id)?;
            let days = year.period.intersection(period)?;
            let part = budget.times_ratio(days.days().into(), year.period.days().into());
            match part.and_then(|part| total.checked_add(part)) {
                Ok(sum) => total = sum,
                Err(error) => return Some(Err(error.to_string())),
            }
            day = crate::date::day_after(days.end);
        }
        Some(Ok(total))
    }
}
