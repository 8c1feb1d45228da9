use estate::date::{Date, Period, parse_date};
use estate::impact::{Node, Topology};
use estate::model::Kind;
use estate::model::change::Change;
use estate::report::{Cell, Column, Report, Section};
use estate::reports::{self, Stage};
use estate::snapshot::Snapshot;

use super::completions::record_ids;
use super::context::{Context, find};
use super::failure::{Exit, Failure};
use super::schedule::book_or_default;
use super::value::PeriodArgs;

/// Say who is hit where something fails, and by which way
///
/// An item needs all that it runs on, is hosted on, installed on, part of and depends on, and where it
/// stands; of its power feeds, its links and the members of a cluster one is enough, or as many as its
/// `redundancy` says. A service needs its components, and of a group `min_up`. What is not in use is
/// down before anything fails. With --change, what a change touches is down, and the answer is its
/// impact study; with --spof, every item is tried alone.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate impact san-01                             the items, services and customers that it takes down
  estate impact srv-web-01 srv-web-02              both at once
  estate impact srv-web-01 --planned 2026-12-05    with what is planned to be down on that day
  estate impact --change chg-0042 --format md      the impact study of a change as a document
  estate impact --spof --limit 10                  single points of failure, most at stake first")]
pub struct Args {
    /// Items or services that fail
    #[arg(value_name = "ID", required_unless_present_any = ["change", "spof"], add = record_ids())]
    ids: Vec<String>,
    /// A change: what it touches fails
    #[arg(long, value_name = "CHANGE", conflicts_with_all = ["ids", "spof"])]
    change: Option<String>,
    /// Every item whose failure alone stops a service
    #[arg(long, conflicts_with = "ids")]
    spof: bool,
    /// Show so many single points of failure
    #[arg(long, value_name = "COUNT", default_value_t = 20, requires = "spof")]
    limit: usize,
    /// A day: what open changes touch on it is down as well
    #[arg(long, value_name = "DATE")]
    planned: Option<String>,
    /// The book whose depreciation counts in the cost of services [default: the default book]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
    #[command(flatten)]
    period: PeriodArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let period = args.period.resolve(&snapshot, context.as_of)?;
    let book = book_or_default(&snapshot, args.book.as_deref())?;
    let mut stage = Stage::new(&snapshot, context.as_of, period, &book);
    if let Some(day) = &args.planned {
        let day = parse_date(day).map_err(|error| Failure::usage(format!("--planned: {error}")))?;
        stage.down.extend(planned(&snapshot, &stage.topology, day));
    }
    let base = |name, title: String| headed(context, name, title, &snapshot, period, &book);
    if args.spof {
        let base = base("spof", "Single points of failure".to_owned());
        context.show(&reports::single_points_of_failure(base, &stage, args.limit))?;
        return Ok(Exit::Done);
    }
    let Some(change) = &args.change else {
        let failed = nodes(&snapshot, &stage.topology, &args.ids)?;
        let title = format!("Where {} fails", args.ids.join(", "));
        context.show(&reports::impact(base("impact", title), &stage, &failed))?;
        return Ok(Exit::Done);
    };
    let record = find(&snapshot, &format!("change/{}", change.to_lowercase()))?;
    let change = Change(record);
    let ids: Vec<String> = change.affects().map(str::to_owned).collect();
    if ids.is_empty() {
        return Err(Failure::nothing(format!("change {} touches nothing", change.id()))
            .hint("list the items and services that it touches under `affects`")
            .into());
    }
    let failed = nodes(&snapshot, &stage.topology, &ids)?;
    let base = base("impact-study", format!("Impact study of {}: {}", change.id(), change.name()));
    context.show(&reports::impact(base.section(study(change)), &stage, &failed))?;
    Ok(Exit::Done)
}

fn headed(
    context: &Context,
    name: &'static str,
    title: String,
    snapshot: &Snapshot,
    period: Period,
    book: &str,
) -> Report {
    context.report(name, title, snapshot).header("period", period.to_string()).header("book", book)
}

/// The nodes of these ids, items before services where both have one.
fn nodes(snapshot: &Snapshot, topology: &Topology, ids: &[String]) -> anyhow::Result<Vec<Node>> {
    let node = |id: &String| {
        let record = find(snapshot, id)?;
        topology.node(record.kind(), record.id()).ok_or_else(|| {
            Failure::usage(format!("{} is a {}, and only items and services fail", id, record.kind())).into()
        })
    };
    ids.iter().map(node).collect()
}

/// What open changes touch on a day.
fn planned(snapshot: &Snapshot, topology: &Topology, day: Date) -> Vec<Node> {
    let changes = snapshot.records().filter(|record| record.kind() == Kind::Change).map(Change);
    let on_day =
        |change: &Change<'_>| change.is_open() && change.window().is_some_and(|days| days.contains(day));
    changes.filter(on_day).flat_map(|change| topology.affected(change)).collect()
}

/// What the record of a change says of it, in the order in which it is judged.
fn study(change: Change<'_>) -> Section {
    let columns = vec![Column::new("field", "Question"), Column::new("text", "Answer")];
    let mut section = Section::new("change", "The change", columns);
    for (field, question) in [
        ("request", "What was asked for"),
        ("reason", "Why"),
        ("scheduled", "From"),
        ("scheduled_until", "Until"),
        ("risk.level", "Risk"),
        ("risk.notes", "What can go wrong"),
        ("impact.users", "Who notices"),
        ("impact.downtime", "Downtime"),
        ("impact.data", "Data"),
        ("impact.security", "Security"),
        ("impact.contracts", "Contracts"),
        ("impact.cost", "Cost"),
        ("impact.alternatives", "Alternatives"),
        ("plan", "Plan"),
        ("rollback", "Way back"),
        ("outcome.status", "Outcome"),
    ] {
        let answer = change.0.text(field).map(Cell::text);
        let needed = ["reason", "risk.level", "plan", "rollback"].contains(&field);
        if let Some(cell) = answer.or_else(|| needed.then(|| Cell::missing("not said"))) {
            section.push(vec![Cell::text(question), cell]);
        }
    }
    section
}
