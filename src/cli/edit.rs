use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use estate::edit::Edit;
use estate::edits::file_by_class;
use estate::model::{Kind, Record};
use estate::store::StoreError;

use super::context::{self, Context};
use super::failure::Exit;
use super::target::{existing_id, name_of};
use super::writing::{Refused, Scope, WriteArgs, Writing, write};
use super::{ask, editor};

/// Edit a record in your editor
///
/// Opens a copy in the editor of VISUAL or EDITOR, checks what you saved and commits it. Where it
/// would break a rule, you may edit again; your text is kept until it is written. Nobody waits
/// while the editor is open: where the record changed meanwhile, nothing is overwritten.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate edit srv-web-01
  estate edit contract/dell-prosupport -m 'Correct the notice period'
  estate edit srv-web-01 --from draft.yaml     the new text from a file")]
pub struct Args {
    /// The record: an id, or kind/id where several kinds share it
    #[arg(value_name = "ID")]
    id: String,
    /// Take the new text from a file (- is stdin) and open no editor
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    write: WriteArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let store = context.store()?;
    let id = existing_id(&store, &args.id)?;
    let paths = store.locate(id);
    let snapshot = store.worktree_of(&paths, &[])?;
    let record = context::find(&snapshot, &args.id)?;
    if let Some(file) = &args.from {
        let text = read(file)?;
        return commit(context, &args, id, record, &text);
    }
    let draft = store.draft(id, record.source().text())?;
    let outcome = edit_until_sound(context, &args, id, record, &draft);
    let kept = read(&draft).ok().filter(|text| outcome.is_err() && text != record.source().text());
    match kept {
        Some(_) => context.say(&format!(
            "your text is kept in {0}; `estate edit {1} --from {0}` writes it",
            draft.display(),
            args.id
        )),
        None => {
            let _ = fs::remove_file(&draft);
        }
    }
    outcome
}

fn edit_until_sound(
    context: &Context,
    args: &Args,
    id: &str,
    record: &Record,
    draft: &Path,
) -> anyhow::Result<Exit> {
    loop {
        editor::open(draft)?;
        let text = read(draft)?;
        match commit(context, args, id, record, &text) {
            Err(error) if error.downcast_ref::<Refused>().is_some() && context.may_ask() => {
                if !ask::yes("Edit again?")? {
                    return Err(error);
                }
            }
            outcome => return outcome,
        }
    }
}

/// Writes the new text of a record, unless the record is no longer the one that was edited.
fn commit(context: &Context, args: &Args, id: &str, edited: &Record, text: &str) -> anyhow::Result<Exit> {
    write(context, &args.write, Scope::Records(&[id]), |snapshot| {
        let changed = || StoreError::Changed(edited.path().to_owned());
        let record = snapshot.get(edited.kind(), edited.id()).ok_or_else(changed)?;
        if record.path() != edited.path() || record.source().text() != edited.source().text() {
            return Err(changed().into());
        }
        let name = name_of(snapshot, record);
        let mut edit = Edit::new(format!("Edit {name}"));
        let class = estate::yaml::parse(text).ok().and_then(|tree| {
            let class = tree.value(text).field("class")?.text()?.to_owned();
            (record.kind() == Kind::Item && snapshot.schemas().class(&class).is_some()).then_some(class)
        });
        match class.filter(|class| record.class() != Some(class)) {
            Some(class) => file_by_class(&mut edit, record, text.to_owned(), &class),
            None if text == record.source().text() => {}
            None => edit.write(record.path(), text),
        }
        Ok(Writing::new(edit, format!("edited {name}")).next(format!("estate show {name}")))
    })
}

/// A text from a file, or from stdin.
pub fn read(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin().lock().read_to_string(&mut text),
        false => fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text)
}
