use std::path::{Path, PathBuf};

use estate::import::csv::{self, Sheet};
use estate::import::mapping::Mapping;
use estate::import::{Incoming, Options, Plan, ReadError, netbox, plan, yaml_files};
use estate::render::{self, Format, Style, escape};
use estate::report::{Cell, Column, Report, Section};
use estate::schema::Schemas;
use estate::suggest;
use estate::yaml::MAX_FILE_BYTES;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::foreign::{Files, read_file};
use super::import_openslo::{self, OpensloArgs};
use super::progress::Progress;
use super::writing::{self, Scope, WriteArgs, Writing};

/// Take in records from other systems
///
/// Every record keeps its key in the other system under `external`, so importing again finds it
/// whatever its name and id have become: what has not changed there changes nothing here. An import
/// sets the fields that the source provides, also where a person changed them since, and never
/// touches others, nor comments. Nothing is ever deleted.
///
/// An import is one commit or nothing. Rows that cannot be taken in are listed with the reason, and
/// then nothing is written, unless --skip-rejected says to take the others. Exits with 1 where rows
/// were rejected.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate import maps                                       the mappings that come with estate
  estate import csv devices.csv --map netbox-devices -n    what it would change
  estate import csv assets.csv --map our-assets.yaml       by a mapping of your own
  estate import netbox netbox.json                         a whole NetBox
  estate import yaml clusters/ --map kubernetes-namespaces")]
pub struct Args {
    #[command(subcommand)]
    source: Source,
}

#[derive(clap::Subcommand)]
enum Source {
    Csv(CsvArgs),
    Netbox(NetboxArgs),
    Yaml(YamlArgs),
    Openslo(OpensloArgs),
    Maps(MapsArgs),
}

/// Import the rows of a CSV file
///
/// A mapping says which columns become which fields. The file's encoding is UTF-8; its delimiter
/// (comma, semicolon, tab or bar) is found out.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate import csv devices.csv --map netbox-devices
  estate import csv parc.csv --map glpi-computers --delimiter ';' --skip-rejected
  ssh glpi ./export.sh | estate import csv - --map glpi-computers -n

A mapping is a YAML file:

  title: Our assets
  system: asset-list            # the name under which keys are kept
  require: [Tag, Name]          # columns without which it is another file
  nothing: [N/A]                # texts that stand for an empty cell
  dates: ['%d/%m/%Y']
  money: {currency: EUR, decimal: ','}
  records:                      # what each row becomes
    - kind: item
      class: {from: '{Type}', table: {'*laptop*': laptop, Server: server}, default: workstation}
      when: {from: '{State}', not: [ordered]}
      key: '{Tag}'              # how the record is known again
      id: '{Name}'              # made a valid id
      fields:
        name: '{Name}'
        status: {from: '{State}', table: {Used: in_use, Spare: in_stock}}
        location: '{Site}'      # a reference, found by the record's id or name
        cost: '{Price}'
        tags: {from: '{Labels}', split: ','}
    - kind: item                # without a key: made where it is missing
      class: location
      id: '{Site}'
      fields: {name: '{Site}', status: in_use}

`{A|B}` is the first of two columns that is not empty. A text with an empty column is left out, and
`default` takes its place. `split`, `after`, `before`, `divide` and `table` follow in this order.
`estate import maps NAME` prints a shipped one to begin with.")]
struct CsvArgs {
    /// The file; - reads the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What separates cells, such as ; or \t [default: found out]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<u8>,
    #[command(flatten)]
    common: CommonArgs,
}

/// Import a database dump of NetBox
///
/// NetBox writes one with: python manage.py dumpdata --natural-foreign -o netbox.json. Regions, sites, racks,
/// power, device types, devices, clusters and virtual machines become items, circuits contracts, and
/// manufacturers, tenants and providers parties; cables, roles, platforms and tags go into the records
/// they concern. Every other object is counted as left out. NetBox knows no costs, and no owners but
/// tenants: `estate audit` lists what is missing.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate import netbox netbox.json -n
  estate import netbox netbox.json
  ssh netbox 'netbox/manage.py dumpdata --natural-foreign' | estate import netbox -")]
struct NetboxArgs {
    /// The dump, in Django's JSON format; - reads the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    take: TakeArgs,
}

/// Import YAML files of another system, each a record
///
/// The values of a file are its columns, named by their way in it: `metadata.name`, `ports[0]`,
/// `labels[\"example.org/owner\"]`. Its path is there too, as `$file`, `$file[0]` and so on.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate import yaml ../cluster-config --map kubernetes-namespaces -n
  estate import yaml . --map hosts.yaml --skip-rejected")]
struct YamlArgs {
    /// The folder that the mapping's `files` are below
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    common: CommonArgs,
}

/// List the mappings that come with estate, or print one to copy and change
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate import maps
  estate import maps snipeit-assets > our-assets.yaml")]
struct MapsArgs {
    /// Print this one
    name: Option<String>,
}

#[derive(clap::Args)]
struct CommonArgs {
    /// The mapping: a name that `estate import maps` lists, or a file
    #[arg(long, value_name = "NAME|FILE")]
    map: String,
    #[command(flatten)]
    take: TakeArgs,
}

#[derive(clap::Args)]
struct TakeArgs {
    /// Take in what can be taken in, although other records are rejected
    #[arg(long)]
    skip_rejected: bool,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    match args.source {
        Source::Csv(args) => {
            let bytes = read_file(&args.file, csv::MAX_BYTES)?;
            by_mapping(context, &args.common, |mapping, schemas| {
                let sheet = Sheet::open(&bytes, args.delimiter).map_err(unreadable)?;
                let incoming = sheet.rows(mapping, schemas).map_err(unreadable)?;
                let lacks = sheet.lacks(mapping);
                if !lacks.is_empty() {
                    let columns = lacks.join(", ");
                    context.say(&escape::terminal(&format!("not in the file, so not imported: {columns}")));
                }
                Ok(incoming)
            })
        }
        Source::Netbox(args) => {
            let bytes = read_file(&args.file, netbox::MAX_BYTES)?;
            import(context, &args.take, |_| {
                Ok(("netbox".to_owned(), netbox::read(&bytes).map_err(unreadable)?))
            })
        }
        Source::Yaml(args) => {
            let files = Files::below(&args.folder)?;
            by_mapping(context, &args.common, |mapping, schemas| {
                let pattern = mapping.files.as_deref().ok_or_else(|| {
                    Failure::usage("the mapping is not for YAML files: it has no `files`")
                        .hint("add `files: '**/*.yaml'`, or a narrower pattern")
                })?;
                let files = files.matching(pattern)?;
                let files = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
                Ok(yaml_files::read(files, mapping, schemas))
            })
        }
        Source::Openslo(args) => import_openslo::import(context, &args),
        Source::Maps(args) => maps(context, args.name.as_deref()),
    }
}

/// Plans and writes what `read` finds by the mapping of `--map`.
fn by_mapping(
    context: &Context,
    args: &CommonArgs,
    read: impl FnOnce(&Mapping, &Schemas) -> anyhow::Result<Incoming>,
) -> anyhow::Result<Exit> {
    let (name, text) = mapping_text(&args.map)?;
    import(context, &args.take, |schemas| {
        let mapping = Mapping::read(&name, &text, schemas).map_err(unusable)?;
        let incoming = read(&mapping, schemas)?;
        Ok((mapping.system, incoming))
    })
}

fn import(
    context: &Context,
    args: &TakeArgs,
    read: impl FnOnce(&Schemas) -> anyhow::Result<(String, Incoming)>,
) -> anyhow::Result<Exit> {
    let mut done: Option<Plan> = None;
    let written = writing::write(context, &args.write, Scope::Whole, |snapshot| {
        let (source, incoming) = read(snapshot.schemas())?;
        if incoming.proposals.is_empty() && incoming.rejections.is_empty() && incoming.left_out.is_empty() {
            return Err(Failure::nothing("the source holds no records").into());
        }
        let progress = Progress::new("records");
        let mut plan = plan(
            snapshot,
            incoming,
            Options { source: &source, checked: &|of| progress.step(of), as_of: Some(context.as_of) },
        );
        progress.finish();
        let refused = !plan.rejections.is_empty() && !args.skip_rejected;
        let edit = std::mem::take(&mut plan.edit);
        done = Some(plan);
        // A dry run shows what --skip-rejected would write.
        match refused && !args.write.dry_run {
            true => Err(Failure::failed("records were rejected").into()),
            false => {
                let done = edit.summary.clone();
                Ok(Writing::new(edit, done))
            }
        }
    });
    let Some(plan) = done else { return written };
    let refused = !plan.rejections.is_empty() && !args.skip_rejected;
    if !refused || args.write.dry_run {
        written?;
    }
    tell(context, &plan, refused, args.write.dry_run)?;
    if refused {
        context.say(
            "records were rejected, so nothing was written; mend them in the source or the mapping, or take in the others with --skip-rejected",
        );
    }
    Ok(if plan.rejections.is_empty() { Exit::Done } else { Exit::Findings })
}

/// The outcome: as the answer where a format was asked for, else on stderr. The answer of a dry run
/// is what would change.
fn tell(context: &Context, plan: &Plan, refused: bool, dry_run: bool) -> anyhow::Result<()> {
    if context.format_name().is_some() && !dry_run {
        return context.show(&outcome(plan).header("written", if refused { "no" } else { "yes" }));
    }
    let list = |counts: &mut dyn Iterator<Item = (&str, usize)>| {
        let shown = counts.filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}"));
        shown.collect::<Vec<_>>().join(", ")
    };
    if !plan.rejections.is_empty() {
        let table = Report::new("rejections", "Rejected").section(rejections(plan));
        // Quiet or not: these are errors.
        eprint!("{}", render::report(&table, Format::Table, &Style::default()));
    }
    let planned = if refused || dry_run { "planned: " } else { "" };
    let done = list(&mut counts(plan).into_iter());
    if !done.is_empty() {
        context.say(&format!("{planned}{done}"));
    }
    for (label, counts) in [("told by other records", &plan.merged), ("left out", &plan.left_out)] {
        let counts = list(&mut counts.iter().map(|(what, count)| (what.as_str(), *count)));
        if !counts.is_empty() {
            context.say(&escape::terminal(&format!("{label}: {counts}")));
        }
    }
    Ok(())
}

fn counts(plan: &Plan) -> [(&'static str, usize); 4] {
    [
        ("created", plan.created),
        ("updated", plan.updated),
        ("unchanged", plan.unchanged),
        ("rejected", plan.rejections.len()),
    ]
}

fn outcome(plan: &Plan) -> Report {
    let columns = vec![Column::new("outcome", "Outcome"), Column::number("count", "Count")];
    let mut section = Section::new("outcomes", "Outcomes", columns);
    let int = |count: usize| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
    for (what, count) in counts(plan) {
        section.push(vec![Cell::text(what), int(count)]);
    }
    for (what, count) in &plan.merged {
        section.push(vec![Cell::text(format!("told by other records: {what}")), int(*count)]);
    }
    for (what, count) in &plan.left_out {
        section.push(vec![Cell::text(format!("left out: {what}")), int(*count)]);
    }
    Report::new("import", "Import").section(section).section(rejections(plan))
}

fn rejections(plan: &Plan) -> Section {
    let columns = vec![Column::new("origin", "Rejected"), Column::new("reason", "Reason")];
    let mut section = Section::new("rejections", "Rejections", columns);
    for rejection in &plan.rejections {
        section.push(vec![Cell::text(rejection.origin.as_str()), Cell::text(rejection.reason.as_str())]);
    }
    section
}

fn unreadable(error: ReadError) -> Failure {
    Failure::failed(error.message).hint_if(error.help)
}

fn unusable(error: ReadError) -> Failure {
    Failure::usage(error.message).hint_if(error.help)
}

/// Name and text of the mapping: a shipped one, or a file.
fn mapping_text(map: &str) -> anyhow::Result<(String, String)> {
    if let Some(text) = Mapping::shipped(map) {
        return Ok((map.to_owned(), text.to_owned()));
    }
    let path = Path::new(map);
    if !path.exists() && !map.contains(['/', '.']) {
        return Err(unknown_mapping(map).into());
    }
    let bytes = read_file(path, MAX_FILE_BYTES as u64)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{map} is not UTF-8")))?;
    Ok((map.to_owned(), text))
}

fn unknown_mapping(name: &str) -> Failure {
    let known = Mapping::all_shipped().map(|(name, _)| name);
    let hint = suggest::did_you_mean(name, known)
        .unwrap_or_else(|| "`estate import maps` lists the shipped ones; your own is a file".to_owned());
    Failure::usage(format!("there is no mapping `{name}`")).hint(hint)
}

fn maps(context: &Context, name: Option<&str>) -> anyhow::Result<Exit> {
    if let Some(name) = name {
        context.answer(Mapping::shipped(name).ok_or_else(|| unknown_mapping(name))?)?;
        return Ok(Exit::Done);
    }
    let columns = vec![Column::new("name", "Mapping"), Column::new("title", "What it is for")];
    let mut section = Section::new("mappings", "Mappings", columns);
    for (name, text) in Mapping::all_shipped() {
        let mapping = Mapping::read(name, text, &Schemas::shipped()).map_err(unusable)?;
        section.push(vec![Cell::id(name), Cell::text(mapping.title)]);
    }
    context.show(&Report::new("mappings", "Mappings that come with estate").section(section))?;
    Ok(Exit::Done)
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        r"\t" | "tab" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'"' => Ok(*byte),
            _ => Err(r"write one character, such as ; or \t".to_owned()),
        },
    }
}
