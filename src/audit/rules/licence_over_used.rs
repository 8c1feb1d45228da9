use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::licence::positions;
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "licence-over-used",
    level: Level::Warning,
    what: "more of a product is in use than its licences give",
    why: "The publisher may ask for the difference, and for a penalty, at the next licence audit.",
    bad: "# inventory/items/licence/lic-db.yaml\nattributes: {metric: device, quantity: 1, product: Orion Database, expires: 2025-12-31}\n",
    good: "# inventory/items/licence/lic-db.yaml\nattributes: {metric: device, quantity: 1, product: Orion Database}\n",
    mend: "Take the product off where it is not needed, or buy what is missing; `estate report licences` shows the whole position.",
    check: Check::Estate {
        watches: &[
            (Kind::Item, "acquired"),
            (Kind::Item, "attributes"),
            (Kind::Item, "in_service"),
            (Kind::Item, "location"),
            (Kind::Item, "name"),
            (Kind::Item, "relations"),
            (Kind::Item, "status"),
            (Kind::Contract, "amendments"),
            (Kind::Contract, "covers"),
            (Kind::Contract, "entitlements"),
            (Kind::Execution, "contract"),
            (Kind::Execution, "date"),
            (Kind::Execution, "entitlement"),
            (Kind::Execution, "kind"),
            (Kind::Execution, "value"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for position in
        positions(context.snapshot, context.as_of).iter().filter(|position| position.is_over_used())
    {
        let (Ok(owned), Ok(used)) = (&position.owned, &position.used) else { continue };
        let licences = position.licences.iter().chain(&position.lapsed);
        let mut licences = licences.map(|licence| licence.0);
        let Some(first) = licences.next() else { continue };
        let mut message = format!(
            "{}: {} {} used, {} owned: {}",
            position.product,
            used.normalize(),
            unit(position.metric),
            owned.normalize(),
            position.consumers.join(", ")
        );
        if let Some(lapsed) = position.lapsed.first() {
            message.push_str(&format!("; {} is not in force", lapsed.id()));
        }
        let mut finding = RULE
            .finding(first.at("attributes.quantity"), message)
            .field("attributes.quantity")
            .help("take it off where it is not needed, or buy what is missing");
        for licence in licences {
            finding = finding.related(licence.at("attributes.quantity"), "a licence of the same product");
        }
        findings.push(finding);
    }
}

fn unit(metric: &str) -> String {
    format!("{metric}s")
}
