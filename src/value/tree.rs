//! The cost of a service as a tree of lines.

use rust_decimal::Decimal;

use super::costing::Costing;
use crate::model::service::{Component, Service, Target};
use crate::model::{Kind, RecordId};
use crate::money::{Money, MoneyError};

/// Where a figure comes from: a record and the field in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Origin {
    pub record: RecordId,
    pub field: String,
}

/// What a line amounts to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Amount {
    Known(Money),
    /// The sum of the lines below, of which some are holes: it is at least this.
    AtLeast(Money),
    /// A hole, and why.
    Missing(String),
    /// Nothing of its own: another line carries the cost.
    Carried,
}

/// One line of the tree; `depth` 0 is the service asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    pub depth: u8,
    pub label: String,
    pub origin: Origin,
    /// The share of this component that the line above takes.
    pub share: Option<String>,
    pub amount: Amount,
}

impl Line {
    pub(super) fn hole(depth: u8, record: RecordId, field: &str, reason: String) -> Line {
        let origin = Origin { record, field: field.to_owned() };
        Line { depth, label: "not priced".to_owned(), origin, share: None, amount: Amount::Missing(reason) }
    }
}

/// How many parts of a cost are not priced; lines that only sum up others do not count.
pub fn holes(lines: &[Line]) -> usize {
    let below = lines.iter().skip(1).map(|line| line.depth).chain([0]);
    lines
        .iter()
        .zip(below)
        .filter(|(line, next)| *next <= line.depth && matches!(line.amount, Amount::Missing(_)))
        .count()
}

/// Services nest no deeper than this.
const MOST_LEVELS: usize = 32;

/// The cost of a service in the period and book of `costing`: its line, then those below it.
///
/// # Errors
/// A sum too large to be exact, or in several currencies.
pub fn service_cost(costing: &Costing<'_>, service: Service<'_>) -> Result<Vec<Line>, MoneyError> {
    let Some(service) = costing.snapshot.service(service.id()) else { return Ok(Vec::new()) };
    let mut walk = Walk { costing, path: Vec::new() };
    let own = RecordId { kind: Kind::Service, id: service.id().to_owned() };
    walk.service(service, 0, Decimal::ONE, Origin { record: own, field: "components".into() }, None)
}

struct Walk<'c, 'a> {
    costing: &'c Costing<'a>,
    /// The services between the root and here.
    path: Vec<&'a str>,
}

impl<'a> Walk<'_, 'a> {
    fn service(
        &mut self,
        service: Service<'a>,
        depth: u8,
        share: Decimal,
        origin: Origin,
        shown_share: Option<String>,
    ) -> Result<Vec<Line>, MoneyError> {
        let id = service.id();
        let label = format!("{id}: {}", service.name());
        let head = |amount| Line {
            depth,
            label: label.clone(),
            origin: origin.clone(),
            share: shown_share.clone(),
            amount,
        };
        if self.path.contains(&id) || self.path.len() >= MOST_LEVELS {
            let reason = format!("the service consumes itself: {} > {id}", self.path.join(" > "));
            return Ok(vec![head(Amount::Missing(reason))]);
        }
        if !service.0.is_sound() {
            let reason = format!("service {id} has errors; `estate audit` shows them");
            return Ok(vec![head(Amount::Missing(reason))]);
        }
        self.path.push(id);
        let mut below = Vec::new();
        for component in service.components() {
            below.extend(self.component(service, &component, depth.saturating_add(1), share)?);
        }
        below.extend(self.costing.contract_lines(Kind::Service, id, depth.saturating_add(1), share));
        self.path.pop();
        let amount = match below.is_empty() {
            true => Amount::Missing("the service has no components".to_owned()),
            false => self.total(&below, depth.saturating_add(1))?,
        };
        Ok(std::iter::once(head(amount)).chain(below).collect())
    }

    fn component(
        &mut self,
        service: Service<'a>,
        component: &Component<'a>,
        depth: u8,
        share: Decimal,
    ) -> Result<Vec<Line>, MoneyError> {
        let origin = |field: &str| Origin {
            record: service.0.record_id(),
            field: format!("components[{}].{field}", component.index),
        };
        let own_share =
            component.share.points().checked_div(Decimal::ONE_HUNDRED).ok_or(MoneyError::Overflow)?;
        let share = share.checked_mul(own_share).ok_or(MoneyError::Overflow)?;
        let shown = component.has_share.then(|| component.share.to_string());
        match &component.target {
            Target::Item(id) => self.item(id, depth, share, origin("item"), shown),
            Target::AnyOf(ids, min_up) => {
                let mut below = Vec::new();
                for id in ids {
                    below.extend(self.item(id, depth.saturating_add(1), share, origin("any_of"), None)?);
                }
                let needed = min_up.map_or_else(String::new, |min_up| format!(", {min_up} needed"));
                let label = format!("any of {} items{needed}", ids.len());
                let amount = self.total(&below, depth.saturating_add(1))?;
                let head = Line { depth, label, origin: origin("any_of"), share: shown, amount };
                Ok(std::iter::once(head).chain(below).collect())
            }
            Target::Service(id) => match self.costing.snapshot.service(id) {
                Some(other) => self.service(other, depth, share, origin("service"), shown),
                None => Ok(vec![missing(depth, id, origin("service"), shown)]),
            },
        }
    }

    fn item(
        &self,
        id: &str,
        depth: u8,
        share: Decimal,
        origin: Origin,
        shown: Option<String>,
    ) -> Result<Vec<Line>, MoneyError> {
        let Some(item) = self.costing.snapshot.item(id) else {
            return Ok(vec![missing(depth, id, origin, shown)]);
        };
        let below = self.costing.item_lines(item, depth.saturating_add(1), share);
        let amount = self.total(&below, depth.saturating_add(1))?;
        let head = Line { depth, label: format!("{id}: {}", item.name()), origin, share: shown, amount };
        Ok(std::iter::once(head).chain(below).collect())
    }

    /// The sum of the lines at `depth`, which says when some of them are holes.
    fn total(&self, lines: &[Line], depth: u8) -> Result<Amount, MoneyError> {
        let mut sum: Option<Money> = None;
        let (mut holes, mut known) = (false, false);
        for line in lines.iter().filter(|line| line.depth == depth) {
            match &line.amount {
                Amount::Known(money) | Amount::AtLeast(money) => {
                    sum = Some(sum.map_or(Ok(*money), |sum| sum.checked_add(*money))?);
                    known = true;
                    holes |= matches!(line.amount, Amount::AtLeast(_));
                }
                Amount::Missing(_) => holes = true,
                Amount::Carried => {}
            }
        }
        Ok(match (sum, holes) {
            (Some(sum), false) => Amount::Known(sum),
            (Some(sum), true) if known => Amount::AtLeast(sum),
            (_, true) => Amount::Missing("nothing below is priced".to_owned()),
            _ => Amount::Carried,
        })
    }
}

fn missing(depth: u8, id: &str, origin: Origin, share: Option<String>) -> Line {
    let amount = Amount::Missing(format!("there is no record {id}"));
    Line { depth, label: id.to_owned(), origin, share, amount }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{Period, parse_date};
    use crate::snapshot::testing::{SETTINGS, snapshot};

    /// 1 server of 3600 over 3 years (1200 a year), half of it for the shop; a contract of 240 a
    /// year on the server and the service; a directory that costs 600 a year, 10 % for the shop.
    fn estate() -> crate::snapshot::Snapshot {
        snapshot(&[
            SETTINGS,
            (
                "items/server/srv.yaml",
                "id: srv\nclass: server\nname: Server\nstatus: in_use\ncost: 3600.00 EUR\n",
            ),
            (
                "items/server/dir.yaml",
                "id: dir\nclass: server\nname: Directory host\nstatus: in_use\ncost: 1800.00 EUR\n",
            ),
            (
                "items/virtual_machine/vm.yaml",
                "id: vm\nclass: virtual_machine\nname: VM\nstatus: in_use\nrelations: {hosted_on: [srv]}\n",
            ),
            ("items/application/app.yaml", "id: app\nclass: application\nname: App\nstatus: in_use\n"),
            (
                "schedules/srv.yaml",
                "id: srv\nitem: srv\nbooks:\n  accounting: {method: straight_line, life: 3y, start: 2024-01-01}\n",
            ),
            (
                "schedules/dir.yaml",
                "id: dir\nitem: dir\nbooks:\n  accounting: {method: straight_line, life: 3y, start: 2024-01-01}\n",
            ),
            (
                "contracts/care.yaml",
                "id: care\nside: supplier\nkind: support\nparty: x\nterm: {start: 2024-01-01, length: 3y}\nprice: {amount: 240.00 EUR, per: year}\ncovers: [srv, shop]\n",
            ),
            (
                "contracts/sale.yaml",
                "id: sale\nside: customer\nkind: sla\nparty: x\nterm: {start: 2024-01-01, length: 3y}\nprice: {amount: 9999.00 EUR, per: year}\ncovers: [shop]\n",
            ),
            (
                "services/directory.yaml",
                "id: directory\nname: Directory\nstatus: in_use\ncomponents:\n  - item: dir\n",
            ),
            (
                "services/shop.yaml",
                "id: shop\nname: Shop\nstatus: in_use\ncomponents:\n  - {item: srv, share: 50%}\n  - item: vm\n  - {service: directory, share: 10%}\n",
            ),
            (
                "services/holes.yaml",
                "id: holes\nname: Holes\nstatus: in_use\ncomponents:\n  - item: app\n  - {item: srv, share: 50%}\n  - item: gone\n",
            ),
            ("services/loop.yaml", "id: loop\nname: Loop\nstatus: in_use\ncomponents:\n  - service: loop\n"),
        ])
    }

    fn lines(service: &str) -> Vec<String> {
        cost(service).0
    }

    /// The lines of a service's cost, and how many holes they have.
    fn cost(service: &str) -> (Vec<String>, usize) {
        let snapshot = estate();
        let period =
            Period { start: parse_date("2024-01-01").unwrap(), end: parse_date("2024-12-31").unwrap() };
        let costing = Costing::new(&snapshot, period, "accounting");
        let lines = service_cost(&costing, snapshot.service(service).unwrap()).unwrap();
        let amount = |amount: &Amount| match amount {
            Amount::Known(money) => money.amount_text(),
            Amount::AtLeast(money) => format!(">= {}", money.amount_text()),
            Amount::Missing(reason) => format!("? {reason}"),
            Amount::Carried => "-".to_owned(),
        };
        let shown = lines.iter().map(|line| {
            format!("{} {} | {} {}", line.depth, line.label, amount(&line.amount), line.origin.field)
        });
        (shown.collect(), holes(&lines))
    }

    #[test]
    fn a_service_costs_its_components_by_share() {
        assert_eq!(
            lines("shop"),
            [
                "0 shop: Shop | 840.00 components",
                "1 srv: Server | 660.00 components[0].item",
                "2 depreciation (accounting) | 600.00 books.accounting",
                "2 support care, 1/2 | 60.00 price",
                "1 vm: VM | - components[1].item",
                "2 no price of its own; carried by srv | - relations.hosted_on[0]",
                "1 directory: Directory | 60.00 components[2].service",
                "2 dir: Directory host | 60.00 components[0].item",
                "3 depreciation (accounting) | 60.00 books.accounting",
                "1 support care, 1/2 | 120.00 price",
            ]
        );
    }

    #[test]
    fn holes_are_shown_and_taint_the_totals() {
        assert_eq!(cost("holes").1, 2);
        let lines = lines("holes");
        assert_eq!(lines[0], "0 holes: Holes | >= 660.00 components");
        assert_eq!(
            lines[2],
            "2 not priced | ? no cost, no contract, and nothing priced that carries it cost"
        );
        assert_eq!(lines.last().unwrap(), "1 gone | ? there is no record gone components[2].item");
    }

    #[test]
    fn a_service_that_consumes_itself_is_a_hole() {
        assert_eq!(
            lines("loop")[1],
            "1 loop: Loop | ? the service consumes itself: loop > loop components[0].service"
        );
    }
}
