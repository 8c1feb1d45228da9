use std::collections::BTreeSet;

use estate::impact::{DRAWINGS, Need, Node, Topology};
use estate::render::Format;
use estate::report::{Cell, Column, Section};

use super::completions::record_ids;
use super::context::{Context, find, unknown_format};
use super::failure::{Exit, Failure};

/// Draw who needs whom
///
/// From a record, what it needs and what that needs in turn, as a tree; --up turns it round to who
/// needs it. Without a record, everything. Besides the usual formats there are dot (Graphviz), mermaid
/// (Markdown) and graphml.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate graph web-shop                        what the web shop rests on
  estate graph san-01 --up                     what rests on the disk array
  estate graph web-shop --depth 2 --format mermaid
  estate graph --format dot | dot -Tsvg -o estate.svg")]
pub struct Args {
    /// An item or a service [default: all]
    #[arg(value_name = "ID", add = record_ids())]
    id: Option<String>,
    /// Who needs it, instead of what it needs
    #[arg(long, requires = "id")]
    up: bool,
    /// Go so many steps and no further
    #[arg(long, value_name = "STEPS", requires = "id")]
    depth: Option<u8>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let format = context.format_name();
    let drawing = DRAWINGS.iter().find(|drawing| Some(drawing.name) == format);
    if let Some(name) = format.filter(|name| drawing.is_none() && Format::named(name).is_none()) {
        let formats = Format::ALL.iter().map(|format| format.info().name);
        let known: Vec<&str> = formats.chain(DRAWINGS.iter().map(|drawing| drawing.name)).collect();
        return Err(unknown_format(name, &known).into());
    }
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let topology = Topology::of(&snapshot);
    let root = match &args.id {
        None => None,
        Some(id) => {
            let record = find(&snapshot, id)?;
            let node = topology.node(record.kind(), record.id()).ok_or_else(|| {
                Failure::usage(format!(
                    "{id} is a {}, and only items and services need each other",
                    record.kind()
                ))
            })?;
            Some(node)
        }
    };
    let walk = Walk { topology: &topology, up: args.up, depth: args.depth.unwrap_or(u8::MAX) };
    if let Some(drawing) = drawing {
        let nodes = match root {
            Some(root) => walk.reached(root),
            None => topology.nodes().collect(),
        };
        context.answer(&(drawing.draw)(&topology, &nodes))?;
        return Ok(Exit::Done);
    }
    let columns = vec![
        Column::new("name", "Name"),
        Column::new("record", "Record"),
        Column::new("field", "Needed in"),
        Column::new("spare", "Enough of it"),
    ];
    let title = match &args.id {
        Some(id) if args.up => format!("What needs {id}"),
        Some(id) => format!("What {id} needs"),
        None => "What services need".to_owned(),
    };
    let mut section = Section::new("needs", "Needs", columns).tree();
    let roots: Vec<Node> = match root {
        Some(root) => vec![root],
        // What nobody needs is where a reader begins.
        None => topology.nodes().filter(|node| topology.needed_by(*node).next().is_none()).collect(),
    };
    let mut shown = BTreeSet::new();
    for root in roots {
        walk.push(&mut section, root, 0, None, &mut shown);
    }
    context.show(&context.report("graph", title, &snapshot).section(section))?;
    Ok(Exit::Done)
}

/// A step from one node to another: the field of the need and, of a redundant one, how many are enough
/// of how many.
struct Step {
    to: Node,
    field: String,
    spare: Option<(usize, usize)>,
}

struct Walk<'t> {
    topology: &'t Topology,
    up: bool,
    depth: u8,
}

impl Walk<'_> {
    fn next(&self, node: Node) -> Vec<Step> {
        let step = |to: Node, need: &Need| {
            let spare = need.is_redundant().then_some((need.min_up, need.of.len()));
            Step { to, field: need.field.clone(), spare }
        };
        if self.up {
            return self.topology.needed_by(node).map(|(by, need)| step(by, need)).collect();
        }
        let needs = self.topology.part(node).map_or(&[][..], |part| part.needs.as_slice());
        let each = needs.iter().flat_map(|need| need.of.iter().map(move |of| (of, need)));
        each.map(|(of, need)| step(*of, need)).collect()
    }

    fn reached(&self, root: Node) -> BTreeSet<Node> {
        let mut reached = BTreeSet::from([root]);
        let mut edge = vec![root];
        for _ in 0..self.depth {
            let next: Vec<Node> = edge.iter().flat_map(|node| self.next(*node)).map(|step| step.to).collect();
            edge = next.into_iter().filter(|node| reached.insert(*node)).collect();
            if edge.is_empty() {
                break;
            }
        }
        reached
    }

    /// A row for a node and, where it has not been shown, what follows it.
    fn push(
        &self,
        section: &mut Section,
        node: Node,
        depth: u8,
        by: Option<&Step>,
        shown: &mut BTreeSet<Node>,
    ) {
        let Some(part) = self.topology.part(node) else { return };
        let next = self.next(node);
        let again = !shown.insert(node) && !next.is_empty();
        let name = if again { format!("{} (see above)", part.name) } else { part.name.clone() };
        let spare = by.and_then(|step| step.spare).map(|(min_up, of)| format!("{min_up} of {of}"));
        section.push_at(
            depth,
            vec![
                Cell::text(name),
                Cell::id(part.record.to_string()),
                by.map_or(Cell::Empty, |step| Cell::text(step.field.as_str())),
                spare.into(),
            ],
        );
        if again || depth >= self.depth {
            return;
        }
        for step in next {
            self.push(section, step.to, depth.saturating_add(1), Some(&step), shown);
        }
    }
}
