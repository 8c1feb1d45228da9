//! What the net present value of an option rests on: the rate, the volume and each kind of payment.

use rust_decimal::Decimal;

use super::appraisal::net;
use super::cash::{CashFlow, Terms};
use crate::model::investment::Purpose;
use crate::money::Money;
use crate::schedule::Problem;

/// Shifts of the discount rate in points.
pub const RATE_SHIFTS: [i64; 5] = [-2, -1, 0, 1, 2];

/// Volumes of use in percent of the planned one.
pub const VOLUMES: [i64; 5] = [80, 90, 100, 110, 120];

/// By how much of itself a figure is moved for the tornado.
const MOVE: i64 = 10;

/// What is moved while all else stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Driver {
    /// The discount rate, by a tenth of itself.
    Rate,
    /// The flows that scale with the volume.
    Volume,
    /// All payments of one purpose.
    Purpose(Purpose),
}

impl Driver {
    pub fn name(self) -> &'static str {
        match self {
            Driver::Rate => "discount_rate",
            Driver::Volume => "volume",
            Driver::Purpose(purpose) => purpose.name(),
        }
    }
}

/// The net present value where one driver is ten percent lower and ten percent higher.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Swing {
    pub driver: Driver,
    pub low: Money,
    pub high: Money,
    /// The distance between the two, without a sign.
    pub width: Money,
}

/// The net present value at a rate that is `points` higher.
pub fn at_rate(flows: &[CashFlow], terms: &Terms, points: i64) -> Result<Money, Problem> {
    value(flows, terms, terms.rate.points() + Decimal::from(points), |_| Decimal::ONE)
}

/// The net present value at a volume of so many percent.
pub fn at_volume(flows: &[CashFlow], terms: &Terms, percent: i64) -> Result<Money, Problem> {
    let factor = Decimal::new(percent, 2);
    value(flows, terms, terms.rate.points(), |flow| if flow.scales { factor } else { Decimal::ONE })
}

/// The drivers that matter to an option, the one with the widest swing first.
pub fn swings(flows: &[CashFlow], terms: &Terms) -> Result<Vec<Swing>, Problem> {
    let purposes = Purpose::ALL.into_iter().map(Driver::Purpose);
    let mut swings = Vec::new();
    for driver in [Driver::Rate, Driver::Volume].into_iter().chain(purposes) {
        let [low, high] = [Decimal::new(100 - MOVE, 2), Decimal::new(100 + MOVE, 2)];
        let (low, high) = (moved(flows, terms, driver, low)?, moved(flows, terms, driver, high)?);
        let width = high.checked_sub(low)?;
        let width = if width.is_negative() { width.negated() } else { width };
        if !width.is_zero() {
            swings.push(Swing { driver, low, high, width });
        }
    }
    swings.sort_by_key(|swing| std::cmp::Reverse(swing.width.amount()));
    Ok(swings)
}

fn moved(flows: &[CashFlow], terms: &Terms, driver: Driver, factor: Decimal) -> Result<Money, Problem> {
    let rate = if driver == Driver::Rate { terms.rate.points() * factor } else { terms.rate.points() };
    value(flows, terms, rate, |flow| {
        let is_moved = match driver {
            Driver::Rate => false,
            Driver::Volume => flow.scales,
            Driver::Purpose(purpose) => flow.purpose == purpose,
        };
        if is_moved { factor } else { Decimal::ONE }
    })
}

/// The net present value at a rate in percent, with each flow and its tax multiplied.
fn value(
    flows: &[CashFlow],
    terms: &Terms,
    rate: Decimal,
    factor: impl Fn(&CashFlow) -> Decimal,
) -> Result<Money, Problem> {
    let mut scaled = Vec::with_capacity(flows.len());
    for flow in flows {
        let times = |money: Money| money.times_ratio(factor(flow), Decimal::ONE);
        scaled.push(CashFlow { amount: times(flow.amount)?, tax: times(flow.tax)?, ..flow.clone() });
    }
    let (flows, currency) = net(&scaled, terms.span.start, |_| true)?;
    let rate = rate / Decimal::ONE_HUNDRED;
    Ok(Money::new(flows.npv(rate)?, currency).rounded())
}
