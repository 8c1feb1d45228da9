//! The part of an audit that a change is answerable for. Everything is read all the same, since
//! uniqueness and references hold over the whole estate; only the findings are chosen.

use std::collections::{BTreeSet, HashSet};

use crate::finding::Finding;
use crate::graph::{self, Resolved};
use crate::model::{Kind, Place, RecordId};
use crate::snapshot::Snapshot;

/// The findings that a change of these files can have to do with: they speak of a changed file, of
/// a record that one refers to, or of a record that refers to one, be it gone.
pub fn of_change(findings: Vec<Finding>, snapshot: &Snapshot, changed: &BTreeSet<&str>) -> Vec<Finding> {
    if findings.is_empty() || changed.iter().any(|path| concerns_everything(path)) {
        return findings;
    }
    let near = neighbourhood(snapshot, changed);
    let speaks_of = |finding: &Finding| {
        let related = finding.related.iter().map(|related| &*related.location.path);
        related.chain([&*finding.location.path]).any(|path| near.contains(path))
    };
    findings.into_iter().filter(speaks_of).collect()
}

/// Settings, schemas and whatever else lies outside of the folders of records.
fn concerns_everything(path: &str) -> bool {
    let in_folder = path.strip_prefix("inventory/").is_some_and(|below| below.contains('/'));
    path == Place::SETTINGS || !in_folder
}

/// The changed files, and those of the records that they refer to or that refer to them.
fn neighbourhood<'a>(snapshot: &'a Snapshot, changed: &BTreeSet<&'a str>) -> HashSet<&'a str> {
    let ids: HashSet<RecordId> = changed
        .iter()
        .filter_map(|path| Place::of(path))
        .map(|place| RecordId { kind: place.kind, id: place.id })
        .collect();
    let mut near: HashSet<&str> = changed.iter().copied().collect();
    for record in snapshot.records() {
        let is_changed = changed.contains(record.path());
        for reference in graph::references(record, snapshot) {
            if is_changed {
                if let Resolved::Record(id) | Resolved::WrongKind(id, _) =
                    graph::resolve(&reference, snapshot)
                {
                    near.extend(snapshot.by_id(&id).map(|target| target.path()));
                }
                continue;
            }
            let kinds = reference.targets.iter().filter_map(|target| Kind::from_name(&target.kind));
            let mut named = kinds.map(|kind| RecordId { kind, id: reference.id.to_owned() });
            if named.any(|id| ids.contains(&id)) {
                near.insert(record.path());
                break;
            }
        }
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::snapshot::testing::{SETTINGS, snapshot};
    use crate::source::Location;

    const SERVER: &str = "class: server\nname: X\nstatus: planned\n";

    /// The paths of `inventory/` with a finding each that stay when `changed` changed.
    fn kept(changed: &[&str]) -> Vec<String> {
        let server = |id: &str, rest: &str| format!("id: {id}\n{SERVER}{rest}");
        let [a, b, c, d] = [
            server("a", "relations: {depends_on: [b]}\n"),
            server("b", "relations: {depends_on: [c]}\n"),
            server("c", ""),
            server("d", "relations: {depends_on: [gone]}\n"),
        ];
        let snapshot = snapshot(&[
            SETTINGS,
            ("items/server/a.yaml", &a),
            ("items/server/b.yaml", &b),
            ("items/server/c.yaml", &c),
            ("items/server/d.yaml", &d),
        ]);
        let finding = |path: &str| Finding::new("r", Level::Error, Location::file(path), "m");
        let findings = snapshot.records().map(|record| finding(record.path())).collect();
        let changed: Vec<String> =
            changed.iter().map(|name| format!("inventory/items/server/{name}.yaml")).collect();
        let changed = changed.iter().map(String::as_str).collect();
        let kept = of_change(findings, &snapshot, &changed);
        kept.iter().map(|finding| finding.location.path.replace("inventory/items/server/", "")).collect()
    }

    #[test]
    fn a_change_answers_for_its_neighbours_and_no_further() {
        assert_eq!(kept(&["a"]), ["a.yaml", "b.yaml"]);
        assert_eq!(kept(&["b"]), ["a.yaml", "b.yaml", "c.yaml"]);
        assert_eq!(kept(&["c"]), ["b.yaml", "c.yaml"]);
        assert_eq!(kept(&["gone"]), ["d.yaml"]);
        assert!(kept(&[]).is_empty());
    }

    #[test]
    fn the_other_place_of_a_finding_counts() {
        let snapshot = snapshot(&[SETTINGS]);
        let twin = Finding::error("r", Location::file("inventory/items/server/x.yaml"), "m")
            .related(Location::file("inventory/items/server/y.yaml"), "here");
        let of = |path: &str| of_change(vec![twin.clone()], &snapshot, &BTreeSet::from([path])).len();
        assert_eq!(of("inventory/items/server/y.yaml"), 1);
        assert_eq!(of("inventory/items/server/z.yaml"), 0);
    }

    #[test]
    fn settings_and_schemas_concern_every_record() {
        for path in ["inventory/settings.yaml", "schemas/server.schema.json", "inventory/other.yaml"] {
            assert!(concerns_everything(path), "{path}");
        }
        assert!(!concerns_everything("inventory/items/server/a.yaml"));
    }
}
