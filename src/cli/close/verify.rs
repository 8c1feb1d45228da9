//! Whether closed periods are still what was closed.

use std::collections::BTreeMap;

use estate::closing::{self, Restatement, What};
use estate::model::closing::Closing;
use estate::model::{Kind, Place, Record};
use estate::report::{Cell, Column, Report, Section};
use estate::schedule::{ENGINE, Planner};
use estate::snapshot::Snapshot;
use estate::store::{CommitInfo, PathChange, Store};

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::super::signing::{Judge, SignatureArgs};

/// The fields of a closing that nothing may change once it is written.
const FROZEN: [&str; 8] = ["period", "start", "end", "computed_from", "engine", "rule_data", "tag", "books"];

pub fn run(
    context: &Context,
    store: &Store,
    name: Option<&str>,
    signatures: &SignatureArgs,
) -> anyhow::Result<Exit> {
    let judge = Judge::new(store, signatures)?;
    let snapshot = context.snapshot(store)?;
    let closings: Vec<Closing<'_>> = snapshot.of_kind(Kind::Closing).map(Closing).collect();
    let wanted = |id: &str, period: &str| {
        name.is_none_or(|name| name.eq_ignore_ascii_case(id) || name.eq_ignore_ascii_case(period))
    };
    let chosen: Vec<Closing<'_>> =
        closings.iter().copied().filter(|closing| wanted(closing.id(), closing.name())).collect();
    let mut verdict = Verdict::new();
    for (id, why) in deleted(store, &snapshot)? {
        if wanted(&id, &id) {
            verdict.push(&id, "", "", "deleted", why);
        }
    }
    let mut verified = 0;
    for closing in chosen.iter().filter(|closing| closing.is_closed()) {
        verdict.check(store, &judge, &snapshot, *closing)?;
        verified += 1;
    }
    for closing in chosen.iter().filter(|closing| !closing.is_closed()) {
        let why =
            if closing.0.is_sound() { "is open again" } else { "has errors: `estate audit` shows them" };
        verdict.notes.push(format!("{} {why}", closing.id()));
    }
    let found = verdict.section.rows.len();
    if found == 0 && chosen.is_empty() {
        let why = name.map_or("no period is closed".to_owned(), |name| format!("{name} is not closed"));
        return Err(Failure::nothing(why).hint("`estate close FY2025` closes one").into());
    }
    verdict.notes.extend(judge.note());
    verdict.notes.insert(0, format!("{verified} closed periods computed again, {found} differences"));
    let report = context.report("closings", "Closed periods", &snapshot).section(verdict.section);
    context.show(&verdict.notes.into_iter().fold(report, Report::note))?;
    Ok(if found > 0 { Exit::Findings } else { Exit::Done })
}

/// Closings that were there once, by id, and where they went. Tags tell, and so does the history.
fn deleted(store: &Store, snapshot: &Snapshot) -> anyhow::Result<BTreeMap<String, String>> {
    let is_there = |id: &str| snapshot.get(Kind::Closing, id).is_some();
    let mut gone = BTreeMap::new();
    for tag in store.tags(Closing::TAGS)? {
        let id = tag.trim_start_matches(Closing::TAGS).split('.').next().unwrap_or("");
        if !is_there(id) {
            gone.insert(id.to_owned(), format!("the tag {tag} is there, the record is not"));
        }
    }
    let each = |commit: CommitInfo, changes: Vec<PathChange>| {
        for change in changes.iter().filter(|change| change.in_old && !change.in_new) {
            let place = Place::of(&change.path).filter(|place| place.kind == Kind::Closing);
            if let Some(place) = place.filter(|place| !is_there(&place.id)) {
                gone.insert(place.id, format!("the record was deleted by commit {}", commit.short()));
            }
        }
        true
    };
    store.commits("HEAD", |_| true, each)?;
    Ok(gone)
}

struct Verdict {
    section: Section,
    notes: Vec<String>,
}

impl Verdict {
    fn new() -> Self {
        let columns = vec![
            Column::new("closing", "Closing"),
            Column::new("book", "Book"),
            Column::new("item", "Item"),
            Column::new("found", "Found"),
            Column::new("what", "What"),
        ];
        Self { section: Section::new("restatements", "Restatements", columns), notes: Vec::new() }
    }

    fn push(&mut self, closing: &str, book: &str, item: &str, found: &str, what: impl Into<String>) {
        let cells = [closing, book, item].map(Cell::id).into_iter();
        self.section.push(cells.chain([Cell::text(found), Cell::text(what)]).collect());
    }

    fn check(
        &mut self,
        store: &Store,
        judge: &Judge<'_>,
        snapshot: &Snapshot,
        closing: Closing<'_>,
    ) -> anyhow::Result<()> {
        let id = closing.id();
        let commit = closing.computed_from();
        if !store.leads_to_head(commit)? {
            let short = commit.get(..10).unwrap_or(commit);
            let what = format!("the commit {short} that it was computed from is not in the history of HEAD");
            self.push(id, "", "", "history rewritten", what);
        }
        self.check_tag(store, closing)?;
        self.check_signature(store, judge, closing)?;
        let engine = closing.engine().filter(|engine| *engine != ENGINE);
        if let Ok(then) = store.at(commit) {
            let restated = closing::restatements(&then, &Planner::new(&then), closing);
            match engine {
                // Another engine may compute otherwise; what it closed stands.
                Some(engine) => self.notes.push(format!(
                    "{id} was closed by engine {engine}; engine {ENGINE} computes {} of its figures otherwise, which moves none of them: the first open day catches up",
                    restated.len()
                )),
                None => {
                    for Restatement { book, item, what } in restated {
                        let what = format!("this program, on the files that were closed: {what}");
                        self.push(id, &book, &item, "computed otherwise", what);
                    }
                }
            }
        }
        if closing.rule_data() != closing::rule_data() {
            self.notes
                .push(format!("{id} was closed with other rates and tables than those of this program"));
        }
        for Restatement { book, item, what } in
            closing::restatements(snapshot, &Planner::new(snapshot), closing)
        {
            self.push(id, &book, &item, kind(&what), what.to_string());
        }
        Ok(())
    }

    /// The tag must lead to the commit that closed the period, and that commit to HEAD; and the record
    /// must be what it was there.
    fn check_tag(&mut self, store: &Store, closing: Closing<'_>) -> anyhow::Result<()> {
        let (id, tag) = (closing.id(), closing.tag());
        let Some(commit) = store.tagged(tag)? else {
            let what = format!("there is no tag {tag}; `git fetch --tags` brings it unless it was deleted");
            self.push(id, "", "", "tag missing", what);
            return Ok(());
        };
        let short = commit.get(..10).unwrap_or(&commit).to_owned();
        let closed_in = |revision: &str| -> anyhow::Result<Option<Snapshot>> {
            let at = store.at_of(revision, &[closing.0.path().to_owned()])?;
            let same =
                at.get(Kind::Closing, id).map(Closing).is_some_and(|c| c.is_closed() && c.tag() == tag);
            Ok(same.then_some(at))
        };
        let parent = store.parent(&commit)?;
        let before = parent.map(|parent| closed_in(&parent)).transpose()?.flatten();
        match closed_in(&commit)? {
            Some(at) if before.is_none() => {
                if !store.leads_to_head(&commit)? {
                    let what = format!("the commit {short} that closed it is not in the history of HEAD");
                    self.push(id, "", "", "history rewritten", what);
                }
                let edited: Vec<&str> = edited(closing.0, at.get(Kind::Closing, id));
                if !edited.is_empty() {
                    let what = format!("{} changed since commit {short}", edited.join(", "));
                    self.push(id, "", "", "record edited", what);
                }
            }
            _ => {
                let what = format!("{tag} leads to {short}, which is not the commit that closed it");
                self.push(id, "", "", "tag moved", what);
            }
        }
        Ok(())
    }

    /// A signature is over the name of the tag, which must be the one that the tag is found by.
    fn check_signature(
        &mut self,
        store: &Store,
        judge: &Judge<'_>,
        closing: Closing<'_>,
    ) -> anyhow::Result<()> {
        let (id, name) = (closing.id(), closing.tag());
        let Some(tag) = store.tag(name)? else { return Ok(()) };
        if !tag.id.is_empty() && tag.name != name {
            let what = format!("the tag calls itself {}: it was put in the place of {name}", tag.name);
            self.push(id, "", "", "tag moved", what);
        }
        let verdict = judge.judge(&tag)?;
        let explained = judge.explain(&verdict, name);
        match judge.trouble(&verdict) {
            Some(found) => self.push(id, "", "", found, format!("{name}: {explained}")),
            None => self.notes.push(format!("{name}: {explained}")),
        }
        Ok(())
    }
}

fn kind(what: &What) -> &'static str {
    match what {
        What::Gone => "gone",
        What::Added(_) => "added",
        What::Figures { .. } => "figures changed",
        What::Terms => "terms changed",
        What::Hole(_) => "not computable",
        What::Line(_) | What::Totals => "record edited",
    }
}

/// The frozen fields that are not what they were.
fn edited(now: &Record, then: Option<&Record>) -> Vec<&'static str> {
    let Some(then) = then else { return Vec::new() };
    let same = |field: &str| match (now.field(field), then.field(field)) {
        (Some(now), Some(then)) => now.same_data(&then),
        (now, then) => now.is_none() && then.is_none(),
    };
    FROZEN.into_iter().filter(|field| !same(field)).collect()
}
