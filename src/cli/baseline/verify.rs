use estate::manifest::Content;
use estate::report::{Cell, Column, Report, Section};
use estate::store::Store;

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::{Baseline, PREFIX, baselines, named};

/// Check that baselines are what they were when they were made
///
/// Computes the digest over all files again, and compares the commit and the name with what the tag
/// says. A baseline names the one before it: where that is gone, or is another tag now, it is told.
/// A signature is told and not checked, since that takes a program: `git verify-tag baseline/NAME`
/// checks it. Exits with 1 where anything is not as it was.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate baseline verify
  estate baseline verify before-the-move
  estate baseline verify --json            for programs")]
pub struct Args {
    /// This one alone [default: all of them]
    name: Option<String>,
}

pub fn run(context: &Context, store: &Store, args: Args) -> anyhow::Result<Exit> {
    if context.rev.is_some() {
        return Err(Failure::usage("--rev is for reading; a baseline names its version itself").into());
    }
    let known = baselines(store)?;
    let chosen = match &args.name {
        Some(name) => vec![named(&known, name)?],
        None => known.iter().collect(),
    };
    if chosen.is_empty() {
        context.say("there are no baselines to check; `estate baseline create NAME` makes one");
        return Ok(Exit::Nothing);
    }
    let columns = vec![
        Column::new("baseline", "Baseline"),
        Column::new("state", "State"),
        Column::new("signed", "Signed"),
        Column::new("what", "What"),
    ];
    let mut section = Section::new("baselines", "Baselines", columns);
    let mut is_sound = true;
    for baseline in chosen {
        let troubles = troubles(store, &known, baseline)?;
        is_sound &= troubles.is_empty();
        let mut row = |state: &str, what: String| {
            let signed = Cell::text(baseline.signed());
            section.push(vec![Cell::id(baseline.name.as_str()), Cell::text(state), signed, Cell::text(what)]);
        };
        if troubles.is_empty() {
            let aside = match &baseline.tag.commit {
                Some(commit) if !store.leads_to_head(commit)? => {
                    "HEAD does not come after it: it is of another branch, or the history was rewritten"
                }
                _ => "",
            };
            row("untouched", aside.to_owned());
        }
        troubles.into_iter().for_each(|(state, what)| row(state, what));
    }
    context.show(&Report::new("baseline-verify", "Configuration baselines").section(section))?;
    Ok(if is_sound { Exit::Done } else { Exit::Findings })
}

/// What is not as it was: a word for programs, and what it means.
fn troubles(
    store: &Store,
    known: &[Baseline],
    baseline: &Baseline,
) -> anyhow::Result<Vec<(&'static str, String)>> {
    let tag = &baseline.tag;
    let Some(manifest) = &baseline.manifest else {
        let what = "the tag has no manifest: it was not made by `estate baseline create`, or was made again";
        return Ok(vec![("replaced", what.to_owned())]);
    };
    let Some(commit) = &tag.commit else {
        return Ok(vec![("replaced", "the tag is not on a commit".to_owned())]);
    };
    let mut troubles = Vec::new();
    if tag.name != format!("{PREFIX}{}", baseline.name) {
        troubles
            .push(("replaced", format!("the tag calls itself {}: it was put in this one's place", tag.name)));
    }
    if *commit != manifest.commit {
        troubles.push(("moved", format!("it is on {commit}, and was made on {}", manifest.commit)));
    }
    let content = Content::of(|each| store.each_file(commit, each))?;
    if content.digest != manifest.digest {
        let what = format!("the files digest to sha256:{}, not sha256:{}", content.digest, manifest.digest);
        troubles.push(("changed", what));
    } else if content.counted() != manifest.records {
        let what = format!("it holds records {}, not {}", content.counted(), manifest.records);
        troubles.push(("changed", what));
    }
    if let Some((before, id)) = &manifest.follows {
        let found = known.iter().find(|other| format!("{PREFIX}{}", other.name) == *before);
        match found {
            None => {
                troubles.push(("missing", format!("{before}, which it follows, is gone or was not fetched")))
            }
            Some(other) if other.tag.id != *id => {
                troubles
                    .push(("moved", format!("{before}, which it follows, is another tag now: it was {id}")));
            }
            Some(_) => {}
        }
    }
    Ok(troubles)
}
