use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use estate::date::parse_date;
use estate::edit::Edit;
use estate::edits::schema_line;
use estate::embedded;
use estate::model::{Kind, Place};
use estate::money::Currency;
use estate::sample::{self, SampleCommit};
use estate::store::{Committed, Identity, Store, create_repository, init_repository};
use estate::yaml;

use super::context::{Context, identity_of_environment};
use super::failure::{Exit, Failure};
use super::writing::{Scope, WriteArgs, Writing, write_to};

/// Begin an estate, or a sample of one
///
/// Makes a git repository where there is none, with inventory/settings.yaml and the schemas of
/// records, in one commit. What is there already is never overwritten; running it again changes
/// nothing. `estate diff-driver --wiring` and `estate merge-driver --wiring` say how git itself then
/// shows and merges records by field.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate init                                      in this folder
  estate init estate --name 'Helio Services' --currency EUR --fiscal-year-start 04-01
  estate init --sample demo                        the estate of an invented IT provider, with its history")]
pub struct Args {
    /// The folder of the estate [default: the current one]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The organisation's name [default: the folder's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The base currency
    #[arg(long, value_name = "CODE", default_value = "EUR")]
    currency: String,
    /// The first day of every fiscal year
    #[arg(long, value_name = "MM-DD", default_value = "01-01")]
    fiscal_year_start: String,
    /// Write the sample estate with its history into a new repository
    #[arg(long, conflicts_with_all = ["name", "no_commit", "message", "change"])]
    sample: bool,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let folder = match &args.folder {
        Some(folder) => context.directory().join(folder),
        None => context.directory().to_owned(),
    };
    if args.sample {
        return write_sample(context, &args, &folder);
    }
    check(&args)?;
    let root = if args.write.dry_run { folder.clone() } else { made(&folder)? };
    if let Some(above) = root.ancestors().skip(1).find(|above| above.join(Place::SETTINGS).is_file()) {
        return Err(Failure::failed(format!("{} lies in the estate of {}", root.display(), above.display()))
            .hint("work in that one, or begin another outside of it")
            .into());
    }
    let begun = !args.write.dry_run && init_repository(&root)?;
    let store = Store::open(root.clone()).with_identity(identity_of_environment()?);
    write_to(context, &store, &args.write, Scope::Whole, |_| {
        let mut edit = Edit::new("Begin the estate");
        let settings = settings(&args, &root);
        let files = embedded::SCHEMAS.iter().copied().chain([(Place::SETTINGS, settings.as_str())]);
        for (path, text) in files {
            if store.read_file(path)?.is_none() {
                edit.write(path, text);
            }
        }
        let repository = if begun { " in a new git repository" } else { "" };
        Ok(Writing::new(edit, format!("began the estate of {}{repository}", root.display()))
            .unchanged(format!("the estate of {} is there already: nothing to change", root.display()))
            .next("estate add party; for git by field: estate diff-driver --wiring, estate merge-driver --wiring"))
    })
}

fn check(args: &Args) -> anyhow::Result<()> {
    let currency: Result<Currency, _> = args.currency.parse();
    currency.map_err(|error| Failure::usage(format!("--currency: {error}")))?;
    // Any year will do that has no 29 February, on which no fiscal year can begin every year.
    parse_date(&format!("2001-{}", args.fiscal_year_start)).map_err(|_| {
        Failure::usage(format!("--fiscal-year-start: `{}` is no day of every year", args.fiscal_year_start))
            .hint("write month and day, such as 04-01")
    })?;
    match args.name.as_deref().map(str::trim) {
        Some("") => Err(Failure::usage("--name: an organisation has a name").into()),
        _ => Ok(()),
    }
}

/// The folder, made if need be, as an absolute path.
fn made(folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    folder.canonicalize().with_context(|| format!("cannot open {}", folder.display()))
}

fn settings(args: &Args, root: &Path) -> String {
    let folder = || root.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = args.name.clone().or_else(folder).unwrap_or_else(|| "My organisation".to_owned());
    let mut text = schema_line(&Place::new(Kind::Settings, None, "settings"));
    text.push_str(
        &SETTINGS
            .replace("NAME", &yaml::quote(name.trim()))
            .replace("CURRENCY", &args.currency)
            .replace("START", &yaml::quote(&args.fiscal_year_start)),
    );
    text
}

const SETTINGS: &str = "\
# What the whole estate shares. `estate schema settings` describes every field.
organisation:
  name: NAME
# The base currency of the books.
currency: CURRENCY
# The first day of every fiscal year, as MM-DD.
fiscal_year:
  start: START
# The sets of books. Reports use the default one unless another is named; thirty_360 takes every
# month as 30 days and the year as 360.
books:
  accounting:
    convention: thirty_360
    default: true
# The depreciation plan of new items, by class: `estate add server --cost … --in-service …` writes
# it along. Agree the useful lives with your accountants; a class without a plan gets no schedule.
class_defaults:
  server:
    schedule:
      accounting: {method: straight_line, life: 5y}
  storage:
    schedule:
      accounting: {method: straight_line, life: 5y}
  network_device:
    schedule:
      accounting: {method: straight_line, life: 7y}
  workstation:
    schedule:
      accounting: {method: straight_line, life: 3y}
  laptop:
    schedule:
      accounting: {method: straight_line, life: 3y}
  mobile:
    schedule:
      accounting: {method: straight_line, life: 2y}
  printer:
    schedule:
      accounting: {method: straight_line, life: 5y}
  rack:
    schedule:
      accounting: {method: straight_line, life: 10y}
  power:
    schedule:
      accounting: {method: straight_line, life: 10y}
  application:
    schedule:
      accounting: {method: straight_line, life: 3y}
  licence:
    schedule:
      accounting: {method: straight_line, life: 3y}
";

fn write_sample(context: &Context, args: &Args, folder: &Path) -> anyhow::Result<Exit> {
    if args.folder.is_none() {
        return Err(Failure::usage("--sample needs a folder")
            .hint("such as `estate init --sample demo`")
            .into());
    }
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if folder.exists() && !(folder.is_dir() && is_empty) {
        return Err(Failure::failed(format!("{} is not an empty folder", folder.display()))
            .hint("name one that does not exist yet")
            .into());
    }
    let commits = sample::commits()?;
    if args.write.dry_run {
        context.say(&format!("dry run: {} would hold {} commits", folder.display(), commits.len()));
        return Ok(Exit::Done);
    }
    let root = made(folder)?;
    create_repository(&root)?;
    let mut last = None;
    for commit in &commits {
        last = Some(write_commit(&root, commit)?);
    }
    let tip = last.map(|commit| format!(" → {} on {}", commit.short(), commit.branch)).unwrap_or_default();
    let folder = folder.display();
    context.say(&format!(
        "wrote the sample estate with {} commits to {folder}{tip}; next: estate -C {folder} audit",
        commits.len()
    ));
    Ok(Exit::Done)
}

fn write_commit(root: &Path, commit: &SampleCommit) -> anyhow::Result<Committed> {
    let identity = Identity {
        name: Some(commit.name.clone()),
        email: Some(commit.email.clone()),
        time: Some(commit.time),
    };
    let store = Store::open(root.to_owned()).with_identity(Some(identity));
    let transaction = store.begin()?;
    Ok(transaction.commit(&commit.edit, &store.worktree()?)?)
}
