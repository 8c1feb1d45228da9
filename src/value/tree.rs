//! The cost of a service as a tree of lines, each with the record and field it comes from.

use super::basis::whole;
use super::costing::{Cost, NOT_PRICED};
use super::line::{Amount, Branch, Line, Origin};
use super::shares::{Provider, Use};
use super::valuation::Valuation;
use crate::allocation::part;
use crate::model::service::{Component, Service, Target};
use crate::money::MoneyError;

/// Services nest no deeper than this.
const MOST_LEVELS: usize = 32;

/// The cost of a service: its line, then those below it. The lines below one add up to it: the
/// service is rounded, and parts are cut from what is above them. Lines deeper than `depth` are left
/// out, and nothing else changes.
///
/// # Errors
/// A figure too large to be exact.
pub fn explain(valuation: &Valuation<'_>, at: usize, depth: Option<u8>) -> Result<Vec<Line>, MoneyError> {
    let Some(service) = valuation.service(at) else { return Ok(Vec::new()) };
    let most = depth.unwrap_or(u8::MAX);
    let mut walk = Walk { valuation, most, path: Vec::new() };
    let origin = Origin { record: service.0.record_id(), field: "components".into() };
    let exact = valuation.exact(at);
    let branch = walk.service(at, 0, exact, origin, None)?;
    let mut lines = Vec::new();
    branch.settle(valuation, valuation.rounded(at)?, &mut lines)?;
    lines.retain(|line| line.depth <= most);
    Ok(lines)
}

struct Walk<'v, 'a> {
    valuation: &'v Valuation<'a>,
    /// The deepest lines that are told.
    most: u8,
    /// The services between the root and here.
    path: Vec<&'a str>,
}

impl<'a> Walk<'_, 'a> {
    /// A service of which `exact` fine parts are charged here.
    fn service(
        &mut self,
        at: usize,
        depth: u8,
        exact: i128,
        origin: Origin,
        share: Option<String>,
    ) -> Result<Branch, MoneyError> {
        let Some(service) = self.valuation.service(at) else { return Err(MoneyError::Overflow) };
        let id = service.id();
        let label = format!("{id}: {}", service.name());
        if !service.0.is_sound() {
            let reason = format!("service {id} has errors; `estate audit` shows them");
            return Ok(Branch::hole(depth, label, origin, share, reason));
        }
        let mut line = Line { depth, label, origin, share, amount: Amount::Carried };
        if self.path.contains(&id) || self.path.len() >= MOST_LEVELS {
            // Charged back in a circle: what it is made of is told above.
            if exact != 0 {
                line.amount = Amount::Known(self.valuation.money(0)?);
            }
            return Ok(Branch::leaf(line, exact));
        }
        if let Some(sum) = self.valuation.services.get(at).filter(|_| depth >= self.most) {
            return Ok(Branch::told(line, exact, sum));
        }
        self.path.push(id);
        let scale = Scale { part: exact, whole: self.valuation.exact(at) };
        let mut below = Vec::new();
        for component in service.components() {
            below.extend(self.component(at, service, &component, depth.saturating_add(1), scale)?);
        }
        for cost in self.valuation.costing.of_service(id) {
            below.push(self.cost(cost, depth.saturating_add(1), scale)?);
        }
        self.path.pop();
        if below.is_empty() {
            line.amount = Amount::Missing("the service has no components".to_owned());
            return Ok(Branch::leaf(line, 0));
        }
        let mut branch = Branch::sum(line, below);
        branch.exact = exact;
        Ok(branch)
    }

    fn component(
        &mut self,
        at: usize,
        service: Service<'a>,
        component: &Component<'a>,
        depth: u8,
        scale: Scale,
    ) -> Result<Option<Branch>, MoneyError> {
        let origin = |field: &str| Origin {
            record: service.0.record_id(),
            field: format!("components[{}].{field}", component.index),
        };
        Ok(Some(match &component.target {
            Target::Item(id) => self.item(id, (at, component.index, 0), depth, scale, origin("item"))?,
            Target::AnyOf(ids, min_up) => {
                let mut below = Vec::new();
                let mut shown = None;
                for (position, id) in ids.iter().enumerate() {
                    let place = (at, component.index, position);
                    let mut branch =
                        self.item(id, place, depth.saturating_add(1), scale, origin("any_of"))?;
                    // A share is one of the group.
                    shown = branch.line.share.take_if(|_| component.has_share).or(shown);
                    below.push(branch);
                }
                let needed = min_up.map_or_else(String::new, |min_up| format!(", {min_up} needed"));
                let label = format!("any of {} items{needed}", ids.len());
                let line =
                    Line { depth, label, origin: origin("any_of"), share: shown, amount: Amount::Carried };
                Branch::sum(line, below)
            }
            Target::Service(id) => match self.valuation.position(id) {
                None => missing(depth, id, origin("service"), shown_share(component)),
                Some(other) => match self.used(Provider::Service(other), (at, component.index, 0)) {
                    Some((one, flow, charged)) => {
                        let label = || match self.valuation.service(other) {
                            Some(service) => format!("{id}: {}", service.name()),
                            None => (*id).to_owned(),
                        };
                        match &one.part {
                            Ok(_) => {
                                let exact = scale.of(flow)?;
                                let (origin, shown) = (origin("service"), one.shown());
                                let mut branch = self.service(other, depth, exact, origin, shown)?;
                                let is_counted = self.valuation.uses.counts.get(at) == Some(&true);
                                // Deeper lines are parts of what is charged there.
                                branch.charged = (depth == 1 && is_counted).then_some(charged);
                                branch
                            }
                            Err(reason) => {
                                Branch::hole(depth, label(), origin("service"), one.shown(), reason.clone())
                            }
                        }
                    }
                    None => return Ok(None),
                },
            },
        }))
    }

    fn item(
        &self,
        id: &'a str,
        place: (usize, usize, usize),
        depth: u8,
        scale: Scale,
        origin: Origin,
    ) -> Result<Branch, MoneyError> {
        let used = self.used(Provider::Item(id), place);
        let share = used.and_then(|(one, ..)| one.shown());
        let (Some(item), Some((one, flow, _))) = (self.valuation.costing.snapshot.item(id), used) else {
            return Ok(missing(depth, id, origin, share));
        };
        let label = format!("{id}: {}", item.name());
        if let Err(reason) = &one.part {
            return Ok(Branch::hole(depth, label, origin, share, reason.clone()));
        }
        let deeper = depth.saturating_add(1);
        let line = Line { depth, label, origin, share, amount: Amount::Carried };
        let sum = self.valuation.item(id);
        let exact = scale.of(flow)?;
        if let Some(sum) = sum.filter(|_| depth >= self.most) {
            return Ok(Branch::told(line, exact, sum));
        }
        let scale = Scale { part: exact, whole: sum.map_or(0, |sum| whole(&sum.figures)) };
        let mut below = Vec::new();
        for cost in self.valuation.costing.of_item(item) {
            below.push(self.cost(cost, deeper, scale)?);
        }
        if below.is_empty() {
            let record = item.record().record_id();
            below.push(match self.valuation.costing.carrier(item) {
                Some((carrier, field)) => {
                    let label = format!("no price of its own; carried by {carrier}");
                    let origin = Origin { record, field };
                    let line = Line { depth: deeper, label, origin, share: None, amount: Amount::Carried };
                    Branch::leaf(line, 0)
                }
                None => {
                    let reason = "no cost, no contract, and nothing priced that carries it".to_owned();
                    let origin = Origin { record, field: "cost".into() };
                    Branch::hole(deeper, NOT_PRICED.to_owned(), origin, None, reason)
                }
            });
        }
        let mut branch = Branch::sum(line, below);
        branch.exact = exact;
        Ok(branch)
    }

    fn cost(&self, cost: Cost, depth: u8, scale: Scale) -> Result<Branch, MoneyError> {
        let Cost { label, origin, amount, .. } = cost;
        match amount {
            Ok(spans) => {
                let exact = scale.of(spans.iter().sum())?;
                let amount = Amount::Known(self.valuation.money(0)?);
                Ok(Branch::leaf(Line { depth, label, origin, share: None, amount }, exact))
            }
            Err(reason) => Ok(Branch::hole(depth, label, origin, None, reason)),
        }
    }

    /// The use of a provider by a component, with what goes along it in fine parts and, of a service, in
    /// minor units.
    fn used(&self, provider: Provider<'a>, place: (usize, usize, usize)) -> Option<(&Use<'a>, i128, i128)> {
        let uses = &self.valuation.uses.uses;
        let key = |one: &Use<'a>| (one.provider, one.service, one.component, one.position);
        let wanted = (provider, place.0, place.1, place.2);
        let at = uses.binary_search_by(|one| key(one).cmp(&wanted)).ok()?;
        let charged = *self.valuation.charged.get(at)?;
        Some((uses.get(at)?, whole(self.valuation.flows.row(at)), charged))
    }
}

/// How much of a thing is told here: `part ÷ whole` of it.
#[derive(Clone, Copy)]
struct Scale {
    part: i128,
    whole: i128,
}

impl Scale {
    fn of(self, figure: i128) -> Result<i128, MoneyError> {
        if self.part == self.whole {
            return Ok(figure);
        }
        match self.whole.signum() {
            0 => Ok(0),
            sign => part(figure, self.part * sign, self.whole * sign).ok_or(MoneyError::Overflow),
        }
    }
}

fn shown_share(component: &Component<'_>) -> Option<String> {
    component.has_share.then(|| component.share.to_string())
}

fn missing(depth: u8, id: &str, origin: Origin, share: Option<String>) -> Branch {
    Branch::hole(depth, id.to_owned(), origin, share, format!("there is no record {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::{Period, parse_date};
    use crate::snapshot::testing::{SETTINGS, snapshot};
    use crate::value::basis::Basis;
    use crate::value::valuation::AllCosts;

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

    /// How many parts of a cost are not priced; lines that only sum up others do not count.
    fn holes(lines: &[Line]) -> usize {
        let below = lines.iter().skip(1).map(|line| line.depth).chain([0]);
        lines
            .iter()
            .zip(below)
            .filter(|(line, next)| *next <= line.depth && matches!(line.amount, Amount::Missing(_)))
            .count()
    }

    fn lines(service: &str) -> Vec<String> {
        cost(service).0
    }

    /// The lines of a service's cost, and how many holes they have.
    fn cost(service: &str) -> (Vec<String>, usize) {
        let snapshot = estate();
        let period =
            Period { start: parse_date("2024-01-01").unwrap(), end: parse_date("2024-12-31").unwrap() };
        let valuation = AllCosts::of(&snapshot, Basis::new(period, "accounting")).unwrap().services;
        let at = valuation.position(service).unwrap();
        let lines = explain(&valuation, at, None).unwrap();
        assert_eq!(valuation.services[at].holes, holes(&lines), "{service}");
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
