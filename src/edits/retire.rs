//! The end of an item: its record and its schedules say so together.

use super::EditError;
use crate::closing;
use crate::date::Date;
use crate::edit::Edit;
use crate::graph::Graph;
use crate::model::item::{Item, Status};
use crate::model::schedule::Schedule;
use crate::model::{Kind, RecordId};
use crate::money::Money;
use crate::snapshot::Snapshot;
use crate::yaml::{self, Data, Route};

/// How an item ends.
#[derive(Clone, Debug)]
pub struct Retirement<'a> {
    pub date: Date,
    /// How it left the organisation: `sale`, `scrap`, `loss` or `donation`. Without one it is out of
    /// service, and still ours.
    pub disposal: Option<&'a str>,
    pub price: Option<Money>,
    pub reason: Option<&'a str>,
}

/// Writes the end of an item and, if it left the organisation, the disposal in its schedules.
///
/// # Errors
/// When the item left already, or its record cannot be changed.
pub fn retire(snapshot: &Snapshot, item: Item<'_>, retirement: &Retirement<'_>) -> Result<Edit, EditError> {
    refuse_ended(item, retirement)?;
    let (id, date) = (item.id(), retirement.date.to_string());
    let record = item.record();
    let status = match retirement.disposal {
        None => Status::Retired,
        Some("loss") => Status::Lost,
        Some(_) => Status::Disposed,
    };
    let mut text = yaml::set(record.source().text(), &Route::parse("status"), &status.name().into())?;
    // An item out of service since earlier leaves the house now.
    if item.retired().is_none() {
        text = yaml::set(&text, &Route::parse("retired"), &date.as_str().into())?;
    }
    let mut edit = Edit::new(summary(id, retirement));
    edit.body = retirement.reason.unwrap_or_default().to_owned();
    if let Some(kind) = retirement.disposal {
        text = yaml::set(&text, &Route::parse("disposal"), &disposal(&date, kind, retirement))?;
        for schedule in snapshot.schedules().filter(|schedule| schedule.item() == Some(id)) {
            if !has_disposal(schedule) {
                let record = schedule.0;
                let posted = posted(snapshot, schedule, retirement.date).map(|day| day.to_string());
                let event = event(&date, posted.as_deref(), kind, retirement);
                edit.write(
                    record.path(),
                    yaml::append(record.source().text(), &Route::parse("events"), &event)?,
                );
            }
        }
    }
    edit.write(record.path(), text);
    Ok(edit)
}

fn refuse_ended(item: Item<'_>, retirement: &Retirement<'_>) -> Result<(), EditError> {
    let id = item.id();
    let gone = match item.status() {
        Some(status @ (Status::Disposed | Status::Lost)) => Some(status),
        Some(Status::Retired) if retirement.disposal.is_none() => Some(Status::Retired),
        _ => None,
    };
    let Some(status) = gone else { return Ok(()) };
    let on = item.record().date("disposal.date").or(item.retired());
    let on = on.map(|date| format!(" since {date}")).unwrap_or_default();
    let help = match status {
        Status::Retired => "say how it left the organisation with --kind".to_owned(),
        _ => format!("correct the record with `estate edit {id}` if that is wrong"),
    };
    Err(EditError::new(format!("{id} is {status} already{on}")).help(help))
}

fn summary(id: &str, retirement: &Retirement<'_>) -> String {
    let price = retirement.price.map(|price| format!(" for {price}")).unwrap_or_default();
    match retirement.disposal {
        None => format!("Retire {id} on {}", retirement.date),
        Some("sale") => format!("Sell {id}{price} on {}", retirement.date),
        Some("loss") => format!("Write off {id}, lost on {}", retirement.date),
        Some("donation") => format!("Give {id} away on {}", retirement.date),
        Some(_) => format!("Scrap {id}{price} on {}", retirement.date),
    }
}

fn disposal(date: &str, kind: &str, retirement: &Retirement<'_>) -> Data {
    let mut fields = vec![("date", Data::text(date)), ("kind", Data::text(kind))];
    fields.extend(retirement.price.map(|price| ("price", Data::text(price.to_string()))));
    fields.extend(retirement.reason.map(|reason| ("reason", Data::text(reason))));
    Data::map(fields)
}

/// What is said of a disposal that closed periods put off; `None` where there are none.
pub fn put_off(snapshot: &Snapshot, id: &str, date: Date) -> Option<String> {
    let schedules = snapshot.schedules().filter(|schedule| schedule.item() == Some(id));
    let posted = schedules.filter_map(|schedule| posted(snapshot, schedule, date)).max()?;
    Some(format!("the books of {date} are closed: the disposal is posted on {posted}, with a catch-up"))
}

/// The first open day of the schedule's books, where the period of `date` is closed in one of them.
fn posted(snapshot: &Snapshot, schedule: Schedule<'_>, date: Date) -> Option<Date> {
    let open = schedule.books().filter_map(|plan| closing::first_open_day(snapshot, plan.book)).max();
    open.filter(|open| date < *open)
}

fn event(date: &str, posted: Option<&str>, kind: &str, retirement: &Retirement<'_>) -> Data {
    let mut fields = vec![("date", Data::text(date))];
    fields.extend(posted.map(|posted| ("posted", Data::text(posted))));
    fields.extend([("kind", Data::text("disposal")), ("disposal", Data::text(kind))]);
    fields.extend(retirement.price.map(|price| ("proceeds", Data::text(price.to_string()))));
    fields.extend(retirement.reason.map(|reason| ("reason", Data::text(reason))));
    Data::map(fields)
}

fn has_disposal(schedule: Schedule<'_>) -> bool {
    let events = schedule.0.field("events").into_iter().flat_map(|events| events.elements());
    events.into_iter().any(|event| event.field("kind").and_then(|kind| kind.text()) == Some("disposal"))
}

/// What still counts on an item: a sentence for each contract, service and item that names it.
pub fn still_used(snapshot: &Snapshot, id: &str) -> Vec<String> {
    let graph = Graph::of(snapshot);
    let target = RecordId { kind: Kind::Item, id: id.to_owned() };
    let sentence = |reference: &crate::graph::Reference<'_>| {
        let from = reference.from;
        let place = from.at_span(reference.span);
        match from.kind() {
            Kind::Contract => Some(format!("the contract {} still covers it ({place})", from.id())),
            Kind::Service => Some(format!("the service {} still uses it ({place})", from.id())),
            Kind::Item if Item(from).status().is_some_and(Status::is_active) => {
                Some(format!("{} still names it under {} ({place})", from.id(), reference.relation()))
            }
            _ => None,
        }
    };
    graph.referrers(&target).iter().filter_map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::snapshot;

    const ITEM: &str = "id: a\nclass: server\nname: A\nstatus: in_use # since long\n";

    fn estate(item: &str) -> Snapshot {
        snapshot(&[
            ("items/server/a.yaml", item),
            (
                "schedules/a.yaml",
                "id: a\nitem: a\nbooks: {accounting: {method: straight_line, life: 5y, start: 2023-01-01}}\n",
            ),
            ("services/s.yaml", "id: s\nname: S\nstatus: in_use\ncomponents:\n  - {item: a}\n"),
        ])
    }

    fn sale<'a>(disposal: Option<&'a str>) -> Retirement<'a> {
        Retirement {
            date: parse_date("2026-09-15").unwrap(),
            disposal,
            price: disposal.map(|_| "750.00 EUR".parse().unwrap()),
            reason: Some("too old"),
        }
    }

    #[test]
    fn a_sale_is_written_in_the_item_and_its_schedule() {
        let estate = estate(ITEM);
        let edit = retire(&estate, estate.item("a").unwrap(), &sale(Some("sale"))).unwrap();
        let files: Vec<_> = edit.files().map(|(_, text)| text.unwrap()).collect();
        let ended = ITEM.replace("in_use", "disposed");
        assert_eq!(
            files[0],
            format!(
                "{ended}retired: 2026-09-15\ndisposal:\n  date: 2026-09-15\n  kind: sale\n  price: 750.00 EUR\n  reason: too old\n"
            )
        );
        assert!(files[1].ends_with(
            "events:\n  - {date: 2026-09-15, kind: disposal, disposal: sale, proceeds: 750.00 EUR, reason: too old}\n"
        ), "{}", files[1]);
        assert_eq!(edit.message(), "Sell a for 750.00 EUR on 2026-09-15\n\ntoo old\n");
        let after = estate.with(&edit);
        assert_eq!(after.findings().map(|f| f.message.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(
            retire(&after, after.item("a").unwrap(), &sale(Some("scrap")))
                .unwrap_err()
                .message
                .contains("disposed already since 2026-09-15")
        );
    }

    #[test]
    fn what_is_only_out_of_service_may_leave_later() {
        let estate =
            estate(&ITEM.replace("in_use", "retired").replace("name: A", "name: A\nretired: 2026-01-01"));
        let item = estate.item("a").unwrap();
        assert!(
            retire(&estate, item, &sale(None))
                .unwrap_err()
                .message
                .contains("retired already since 2026-01-01")
        );
        let edit = retire(&estate, item, &sale(Some("loss"))).unwrap();
        let text = edit.files().next().unwrap().1.unwrap();
        assert!(text.contains("retired: 2026-01-01") && text.contains("status: lost"), "{text}");
    }

    #[test]
    fn who_still_counts_on_it_is_named_with_the_place() {
        assert_eq!(
            still_used(&estate(ITEM), "a"),
            ["the service s still uses it (inventory/services/s.yaml:5:12)"]
        );
    }
}
