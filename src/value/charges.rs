//! Where the cost of a service goes: to other services, to consumers, to nobody.

use std::rc::Rc;

use rust_decimal::Decimal;

use super::basis::{FINE, nearest, whole};
use super::drivers::{Quantity, Readings};
use super::line::Amount;
use super::shares::parts_of;
use super::valuation::Valuation;
use crate::allocation::{round_parts, split};
use crate::date::Period;
use crate::model::Kind;
use crate::model::service::Service;
use crate::money::{Money, MoneyError, Percent, ratio};

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
        self.services.get(at).map_or(0, |sum| whole(&sum.figures))
    }

    /// The services that are charged by the one at this position: their ids, shares, and what they are
    /// charged in minor units.
    fn outgoing(&self, at: usize) -> impl Iterator<Item = (&'a str, Option<String>, i128)> {
        let counted =
            self.uses.of_service(at).filter(|(_, one)| self.uses.counts.get(one.service) == Some(&true));
        counted.filter_map(|(position, one)| {
            let charged = self.charged.get(position).copied().unwrap_or(0);
            Some((self.service(one.service)?.id(), one.shown(), charged))
        })
    }

    /// The cost of a service in minor units: what it leaves to consumers and what it charges to services.
    pub(super) fn rounded(&self, at: usize) -> Result<i128, MoneyError> {
        match (self.uses.counts.get(at), self.left.get(at)) {
            (Some(true), Some(left)) => {
                Ok(left + self.outgoing(at).map(|(.., charged)| charged).sum::<i128>())
            }
            (Some(false), Some(own)) => {
                let fine = self.own.get(at).copied().unwrap_or(0);
                Ok(own + nearest(self.exact(at) - fine)?)
            }
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
        let names = self.costing.columns.names();
        let parts = self.services.get(at).and_then(|sum| sum.figures.get(1..=names.len()));
        let counts = round_parts(parts.unwrap_or(&[]), FINE, self.rounded(at)?);
        names.into_iter().zip(counts).map(|(name, count)| Ok((name, self.money(count)?))).collect()
    }

    /// The carbon of a service's electricity in whole kg of CO2e; nothing where there is no factor.
    pub fn carbon(&self, at: usize) -> Option<i128> {
        let carbon = self.services.get(at)?.figures.last()?;
        self.costing.has_carbon().then(|| nearest(*carbon).ok()).flatten()
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
        for (id, shown, count) in self.outgoing(at) {
            let amount = self.amount(at, count)?;
            charges.services.push(Charge {
                to: id.to_owned(),
                share: shown.unwrap_or_default(),
                quantity: None,
                amount,
            });
        }
        if let Some(service) = self.service(at) {
            self.consumers(service, rest, &left, &mut charges)?;
        }
        Ok(charges)
    }

    /// Shares what the service leaves among its consumers, by their shares or its driver.
    fn consumers(
        &self,
        service: Service<'a>,
        rest: i128,
        left: &Amount,
        charges: &mut Charges,
    ) -> Result<(), MoneyError> {
        let read = service.driver().map(|driver| self.read(driver)).transpose();
        let volume = read.as_ref().ok().and_then(Option::as_ref);
        charges.volume = volume.map(|volume| (volume.total, volume.readings.unit.to_owned()));
        let (parties, whole) = match service.consumers().next().is_some() {
            true => by_shares(service, volume),
            false => volume.map_or_else(|| (Vec::new(), 1), Volume::by_readings),
        };
        let weights: Vec<i128> = parties.iter().map(|party| party.weight).collect();
        let parts = split(rest, &weights, whole);
        let amount = |count: Option<i128>| {
            Ok(match (left, count) {
                (Amount::Known(_), Some(count)) => Amount::Known(self.money(count)?),
                (Amount::Known(_), None) => {
                    Amount::Missing("the shares of the consumers are more than the whole".to_owned())
                }
                (Amount::AtLeast(_) | Amount::Missing(_), _) => {
                    Amount::Missing("the total has holes".to_owned())
                }
                (Amount::Carried, _) => Amount::Missing("there is no cost".to_owned()),
            })
        };
        for (at, Party { to, share, quantity, .. }) in parties.into_iter().enumerate() {
            let count = parts.as_ref().and_then(|(parts, _)| parts.get(at).copied());
            charges.consumers.push(Charge { to: to.to_owned(), share, quantity, amount: amount(count)? });
        }
        let rest = match read {
            Err(reason) if charges.consumers.is_empty() => Amount::Missing(reason),
            _ => match parts {
                Some((_, rest)) => amount(Some(rest))?,
                None => return Ok(()),
            },
        };
        let is_nothing = matches!(&rest, Amount::Known(money) if money.is_zero());
        let uncharged = whole - weights.iter().sum::<i128>();
        if !is_nothing && uncharged > 0 {
            let share = percentage(uncharged, whole);
            charges.nobody = Some(Charge { to: String::new(), share, quantity: None, amount: rest });
        }
        Ok(())
    }

    /// How much each party takes by a driver.
    fn read(&self, driver: &'a str) -> Result<Volume<'a>, String> {
        let readings = self.drivers.readings(&self.costing.rates, driver)?;
        let is_party = |id: &str| self.costing.snapshot.get(Kind::Party, id).is_some();
        let mut parties: Vec<(&str, Quantity)> = readings.users().filter(|(id, _)| is_party(id)).collect();
        parties.sort_by_key(|(id, _)| *id);
        let parts = parties.iter().try_fold(0i128, |sum, (_, quantity)| sum.checked_add(quantity.parts));
        match (parts, parties.first()) {
            (Some(parts @ 1..), Some((_, first))) => {
                let total = Quantity { parts, per: first.per };
                Ok(Volume { readings, parties, total })
            }
            _ => Err(format!("driver {driver} counts nothing for any party")),
        }
    }

    /// What one unit of a volume costs, to six decimals; nothing where there is none.
    pub fn unit_cost(&self, cost: Money, volume: Quantity) -> Option<String> {
        let volume = volume.decimal().filter(|volume| !volume.is_zero())?;
        let each = cost.amount().checked_div(volume)?;
        let millionths =
            crate::money::ratio(each.mantissa(), 1_000_000, 10i128.checked_pow(each.scale())?).ok()?;
        let each = Decimal::try_from_i128_with_scale(millionths, 6).ok()?;
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

/// What the parties that consume a service take of it by its driver.
struct Volume<'a> {
    readings: Rc<Readings<'a>>,
    /// By id.
    parties: Vec<(&'a str, Quantity)>,
    total: Quantity,
}

/// A consumer and its part of what is charged.
struct Party<'a> {
    to: &'a str,
    share: String,
    quantity: Option<Quantity>,
    weight: i128,
}

impl<'a> Volume<'a> {
    /// The parties by what they take of the capacity, or of all that is taken.
    fn by_readings(&self) -> (Vec<Party<'a>>, i128) {
        let whole = self.readings.capacity.unwrap_or(self.total);
        let party = |(to, quantity): &(&'a str, Quantity)| {
            let share = format!("{} of {}", quantity.shown(), whole.shown());
            Party { to, share, quantity: Some(*quantity), weight: quantity.parts }
        };
        (self.parties.iter().map(party).collect(), whole.parts)
    }
}

/// The parties by the shares that the service says, with what they take where that is read.
fn by_shares<'a>(service: Service<'a>, volume: Option<&Volume<'a>>) -> (Vec<Party<'a>>, i128) {
    let parties = service.consumers().map(|(to, share)| {
        let read = volume.and_then(|volume| volume.parties.iter().find(|(id, _)| *id == to));
        let quantity = read.map(|(_, quantity)| *quantity);
        Party { to, share: share.to_string(), quantity, weight: parts_of(share) }
    });
    (parties.collect(), parts_of(Percent::HUNDRED))
}

fn percentage(part: i128, whole: i128) -> String {
    let millionths = ratio(part, 100_000_000, whole).unwrap_or_default();
    let points = Decimal::try_from_i128_with_scale(millionths, 6).unwrap_or_default();
    format!("{}%", points.normalize())
}
