//! A sighting: somebody looked at items and found them as their records say.

use super::EditError;
use crate::date::Date;
use crate::edit::Edit;
use crate::model::item::{Item, Status};
use crate::yaml::{self, Data, Route};

/// Who saw the items, and when.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    pub on: Date,
    pub by: &'a str,
    /// What was seen beside, for the commit's message.
    pub note: Option<&'a str>,
}

/// Writes the sighting in each item. An item that has it already is left alone, so the same stock-take
/// can be entered twice.
///
/// # Errors
/// When an item cannot have been seen on that day, or was seen later already.
pub fn verify(items: &[Item<'_>], sighting: &Sighting<'_>) -> Result<Edit, EditError> {
    let mut edit = Edit::new(summary(items, sighting));
    edit.body = body(items, sighting);
    for item in items {
        refuse_unseen(*item, sighting.on)?;
        let before = item.record().source().text();
        let text = sighted(*item, sighting)?;
        if text != before {
            edit.write(item.record().path(), text);
        }
    }
    Ok(edit)
}

/// The item's text with the sighting. The fields are set one by one where there are some, so that
/// comments and the style of the mapping stay.
fn sighted(item: Item<'_>, sighting: &Sighting<'_>) -> Result<String, EditError> {
    let text = item.record().source().text();
    let on = sighting.on.to_string();
    if !item.record().get("verified").is_some_and(|verified| verified.is_mapping() && !verified.is_empty()) {
        let fields = [("on", Data::text(on)), ("by", Data::text(sighting.by))];
        return Ok(yaml::set(text, &Route::parse("verified"), &Data::map(fields))?);
    }
    let text = yaml::set(text, &Route::parse("verified.on"), &Data::text(on))?;
    Ok(yaml::set(&text, &Route::parse("verified.by"), &Data::text(sighting.by))?)
}

fn refuse_unseen(item: Item<'_>, on: Date) -> Result<(), EditError> {
    let id = item.id();
    let record = item.record();
    if let Some(acquired) = record.date("acquired").filter(|acquired| on < *acquired) {
        return Err(EditError::new(format!("{id} was acquired on {acquired} and cannot be seen on {on}"))
            .help(format!("correct the day, or the record with `estate set {id} acquired=DATE`")));
    }
    if let Some(status) = item.status().filter(|status| !can_be_seen(*status)) {
        return Err(EditError::new(format!("{id} is {status}: there is nothing to be seen")).help(format!(
            "if it is there all the same, say so with `estate set {id} status=STATUS` first"
        )));
    }
    match record.date("verified.on").filter(|seen| *seen > on) {
        None => Ok(()),
        Some(seen) => Err(EditError::new(format!("{id} was seen on {seen} already, later than on {on}"))
            .help(format!("if {seen} is wrong, correct it with `estate set {id} verified.on={on}`"))),
    }
}

/// What is out of service may stand in a corner still; what was never here or has left cannot.
fn can_be_seen(status: Status) -> bool {
    status.is_present() || status == Status::Retired
}

fn summary(items: &[Item<'_>], sighting: &Sighting<'_>) -> String {
    match items {
        [item] => format!("Verify {} on {}", item.id(), sighting.on),
        _ => format!("Verify {} items on {}", items.len(), sighting.on),
    }
}

/// The note, and the items where the summary does not name them.
fn body(items: &[Item<'_>], sighting: &Sighting<'_>) -> String {
    let ids: Vec<&str> = items.iter().map(Item::id).collect();
    let list = if ids.len() > 1 { ids.join("\n") } else { String::new() };
    let parts = sighting.note.into_iter().chain(Some(list.as_str()));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::Snapshot;
    use crate::snapshot::testing::snapshot;

    fn one(fields: &str) -> Snapshot {
        let text = format!("id: a\nclass: server\nname: A\n{fields}");
        snapshot(&[("items/server/a.yaml", text.as_str())])
    }

    fn verified(estate: &Snapshot, on: &str) -> Result<Option<String>, EditError> {
        let sighting = Sighting { on: parse_date(on).unwrap(), by: "anna", note: None };
        let edit = verify(&[estate.item("a").unwrap()], &sighting)?;
        Ok(edit.files().next().map(|(_, text)| text.unwrap().to_owned()))
    }

    #[test]
    fn only_the_sighting_changes() {
        let old = "status: in_use # since long\nverified: {by: bert, on: 2024-01-02} # in the rack\nserial:  '012'\n";
        let text = verified(&one(old), "2026-02-28").unwrap().unwrap();
        let new = old.replace("bert", "anna").replace("2024-01-02", "2026-02-28");
        assert_eq!(text, format!("id: a\nclass: server\nname: A\n{new}"));
        // Again, and there is nothing to write.
        let estate = snapshot(&[("items/server/a.yaml", text.as_str())]);
        assert_eq!(verified(&estate, "2026-02-28"), Ok(None));
    }

    #[test]
    fn a_first_sighting_is_added() {
        let text = verified(&one("status: in_use\n# end\n"), "2026-02-28").unwrap().unwrap();
        let after = snapshot(&[("items/server/a.yaml", text.as_str())]);
        let record = after.item("a").unwrap().record();
        assert_eq!(
            (record.text("verified.on"), record.text("verified.by")),
            (Some("2026-02-28"), Some("anna"))
        );
        assert!(text.starts_with("id: a\nclass: server\nname: A\nstatus: in_use\n"), "{text}");
    }

    #[test]
    fn what_cannot_have_been_seen_is_refused() {
        for (fields, on, why) in [
            ("status: in_use\nacquired: 2026-01-10\n", "2026-01-09", "acquired on 2026-01-10"),
            ("status: lost\n", "2026-01-09", "is lost"),
            ("status: ordered\n", "2026-01-09", "is ordered"),
            (
                "status: in_use\nverified: {on: 2026-01-10, by: b}\n",
                "2026-01-09",
                "seen on 2026-01-10 already",
            ),
        ] {
            let error = verified(&one(fields), on).unwrap_err();
            assert!(error.message.contains(why) && error.help.is_some(), "{error:?}");
        }
        // The day of the delivery, and what is out of service but ours.
        assert!(verified(&one("status: in_use\nacquired: 2026-01-10\n"), "2026-01-10").unwrap().is_some());
        assert!(verified(&one("status: retired\n"), "2026-01-10").unwrap().is_some());
    }

    #[test]
    fn the_commit_says_what_was_seen_and_how() {
        let (a, b) = (
            "id: a\nclass: server\nname: A\nstatus: in_use\n",
            "id: b\nclass: server\nname: B\nstatus: in_use\n",
        );
        let estate = snapshot(&[("items/server/a.yaml", a), ("items/server/b.yaml", b)]);
        let items: Vec<Item<'_>> = estate.items().collect();
        let sighting =
            Sighting { on: parse_date("2026-02-28").unwrap(), by: "anna", note: Some("stock-take") };
        assert_eq!(
            verify(&items, &sighting).unwrap().message(),
            "Verify 2 items on 2026-02-28\n\nstock-take\n\na\nb\n"
        );
        assert_eq!(
            verify(&items[..1], &sighting).unwrap().message(),
            "Verify a on 2026-02-28\n\nstock-take\n"
        );
    }
}
