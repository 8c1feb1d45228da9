use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::model::item::Item;
use crate::model::service::{Service, Target};

pub static RULE: Rule = Rule {
    id: "shared-host",
    level: Level::Warning,
    what: "so many items of a redundancy group run on one machine that the service stops with it",
    why: "The group is there so that one failure does no harm; here one failure takes too many members at once.",
    bad: "# inventory/services/web-shop.yaml\ncomponents:\n  - {any_of: [vm-02, vm-03], min_up: 1}\n",
    good: "# inventory/services/web-shop.yaml\ncomponents:\n  - {any_of: [vm-02, srv-web-01], min_up: 1}\n",
    mend: "Move a member to another machine, and correct its `runs_on` or `hosted_on`.",
    check: Check::Estate { watches: &[(Kind::Item, "relations"), (Kind::Service, "components")], run: check },
};

/// What stands in one rack or one room shares power and site by intention more often than not;
/// policies can forbid that where it matters.
const PLACES: [&str; 2] = ["rack", "location"];

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    context.snapshot.services().for_each(|service| check_groups(service, context, findings));
}

fn check_groups(service: Service<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for component in service.components() {
        let Target::AnyOf(items, least) = &component.target else { continue };
        let mut hosts: Vec<(&str, usize)> = Vec::new();
        for host in items.iter().flat_map(|item| hosts_of(item, context)) {
            match hosts.iter_mut().find(|(known, _)| *known == host) {
                Some((_, members)) => *members += 1,
                None => hosts.push((host, 1)),
            }
        }
        let least = least.and_then(|least| usize::try_from(least).ok()).unwrap_or(1);
        for (host, members) in hosts.into_iter().filter(|(_, members)| *members > 1) {
            if items.len().saturating_sub(members) < least {
                let field = format!("components[{}].any_of", component.index);
                let message = format!("{members} of {} items of the group stop with `{host}`", items.len());
                findings.push(
                    RULE.finding(service.0.at_key(&field), message)
                        .field(field)
                        .help("move a member to another machine, and correct its `runs_on` or `hosted_on`"),
                );
            }
        }
    }
}

/// The machines with which an item stops: itself and those it runs on, each once.
fn hosts_of<'a>(id: &str, context: &Context<'a>) -> Vec<&'a str> {
    let Some(item) = context.snapshot.item(id) else { return Vec::new() };
    let is_machine = |host: &&str| {
        let class = context.snapshot.item(host).map_or("", |host: Item<'_>| host.class());
        !class.is_empty() && !PLACES.contains(&class)
    };
    let mut hosts: Vec<&str> = item
        .related("runs_on")
        .chain(item.related("hosted_on"))
        .filter(is_machine)
        .chain([item.id()])
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}
