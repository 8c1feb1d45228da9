use estate::edits::typed;
use estate::merge::{Choice, Conflict};
use estate::render::escape;
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::named;
use super::open_merge::{Open, open_files};
use super::writing::begin_writing;

/// Close a conflict of a merge
///
/// Takes one side's value, or another one, for a field that `estate conflicts` lists; without a
/// field, one side for everything that is open in the record. Decisions that your editor has made
/// already stay. When the last conflict of a file is closed it is staged; `estate merge --continue`
/// commits.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate resolve srv-web-01 owner --theirs
  estate resolve web-shop 'components[item=srv-web-01].share' --value 60%
  estate resolve contract/dell-prosupport --ours     all of the record
  estate resolve srv-web-01 owner --ours -n          what it would become")]
#[command(group(clap::ArgGroup::new("choice").required(true).args(["ours", "theirs", "value"])))]
pub struct Args {
    /// The record: an id, kind/id, or the path of a file that is no record
    #[arg(value_name = "ID")]
    id: String,
    /// The field, as `estate conflicts` names it [default: everything open in the record]
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    /// Take the current branch's side
    #[arg(long)]
    ours: bool,
    /// Take the side of the branch being merged
    #[arg(long)]
    theirs: bool,
    /// Take this value instead of either
    #[arg(long, value_name = "VALUE", requires = "field")]
    value: Option<String>,
    /// Show what the file would become, and write nothing
    #[arg(short = 'n', long, help_heading = "Writing")]
    dry_run: bool,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("--rev is for reading; the past cannot be written").into());
    }
    let store = context.store()?;
    let transaction = if args.dry_run { None } else { Some(begin_writing(context, &store)?) };
    let files = open_files(&store)?;
    let open = find(&files, &args.id)?;
    if let Some(trouble) = &open.trouble {
        return Err(Failure::failed(format!("{}: {trouble}", open.file.path))
            .hint("mend it in an editor, then `git add` it")
            .into());
    }
    let chosen = chosen(open, args.field.as_deref())?;
    let choice = choice(open, &chosen, &args)?;
    let decide = |field: &str| chosen.iter().any(|open| open.field == field).then(|| choice.clone());
    let merged = open.merged(&decide);
    let [ours, theirs] = &open.names();
    let text = merged.text([ours, theirs]);
    let left = merged.conflicts.len();
    let Some(transaction) = transaction else {
        context.answer(text.as_deref().unwrap_or_default())?;
        context.say("dry run: nothing was written");
        return Ok(Exit::Done);
    };
    transaction.write_open(&open.file, text.as_deref(), left == 0)?;
    let others: usize = files.iter().filter(|other| other.name != open.name).map(left_open).sum();
    let next = match left + others {
        0 => "next: estate merge --continue".to_owned(),
        1 => "1 conflict is left; next: estate conflicts".to_owned(),
        more => format!("{more} conflicts are left; next: estate conflicts"),
    };
    let fields: Vec<&str> = chosen.iter().map(|open| open.field.as_str()).collect();
    let fields = fields.join(", ");
    let what = if fields.is_empty() { open.name.clone() } else { format!("{fields} of {}", open.name) };
    context.say(&escape::terminal(&format!("resolved {what}; {next}")));
    Ok(Exit::Done)
}

fn left_open(open: &Open) -> usize {
    open.conflicts.len() + usize::from(open.trouble.is_some())
}

fn find<'o>(files: &'o [Open], name: &str) -> Result<&'o Open, Failure> {
    let meant = named::candidates(name);
    let found = files
        .iter()
        .filter(|open| open.is_undecided())
        .find(|open| open.file.path == name || open.id.as_ref().is_some_and(|id| meant.contains(id)));
    found.ok_or_else(|| {
        let known = files.iter().flat_map(|open| {
            [Some(open.name.as_str()), open.id.as_ref().map(|id| id.id.as_str())].into_iter().flatten()
        });
        let failure = Failure::nothing(format!("nothing is in conflict in `{name}`"));
        failure.hint(
            suggest::did_you_mean(name, known)
                .unwrap_or_else(|| "`estate conflicts` lists what is open".to_owned()),
        )
    })
}

/// The conflicts that are to be closed.
fn chosen<'o>(open: &'o Open, field: Option<&str>) -> Result<Vec<&'o Conflict>, Failure> {
    let Some(field) = field else { return Ok(open.conflicts.iter().collect()) };
    let found: Vec<&Conflict> = open.conflicts.iter().filter(|conflict| conflict.field == field).collect();
    if found.is_empty() {
        let fields: Vec<&str> = open.conflicts.iter().map(|conflict| conflict.field.as_str()).collect();
        let near = suggest::did_you_mean(field, fields.iter().copied());
        return Err(Failure::nothing(format!("`{field}` of {} is not in conflict", open.name)).hint(
            match near {
                Some(near) => near,
                None if fields == [""] => "the record as a whole is: leave the field out".to_owned(),
                None => format!("open are: {}", fields.join(", ")),
            },
        ));
    }
    Ok(found)
}

fn choice(open: &Open, chosen: &[&Conflict], args: &Args) -> anyhow::Result<Choice> {
    let Some(value) = &args.value else {
        return Ok(if args.ours { Choice::Ours } else { Choice::Theirs });
    };
    let route = chosen.first().map(|conflict| &conflict.route);
    let shape = open.shape.as_ref().zip(route).and_then(|(shape, route)| shape.at(route));
    let shape = shape.ok_or_else(|| {
        Failure::usage("a value is for a field that the schema knows").hint("choose --ours or --theirs")
    })?;
    Ok(Choice::Value(typed(shape, value).map_err(Failure::from)?))
}
