use std::path::Path;

use estate::diff::{self, Change, ChangeKind, Effect};
use estate::edit::Edit;
use estate::model::Place;
use estate::render::escape;
use estate::report::Cell;
use estate::snapshot::Snapshot;

use super::context::Context;
use super::failure::{Exit, Failure};

/// Show `git diff` and `git log -p --ext-diff` by record and field
///
/// Git runs it, with the seven arguments of an external diff, for each file that it is set up for;
/// --wiring prints how. It is local to one clone: git takes no program from a repository, and
/// hosting services show lines of text. A file that is no readable record gets a notice.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate diff-driver --wiring          what to set up
  git diff                             then, by field
  git diff --no-ext-diff               the lines of text all the same")]
pub struct Args {
    /// Print what sets git up to use it
    #[arg(long)]
    wiring: bool,
    /// Path, old file, its id and mode, new file, its id and mode, as git gives them
    #[arg(value_name = "ARGUMENT", num_args = 0..=9, required_unless_present = "wiring")]
    arguments: Vec<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if args.wiring {
        context.answer(WIRING)?;
        return Ok(Exit::Done);
    }
    // Of a file in conflict git tells the path alone. Of a rename, two more arguments follow.
    let text = match args.arguments.as_slice() {
        [path] => notice(path, "is in conflict"),
        [path, old, _, _, new, _, _, rest @ ..] => {
            let new_path = rest.first().unwrap_or(path);
            shown(context, [path, new_path], [old, new])
        }
        _ => {
            return Err(Failure::usage("an external diff has seven arguments, and git gives them")
                .hint("`estate diff-driver --wiring` says how to set it up, `estate diff` compares versions")
                .into());
        }
    };
    context.answer(&text)?;
    Ok(Exit::Done)
}

const WIRING: &str = "\
# 1. In .gitattributes beside inventory/, for everyone, or in .git/info/attributes, for this clone:
inventory/**/*.yaml diff=estate

# 2. Once in each clone, for git takes no program from a repository:
git config diff.estate.command \"estate diff-driver\"
";

/// The difference of one file. Git stops at a driver that fails, so whatever is wrong is a notice.
fn shown(context: &Context, paths: [&String; 2], files: [&String; 2]) -> String {
    let texts = files.map(|file| text_of(context, file));
    let [Ok(old), Ok(new)] = texts else { return notice(paths[1], "cannot be read") };
    let Ok(estate) = context.store().and_then(|store| {
        let schemas = store.worktree_of(&[], &[])?;
        Ok((schemas, store.prefix().to_owned()))
    }) else {
        return notice(paths[1], "lies in no estate");
    };
    let (schemas, prefix) = estate;
    let inside = paths.map(|path| path.strip_prefix(&prefix).unwrap_or(path));
    if inside.iter().any(|path| Place::of(path).is_none()) {
        return notice(paths[1], "is no record");
    }
    let without = inside.iter().fold(Edit::new(""), |mut edit, path| {
        edit.delete(*path);
        edit
    });
    let with = |path: &str, text: Option<String>| {
        let mut edit = without.clone();
        if let Some(text) = text {
            edit.write(path, text);
        }
        schemas.with(&edit)
    };
    let (before, after) = (with(inside[0], old), with(inside[1], new));
    if [&before, &after].into_iter().flat_map(Snapshot::records).any(|record| record.root().is_none()) {
        return notice(paths[1], "is not readable as a record");
    }
    diff::diff(&before, &after).iter().map(lines).collect()
}

/// The text of a file that git names; `None` where there is none on that side.
fn text_of(context: &Context, file: &str) -> std::io::Result<Option<String>> {
    if file == "/dev/null" {
        return Ok(None);
    }
    let bytes = std::fs::read(context.directory().join(Path::new(file)))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn notice(path: &str, why: &str) -> String {
    let path = escape::terminal(path);
    format!("{path} {why}: `git diff --no-ext-diff` shows its text\n")
}

/// A change as a headline, and a line for each field.
fn lines(change: &Change) -> String {
    let name = if change.name.is_empty() { String::new() } else { format!(" ({})", change.name) };
    let mut text = escape::terminal(&format!("{} {}{name}", change.kind.name(), change.record));
    text.push('\n');
    if change.kind == ChangeKind::Moved {
        let path = |path: &Option<String>| path.clone().unwrap_or_default();
        let moved = format!("{} → {}", path(&change.before_path), path(&change.after_path));
        text.push_str(&format!("  file: {}\n", escape::terminal(&moved)));
    }
    for field in &change.fields {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        let values = match (&field.before, &field.after) {
            (None, Some(after)) if change.kind == ChangeKind::Added => after.clone(),
            (Some(before), None) if change.kind == ChangeKind::Removed => before.clone(),
            (before, after) => format!("{} → {}", side(before), side(after)),
        };
        let delta = match field.effect {
            Effect::None => String::new(),
            Effect::Money(money) => format!("  ({})", Cell::Delta(money)),
            Effect::Days(days) => format!("  ({})", Cell::Days(days)),
        };
        let line = escape::terminal(&format!("{}: {values}{delta}", field.route));
        text.push_str(&format!("  {line}\n"));
    }
    text
}
