//! Electricity: power × hours × dated tariff, and the carbon that goes with it.

use rust_decimal::Decimal;

use super::basis::FINE;
use super::rates::Rates;
use crate::date::{Date, Period, day_before};
use crate::model::item::Item;
use crate::model::settings::Energy;
use crate::money::ratio;

/// The attribute that says the electrical power of an item, in watts.
const POWER: &str = "power_w";

/// The class of what describes devices rather than being one, and draws nothing.
const MODEL: &str = "model";

/// The power of an item, where it says one.
pub(super) fn power(item: Item<'_>) -> Option<Decimal> {
    if item.class() == MODEL {
        return None;
    }
    item.record().field("attributes")?.field(POWER)?.text()?.parse().ok()
}

/// The days of a period on which the item is in use: from its `in_service` to the day before it is
/// retired or disposed of. One that is not in use and says no such day is never.
pub(super) fn days_in_use(item: Item<'_>, period: Period) -> Option<Period> {
    let start = item.in_service().unwrap_or(period.start);
    let left: Option<Date> = item.retired().or_else(|| item.record().date("disposal.date"));
    let end = match left {
        Some(left) => day_before(left),
        None if item.status().is_some_and(|status| status.is_active()) => period.end,
        None => return None,
    };
    Period { start, end }.intersection(period)
}

/// What the item's electricity costs in each span, in the base currency.
///
/// # Errors
/// Which rate is missing.
pub(super) fn cost(
    item: Item<'_>,
    energy: &Energy,
    rates: &Rates<'_>,
    spans: &[Period],
) -> Result<Vec<Decimal>, String> {
    spans
        .iter()
        .map(|span| of_span(item, energy, *span, |days| rates.price(&energy.tariff, "tariff", days)))
        .collect()
}

/// The carbon of the item's electricity over a period in kg of CO2e, in fine parts; nothing where
/// the settings name no emission factor.
///
/// # Errors
/// Which factor is missing.
pub(super) fn carbon(
    item: Item<'_>,
    energy: &Energy,
    rates: &Rates<'_>,
    period: Period,
) -> Result<i128, String> {
    let Some(factor) = &energy.emission else { return Ok(0) };
    let kilograms = of_span(item, energy, period, |days| rates.price(factor, "emission", days))?;
    ratio(kilograms.mantissa(), FINE, 10i128.pow(kilograms.scale())).map_err(|error| error.to_string())
}

/// kWh × rate, added up over the spans of the rate.
fn of_span(
    item: Item<'_>,
    energy: &Energy,
    span: Period,
    rate: impl Fn(Period) -> Vec<(Period, Result<Decimal, String>)>,
) -> Result<Decimal, String> {
    let (Some(power), Some(days)) = (power(item), days_in_use(item, span)) else { return Ok(Decimal::ZERO) };
    let mut total = Decimal::ZERO;
    for (days, rate) in rate(days) {
        // W × 24 h × load in percent ÷ 100 000 are kWh.
        let watt_hours = power
            .checked_mul(Decimal::from(days.days() * 24))
            .and_then(|hours| hours.checked_mul(energy.load().points()));
        let rate = rate?;
        total = watt_hours
            .and_then(|hours| hours.checked_mul(rate))
            .and_then(|cost| cost.checked_div(Decimal::from(100_000)))
            .and_then(|cost| total.checked_add(cost))
            .ok_or("the figure is too large")?;
    }
    Ok(total)
}
