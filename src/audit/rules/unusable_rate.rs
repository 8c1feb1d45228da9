use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::rate::Rate;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "unusable-rate",
    level: Level::Error,
    what: "a rate does not say what its kind needs",
    why: "No cost can be made with it, and what needs it is a hole.",
    bad: "# inventory/rates/electricity.yaml\nvalues:\n  - {from: 2026-01-01, value: 0.1742}\n",
    good: "# inventory/rates/electricity.yaml\nvalues:\n  - {from: 2026-01-01, value: 0.1742 EUR}\n",
    mend: "Tariffs, hours and exchange rates are money in the base currency, emission factors and indices plain numbers; an exchange rate names its `currency`; a driver has readings `of` its users, an `attribute`, or `equal: true`.",
    check: Check::Record(check),
};

const HELP: &str = "`estate schema rate` says what each kind of rate needs";

fn check(record: &Record, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() != Kind::Rate || !record.is_sound() {
        return;
    }
    let rate = Rate(record);
    let mut report = |field: &str, message: String| {
        findings.push(RULE.finding(record.at(field), message).field(field.to_owned()).help(HELP));
    };
    let has = |field: &str| record.field(field).is_some();
    if rate.kind() == "driver" {
        let sources = [rate.is_equal(), has("attribute"), has("values")];
        if sources.iter().filter(|has| **has).count() != 1 {
            report(
                "kind",
                format!("driver `{}` needs one of `values`, `attribute` and `equal: true`", rate.id()),
            );
        }
    } else if !has("values") {
        report("kind", format!("rate `{}` has no values", rate.id()));
    }
    let base = context.snapshot.settings().map(|settings| settings.currency);
    if rate.kind() == "exchange" && rate.currency().is_none() {
        report("kind", format!("exchange rate `{}` does not say which `currency` it is of", rate.id()));
    }
    if rate.kind() == "exchange" && rate.currency().is_some_and(|currency| Some(currency) == base) {
        report("currency", format!("exchange rate `{}` is of the base currency", rate.id()));
    }
    for dated in rate.values() {
        let place = |field: &str| format!("values[{}].{field}", dated.index);
        let needs_money = matches!(rate.kind(), "tariff" | "labour" | "exchange");
        match (rate.kind(), dated.value()) {
            ("driver", None) if dated.of().next().is_none() => {
                report(&place("of"), format!("driver `{}` has no users from {}", rate.id(), dated.from));
            }
            ("driver", None) => {}
            ("driver", Some(_)) => {
                report(&place("value"), "a driver has readings `of` its users, no `value`".into())
            }
            (_, None) => {
                report(&place("value"), format!("rate `{}` has no value from {}", rate.id(), dated.from))
            }
            (_, Some((_, None))) if needs_money => {
                report(
                    &place("value"),
                    format!("a rate of kind {} is money, such as 0.1742 EUR", rate.kind()),
                );
            }
            (_, Some((_, Some(currency)))) if needs_money && base.is_some_and(|base| base != currency) => {
                let base = base.map_or_else(String::new, |base| base.to_string());
                report(
                    &place("value"),
                    format!("the value is in {currency}, and the base currency is {base}"),
                );
            }
            (kind, Some((_, Some(_)))) if !needs_money => {
                report(&place("value"), format!("a rate of kind {kind} is a plain number, not money"));
            }
            _ => {}
        }
    }
}
