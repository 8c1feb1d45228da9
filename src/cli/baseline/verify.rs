use estate::manifest::Content;
use estate::report::{Cell, Column, Report, Section};
use estate::signature::Verdict;
use estate::store::Store;

use super::super::context::Context;
use super::super::failure::{Exit, Failure};
use super::super::signing::{Judge, SignatureArgs};
use super::{Baseline, PREFIX, baselines, named};

/// Check that baselines are what they were when they were made
///
/// Computes the digest over all files again, and compares the commit and the name with what the tag
/// says. A baseline names the one before it: where that is gone, or is another tag now, it is told.
/// Exits with 1 where anything is not as it was.
///
/// An SSH signature is checked, and whose it is: by the keys in inventory/signers.yaml as the default
/// branch of origin has it (without remotes: main), or the version that --signers-from names. Never by
/// those of the baseline's own commit or of the files on disk, with which a branch would vouch for
/// itself, nor by git's configuration. So whoever may change that branch decides who may sign; protect it.
/// A signature that is bad, or by a key that is not pinned or does not count on the tag's day, exits with 1.
/// The day is the one that the tag claims. No signature, or one of OpenPGP, X.509 or RSA, which
/// `git verify-tag` checks, is told alone; --require-signature fails there, too.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate baseline verify
  estate baseline verify before-the-move
  estate baseline verify --require-signature --signers-from origin/main
  estate baseline verify --json            for programs")]
pub struct Args {
    /// This one alone [default: all of them]
    name: Option<String>,
    #[command(flatten)]
    signatures: SignatureArgs,
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
        Column::new("signer", "Signer"),
        Column::new("key", "Key"),
        Column::new("what", "What"),
    ];
    let mut section = Section::new("baselines", "Baselines", columns);
    let judge = Judge::new(store, &args.signatures)?;
    let mut is_sound = true;
    for baseline in chosen {
        let mut troubles = troubles(store, &known, baseline)?;
        let verdict = judge.judge(&baseline.tag)?;
        let tag = format!("{PREFIX}{}", baseline.name);
        // Who signed has columns of its own.
        let explained = match verdict.signer() {
            (_, Some(_)) => judge.help(&verdict, &tag).unwrap_or_default(),
            _ => judge.explain(&verdict, &tag),
        };
        troubles.extend(judge.trouble(&verdict).map(|state| (state, explained.clone())));
        is_sound &= troubles.is_empty();
        let mut row = |state: &str, what: String| {
            let (signer, key) = verdict.signer();
            let signed = [verdict.word(), signer.unwrap_or(""), key.unwrap_or("")].map(Cell::text);
            let cells = [Cell::id(baseline.name.as_str()), Cell::text(state)].into_iter();
            section.push(cells.chain(signed).chain([Cell::text(what)]).collect());
        };
        if troubles.is_empty() {
            let mut asides = Vec::new();
            if let Some(commit) = &baseline.tag.commit
                && !store.leads_to_head(commit)?
            {
                let aside =
                    "HEAD does not come after it: it is of another branch, or the history was rewritten";
                asides.push(aside.to_owned());
            }
            if matches!(verdict, Verdict::Unchecked(_)) {
                asides.push(explained);
            }
            row("untouched", asides.join("; "));
        }
        troubles.into_iter().for_each(|(state, what)| row(state, what));
    }
    let report = Report::new("baseline-verify", "Configuration baselines").section(section);
    context.show(&judge.note().into_iter().fold(report, Report::note))?;
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
