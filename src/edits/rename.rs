//! Another id, or another class, for a record: its file moves, and who refers to it follows.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{EditError, schema_line};
use crate::edit::Edit;
use crate::graph::{Resolved, references, resolve};
use crate::model::{Kind, Place, Record, RecordId};
use crate::snapshot::Snapshot;
use crate::yaml::quote_flow;

/// Gives a record another id, in its file, its file's name and every reference. The schedule that an
/// item shares its id with is renamed along. `snapshot` must hold the whole estate.
///
/// # Errors
/// When the id is taken.
pub fn rename(snapshot: &Snapshot, record: &Record, new_id: &str) -> Result<Edit, EditError> {
    let mut renamed = vec![record];
    if record.kind() == Kind::Item {
        renamed.extend(
            snapshot
                .get(Kind::Schedule, record.id())
                .filter(|schedule| schedule.text("item") == Some(record.id())),
        );
    }
    for record in &renamed {
        if snapshot.knows(record.kind(), new_id).is_some() {
            return Err(EditError::new(format!("{}/{new_id} exists already", record.kind()))
                .help("choose another id"));
        }
    }
    let renamed: Vec<RecordId> = renamed.iter().map(|record| record.record_id()).collect();
    let mut edit = Edit::new(format!("Rename {} to {new_id}", record.id()));
    for record in snapshot.records() {
        let mut spans: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        let moves = renamed.contains(&record.record_id());
        if moves && let Some(id) = record.field("id") {
            spans.insert(id.span().start as usize, id.span().range());
        }
        for reference in references(record, snapshot) {
            if matches!(resolve(&reference, snapshot), Resolved::Record(target) if renamed.contains(&target))
            {
                spans.insert(reference.span.start as usize, reference.span.range());
            }
        }
        if spans.is_empty() {
            continue;
        }
        let mut text = record.source().text().to_owned();
        for range in spans.into_values().rev() {
            text.replace_range(range, &quote_flow(new_id));
        }
        // What happened under a contract lies in the contract's folder.
        let follows = record.kind() == Kind::Execution
            && renamed.iter().any(|id| id.kind == Kind::Contract && record.text("contract") == Some(&id.id));
        let folder = if follows { Some(new_id) } else { record.folder() };
        let place = Place::new(record.kind(), folder, if moves { new_id } else { record.id() });
        if place.path() != record.path() {
            edit.delete(record.path());
        }
        edit.write(place.path(), text);
    }
    Ok(edit)
}

/// Files an item whose text names another class than its folder under that class, and points the
/// line for editors to that schema.
pub fn file_by_class(edit: &mut Edit, record: &Record, text: String, class: &str) {
    let old = Place::new(Kind::Item, record.class(), record.id());
    let new = Place::new(Kind::Item, Some(class), record.id());
    let text = text.replacen(&schema_line(&old), &schema_line(&new), 1);
    if new.path() != record.path() {
        edit.delete(record.path());
    }
    edit.write(new.path(), text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::snapshot;

    #[test]
    fn every_reference_follows_and_nothing_else_changes() {
        let estate = snapshot(&[
            ("items/server/a.yaml", "id: a   # first\nclass: server\nname: a\nstatus: in_use\nserial: a\n"),
            (
                "items/server/b.yaml",
                "id: b\nclass: server\nname: B\nstatus: in_use\nrelations: {runs_on: [\"a\", c]}\n",
            ),
            ("schedules/a.yaml", "id: a\nitem: a\nbooks: {}\n"),
            ("parties/a.yaml", "id: a\nname: A\nkind: team\n"),
            (
                "services/s.yaml",
                "id: s\nname: S\nstatus: in_use\nconsumers:\n  a: 100%\ncomponents:\n  - {item: a}\n",
            ),
        ]);
        let files = |id: &str, kind| {
            let edit = rename(&estate, estate.get(kind, id).unwrap(), "new").unwrap();
            let of = |(path, text): (&str, Option<&str>)| (path.to_owned(), text.map(str::to_owned));
            edit.files().map(of).collect::<BTreeMap<_, _>>()
        };
        let item = files("a", Kind::Item);
        let text = |path: &str| item[&format!("inventory/{path}")].as_deref();
        assert_eq!(item.len(), 6);
        assert_eq!(text("items/server/a.yaml"), None);
        assert_eq!(
            text("items/server/new.yaml").unwrap(),
            "id: new   # first\nclass: server\nname: a\nstatus: in_use\nserial: a\n"
        );
        assert!(text("items/server/b.yaml").unwrap().ends_with("{runs_on: [new, c]}\n"));
        assert_eq!(text("schedules/new.yaml").unwrap(), "id: new\nitem: new\nbooks: {}\n");
        assert!(text("services/s.yaml").unwrap().ends_with("  a: 100%\ncomponents:\n  - {item: new}\n"));
        let party = files("a", Kind::Party);
        assert_eq!(party.len(), 3);
        assert!(
            party["inventory/services/s.yaml"]
                .as_deref()
                .unwrap()
                .contains("  new: 100%\ncomponents:\n  - {item: a}")
        );
        assert!(
            rename(&estate, estate.get(Kind::Item, "a").unwrap(), "b")
                .unwrap_err()
                .message
                .contains("already")
        );
    }

    #[test]
    fn another_class_is_another_folder_and_schema() {
        let text =
            "# yaml-language-server: $schema=../../../schemas/server.schema.json\nid: a\nclass: laptop\n";
        let estate = snapshot(&[("items/server/a.yaml", "id: a\nclass: server\n")]);
        let mut edit = Edit::new("");
        file_by_class(&mut edit, estate.get(Kind::Item, "a").unwrap(), text.to_owned(), "laptop");
        let files: Vec<_> = edit.files().collect();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].0, "inventory/items/laptop/a.yaml");
        assert!(
            files[0]
                .1
                .unwrap()
                .starts_with("# yaml-language-server: $schema=../../../schemas/laptop.schema.json\n")
        );
        assert_eq!(files[1], ("inventory/items/server/a.yaml", None));
    }
}
