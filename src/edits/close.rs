//! Closing a period, and opening it again.

use crate::closing::{self, Assets};
use crate::date::{Date, Period, day_before};
use crate::edit::Edit;
use crate::model::closing::{Closing, FIGURES};
use crate::model::slug::slug;
use crate::model::{Kind, Place};
use crate::money::{Money, MoneyError};
use crate::schedule::{ENGINE, Planner};
use crate::snapshot::Snapshot;
use crate::yaml::{self, Data, MAX_FILE_BYTES, Route};

use super::{EditError, new_text};

/// What is closed: a period by its name, in some books.
pub struct Closure<'a> {
    pub name: &'a str,
    pub period: Period,
    pub books: &'a [String],
    /// Whether the books are a choice: the closing is then named after them too.
    pub some_books: bool,
    pub on: Date,
    /// Who does it.
    pub by: &'a str,
    /// The commit whose files the snapshot holds.
    pub computed_from: &'a str,
}

impl Closure<'_> {
    /// The id of the closing's record: `fy2025`, or `fy2025-tax` for that book alone.
    pub fn id(&self) -> String {
        let mut words = vec![self.name];
        if self.some_books {
            words.extend(self.books.iter().map(String::as_str));
        }
        slug(&words.join(" "))
    }
}

/// Closes a period: an edit, and the tag to set on its commit.
///
/// # Errors
/// A period that is closed already or not over, items without figures, several currencies in a book.
pub fn close(snapshot: &Snapshot, closure: &Closure<'_>) -> Result<(Edit, String), EditError> {
    let id = closure.id();
    let place = Place::new(Kind::Closing, None, &id);
    let before = snapshot.get(Kind::Closing, &id);
    if before.is_some_and(|record| Closing(record).is_closed()) {
        return Err(EditError::new(format!("{} is closed already", closure.name)).help(format!(
            "`estate close --verify {0}` checks it; `estate close --reopen {0}` opens it again",
            closure.name
        )));
    }
    if closure.period.end >= closure.on {
        let Period { end, .. } = closure.period;
        return Err(EditError::new(format!("{} ends on {end} and is not over", closure.name))
            .help("a period is closed when nothing more can happen in it"));
    }
    for book in closure.books {
        refuse_disorder(snapshot, closure, book)?;
    }
    let planner = Planner::new(snapshot);
    let mut books = Vec::new();
    for book in closure.books {
        let assets = closing::assets(snapshot, &planner, book, closure.period);
        books.push((book.clone(), book_data(book, &assets)?));
    }
    let done = before.and_then(|record| record.field("log")).into_iter().flat_map(|log| log.elements());
    let mut log: Vec<Data> = done.map(Data::from).collect();
    // Each closing has a tag of its own, and none is ever moved.
    let action = Route::parse("action");
    let is_close = |entry: &&Data| entry.get(&action).and_then(Data::as_text) == Some("close");
    let earlier = log.iter().filter(is_close).count();
    let again = if earlier == 0 { String::new() } else { format!(".{}", earlier + 1) };
    let tag = format!("{}{id}{again}", Closing::TAGS);
    log.push(Data::map([
        ("date", closure.on.to_string()),
        ("action", "close".to_owned()),
        ("by", closure.by.to_owned()),
    ]));
    let fields = Data::map([
        ("period", Data::text(closure.name)),
        ("start", Data::text(closure.period.start.to_string())),
        ("end", Data::text(closure.period.end.to_string())),
        ("status", Data::text("closed")),
        ("computed_from", Data::text(closure.computed_from)),
        ("engine", Data::plain(ENGINE)),
        ("rule_data", Data::text(closing::rule_data())),
        ("tag", Data::text(tag.as_str())),
        ("books", Data::Map(books)),
        ("log", Data::List(log)),
    ]);
    let Some(schema) = snapshot.schemas().get(Kind::Closing.name()) else {
        return Err(EditError::new("there is no schema of closings"));
    };
    let text = new_text(&place, schema, &fields);
    if text.len() > MAX_FILE_BYTES {
        return Err(EditError::new(format!("the closing of {} is too large for one record", closure.name))
            .help("close one book at a time with --book"));
    }
    let mut edit = Edit::new(format!("Close {}", closure.name));
    edit.body = format!("Computed from {}", closure.computed_from);
    edit.write(place.path(), text);
    Ok((edit, tag))
}

/// Opens a closed period again: its figures may change, and the reason stays on record.
///
/// # Errors
/// When the period is not closed, or a closed one rests on it.
pub fn reopen(snapshot: &Snapshot, closure: &Closure<'_>, reason: &str) -> Result<Edit, EditError> {
    let id = &closure.id();
    let closed = snapshot.get(Kind::Closing, id).filter(|record| Closing(record).is_closed());
    let Some(record) = closed else {
        return Err(EditError::new(format!("{id} is not closed")).help("`estate list closing` shows what is"));
    };
    let name = Closing(record).name();
    refuse_under_others(snapshot, Closing(record))?;
    let mut edit = Edit::new(format!("Reopen {name}"));
    edit.body = reason.to_owned();
    let status = yaml::set(record.source().text(), &Route::parse("status"), &Data::text("reopened"))?;
    let entry = [
        ("date", closure.on.to_string()),
        ("action", "reopen".to_owned()),
        ("by", closure.by.to_owned()),
        ("reason", reason.to_owned()),
    ];
    edit.write(record.path(), yaml::append(&status, &Route::parse("log"), &Data::map(entry))?);
    Ok(edit)
}

/// Once a book was closed, its periods follow each other: what lies between two could change the later.
/// What a longer period closed is closed.
fn refuse_disorder(snapshot: &Snapshot, closure: &Closure<'_>, book: &str) -> Result<(), EditError> {
    let own = closure.period;
    let holds = |period: Period| period != own && period.start <= own.start && own.end <= period.end;
    if let Some((longer, _)) = closing::closed_periods(snapshot, book).find(|(_, period)| holds(*period)) {
        let (name, longer) = (closure.name, longer.name());
        return Err(EditError::new(format!(
            "{name} is closed already in the book {book}: {longer} holds it"
        ))
        .help(format!("`estate close --verify {longer}` checks it")));
    }
    match closing::first_open_day(snapshot, book).filter(|next| *next < closure.period.start) {
        None => Ok(()),
        Some(next) => {
            let closed = day_before(next);
            Err(EditError::new(format!("the book {book} is closed until {closed}, and open after it"))
                .help(format!("periods are closed in order: close the one that begins on {next} first")))
        }
    }
}

/// The figures of a later period, or of a year, rest on those of the months before its end.
fn refuse_under_others(snapshot: &Snapshot, closing: Closing<'_>) -> Result<(), EditError> {
    let Some(own) = closing.period() else { return Ok(()) };
    for book in closing.books() {
        let rests =
            |period: Period| period.end > own.end || (period.end == own.end && period.start < own.start);
        let later = closing::closed_periods(snapshot, book.name).filter(|(_, period)| rests(*period));
        if let Some((later, _)) = later.max_by_key(|(_, period)| period.end) {
            let (name, later) = (closing.name(), later.name());
            return Err(EditError::new(format!(
                "{later} is closed, and its figures rest on those of {name}"
            ))
            .help(format!("open {later} again first; or date what turned up in the first open period")));
        }
    }
    Ok(())
}

fn book_data(book: &str, assets: &Assets<'_>) -> Result<Data, EditError> {
    if let Some((item, why)) = assets.holes.first_key_value() {
        let more = match assets.holes.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        return Err(EditError::new(format!("the book {book} cannot be closed: {item}: {why}{more}"))
            .help("totals over what cannot be computed would be wrong; `estate audit` shows every place"));
    }
    let mut fields = vec![("items".to_owned(), Data::plain(assets.known.len()))];
    let totals = totals(assets).map_err(|error| {
        EditError::new(format!("the book {book} cannot be closed: {error}"))
            .help("a book that is closed has one currency")
    })?;
    let names = FIGURES.iter().map(|name| (*name).to_owned());
    let figures = totals.iter().flatten().map(|money| Data::text(money.to_string()));
    fields.extend(names.zip(figures));
    let lines: String = assets.known.iter().map(|(item, asset)| asset.line(item)).collect();
    fields.push(("assets".to_owned(), Data::text(lines)));
    Ok(Data::Map(fields))
}

fn totals(assets: &Assets<'_>) -> Result<Option<[Money; 4]>, MoneyError> {
    let mut totals: Option<[Money; 4]> = None;
    for asset in assets.known.values() {
        match &mut totals {
            None => totals = Some(asset.figures),
            Some(totals) => {
                for (total, figure) in totals.iter_mut().zip(asset.figures) {
                    *total = total.checked_add(figure)?;
                }
            }
        }
    }
    Ok(totals)
}

#[cfg(test)]
#[path = "close_tests.rs"]
mod tests;
