//! Fixes of names: ids, classes, folders, and what refers to them.

use super::rewritten;
use crate::audit::Context;
use crate::edit::Edit;
use crate::finding::Finding;
use crate::graph;
use crate::model::{Kind, Place, Record, is_valid_id};
use crate::suggest;
use crate::yaml::{self, Data, Route};

/// The folder says the class, and the text is nearly it.
pub fn unknown_class(_: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let folder = record.class().filter(|class| context.snapshot.schemas().class(class).is_some())?;
    suggest::certain(record.text("class")?, [folder])?;
    with(record, "class", folder)
}

/// The file moves where its fields say that the class is right and the folder wrong.
pub fn wrong_folder(_: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let (old, class) = (Place::of(record.path())?, record.text("class")?);
    let folder = old.class()?;
    let text = record.source().text();
    let names_folder = text.lines().next().is_some_and(|line| {
        line.starts_with("# yaml-language-server:") && line.ends_with(&format!("/{folder}.schema.json"))
    });
    let as_folder = yaml::set(text, &Route::default().key("class"), &Data::text(folder)).ok()?;
    let fits_folder =
        Record::read(&old, record.path(), as_folder.as_bytes(), context.snapshot.schemas()).is_sound();
    let new = Place::new(Kind::Item, Some(class), record.id()).path();
    let is_certain = record.findings().len() == 1 && !fits_folder && !names_folder;
    (is_certain && context.snapshot.by_path(&new).is_none()).then(|| {
        let mut edit = Edit::default();
        edit.delete(record.path());
        edit.write(new, text);
        edit
    })
}

/// The file's name is right where others refer to it, and where the id in it cannot be the record's.
pub fn id_not_file_name(_: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let written = record.text("id")?;
    let is_taken = context.snapshot.knows(record.kind(), written).is_some();
    let is_referred_to = || !context.graph().referrers(&record.record_id()).is_empty();
    let is_right = is_taken || !is_valid_id(written) || is_referred_to();
    with(record, "id", record.id()).filter(|_| is_right)
}

/// An id in another spelling: `Infra_Team` where `infra-team` is the only one like it.
pub fn dangling_reference(finding: &Finding, record: &Record, context: &Context<'_>) -> Option<Edit> {
    let reference = graph::references(record, context.snapshot)
        .into_iter()
        .find(|reference| reference.route.to_string() == finding.field)?;
    let spelling = |id: &str| id.trim().to_lowercase().replace(['_', ' '], "-");
    let wanted = spelling(reference.id);
    let mut kinds = reference.targets.iter().filter_map(|target| Kind::from_name(&target.kind));
    // Ids are written small and with hyphens, so there is one spelling alone.
    kinds.find(|kind| context.snapshot.knows(*kind, &wanted).is_some())?;
    let mut text = record.source().text().to_owned();
    text.replace_range(reference.span.range(), &wanted);
    rewritten(record, text)
}

fn with(record: &Record, field: &'static str, value: &str) -> Option<Edit> {
    let route = Route::default().key(field);
    rewritten(record, yaml::set(record.source().text(), &route, &Data::text(value)).ok()?)
}
