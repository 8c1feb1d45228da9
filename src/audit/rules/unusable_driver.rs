use super::{Check, Context, Rule};
use crate::date::Period;
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::value::{Drivers, Rates, Uses};

pub static RULE: Rule = Rule {
    id: "unusable-driver",
    level: Level::Error,
    what: "a driver does not say who takes how much",
    why: "The cost that it shares cannot be shared: it stays where it is, and the services look cheaper than they are.",
    bad: "# inventory/rates/orders.yaml\nvalues:\n  - {from: 2024-01-01, of: {web-shop: 0, sales: 0}}\n",
    good: "# inventory/rates/orders.yaml\nvalues:\n  - {from: 2024-01-01, of: {web-shop: 3200, sales: 3200}}\n",
    mend: "Give the driver a reading of each service that names it, above zero in all and within its capacity, or a fixed `share` to the component.",
    check: Check::Estate {
        watches: &[
            (Kind::Service, "components"),
            (Kind::Service, "driver"),
            (Kind::Service, "status"),
            (Kind::Rate, "kind"),
            (Kind::Rate, "values"),
            (Kind::Rate, "attribute"),
            (Kind::Rate, "capacity"),
            (Kind::Rate, "currency"),
            (Kind::Rate, "equal"),
            (Kind::Rate, "per"),
        ],
        run: check,
    },
};

/// Drivers are read for the day for which the estate is judged. Those that count an attribute of items
/// are left to the valuation: every change of an item would have to be judged on the whole estate.
fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(settings) = context.snapshot.settings() else { return };
    if context.snapshot.of_kind(Kind::Rate).next().is_none() {
        return;
    }
    let rates = Rates::of(context.snapshot, settings.currency);
    let drivers = Drivers::new(context.snapshot, Period { start: context.as_of, end: context.as_of });
    let uses = Uses::of(context.snapshot, &rates, &drivers);
    // A driver that is not there, or has errors, has findings of its own.
    let is_there = |driver: &str| rates.is_sound(driver);
    for one in &uses.uses {
        let (Some(driver), Err(reason)) = (one.driver, &one.part) else { continue };
        let Some(service) = uses.services.get(one.service).filter(|_| is_there(driver)) else { continue };
        let field = format!("components[{}].driver", one.component);
        let finding = RULE.finding(service.0.at(&field), reason.as_str());
        findings
            .push(finding.field(field).help("correct the readings of the driver, or give a fixed `share`"));
    }
    for service in uses.services.iter().filter(|service| service.0.is_sound()) {
        let Some(driver) = service.driver().filter(|driver| is_there(driver)) else { continue };
        let counts = |id: &str| context.snapshot.get(Kind::Party, id).is_some();
        let message = match drivers.readings(&rates, driver) {
            Err(reason) => reason,
            Ok(readings) => match readings.users().any(|(id, quantity)| counts(id) && quantity.parts > 0) {
                true => continue,
                false => format!("driver {driver} counts nothing for any party"),
            },
        };
        let finding = RULE.finding(service.0.at("driver"), message).field("driver");
        findings.push(finding.help("give the driver readings of the parties that consume the service"));
    }
}
