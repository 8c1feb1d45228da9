use std::collections::HashSet;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::impact::{Consequences, Node, Topology, consequences, down_already};
use crate::model::Kind;
use crate::model::change::Change;

pub static RULE: Rule = Rule {
    id: "clashing-changes",
    level: Level::Warning,
    what: "two changes on the same day together stop a service that neither stops alone",
    why: "Each impact study says that the other half of the redundant pair carries the load; on that day nothing does.",
    bad: "# chg-0042 takes srv-web-01 down on 2026-12-05\n# inventory/changes/chg-0043.yaml\naffects: [srv-web-02]\nscheduled: 2026-12-04\nscheduled_until: 2026-12-06\n",
    good: "# chg-0042 takes srv-web-01 down on 2026-12-05\n# inventory/changes/chg-0043.yaml\naffects: [srv-web-02]\nscheduled: 2026-12-08\n",
    mend: "Move one of the changes to another day.",
    check: Check::Estate {
        watches: &[
            (Kind::Change, "affects"),
            (Kind::Change, "outcome"),
            (Kind::Change, "scheduled"),
            (Kind::Change, "scheduled_until"),
            (Kind::Item, "location"),
            (Kind::Item, "redundancy"),
            (Kind::Item, "relations"),
            (Kind::Item, "status"),
            (Kind::Service, "components"),
            (Kind::Service, "status"),
        ],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let changes = context.snapshot.records().filter(|record| record.kind() == Kind::Change).map(Change);
    let open: Vec<Change<'_>> =
        changes.filter(|change| change.is_open() && change.window().is_some()).collect();
    if open.len() < 2 {
        return;
    }
    let topology = Topology::of(context.snapshot);
    let down = down_already(&topology);
    let stopped = |nodes: &[Node]| services(&topology, &consequences(&topology, nodes, &down));
    // What each of them stops alone is told once, however many others there are on its days.
    let alone = |change: &Change<'_>| {
        let touched = topology.affected(*change);
        let stopped = stopped(&touched);
        (touched, stopped)
    };
    let each: Vec<_> = open.iter().map(alone).collect();
    let open: Vec<_> = open.iter().zip(&each).collect();
    for (at, (first, (a, by_first))) in open.iter().enumerate() {
        for (second, (b, by_second)) in open.iter().skip(at + 1) {
            let days = first.window().zip(second.window()).and_then(|(a, b)| a.intersection(b));
            let Some(days) = days else { continue };
            let both: Vec<Node> = a.iter().chain(b).copied().collect();
            let mut only: Vec<&str> = stopped(&both)
                .iter()
                .filter(|node| !by_first.contains(*node) && !by_second.contains(*node))
                .filter_map(|node| topology.part(*node))
                .map(|part| part.record.id.as_str())
                .collect();
            only.sort_unstable();
            if let Some((first_of_them, rest)) = only.split_first() {
                let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                findings.push(
                    RULE.finding(
                        second.0.at("scheduled"),
                        format!(
                            "with `{}` on {}, service `{first_of_them}`{more} stops, and by neither alone",
                            first.id(),
                            days.start
                        ),
                    )
                    .field("scheduled")
                    .help("move one of the changes to another day"),
                );
            }
        }
    }
}

fn services(topology: &Topology, found: &Consequences) -> HashSet<Node> {
    let is_service = |node: &Node| topology.part(*node).is_some_and(|part| part.record.kind == Kind::Service);
    found.hits.keys().copied().filter(|node| found.is_down(*node) && is_service(node)).collect()
}
