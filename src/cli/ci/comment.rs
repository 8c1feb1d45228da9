use anyhow::Context as _;
use estate::diff::{self, Detail};
use estate::render::findings::{self, FindingFormat, FindingsView, LeftOut};
use estate::render::{self, Format};
use estate::report::Report;

use crate::cli::audit::rule_infos;
use crate::cli::context::Context;
use crate::cli::diff::with_value;
use crate::cli::failure::{Exit, Failure};
use crate::cli::subject::Subject;
use crate::cli::value::PeriodArgs;

/// GitHub takes 65 536 characters in a comment, and counts some of them twice.
const MOST_CHARACTERS: usize = 60_000;

/// Say what merging a branch does, as one Markdown document
///
/// The findings that the change has to do with, what changes by record and field, and what that
/// does to values and costs: for the comment on a pull request or the summary of a job. The merge
/// is made in memory. It tells and does not judge: `estate audit` is the gate.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate ci comment origin/main                              what merging HEAD into main does
  estate ci comment origin/main HEAD -o comment.md           for `gh pr comment --body-file`
  estate ci comment main >> \"$GITHUB_STEP_SUMMARY\"            as the summary of a job")]
pub struct Args {
    /// The branch to merge into
    #[arg(value_name = "BASE")]
    base: String,
    /// The branch that is merged
    #[arg(value_name = "HEAD", default_value = "HEAD")]
    head: String,
    #[command(flatten)]
    period: PeriodArgs,
    /// The book whose depreciation counts [default: the default book of the settings]
    #[arg(long, value_name = "BOOK")]
    book: Option<String>,
}

pub fn run(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    if context.format_name().is_some_and(|name| name != "md") {
        return Err(Failure::usage("the comment is Markdown and nothing else").into());
    }
    if context.rev.is_some() {
        return Err(Failure::usage("--rev names one version, and a merge has two: BASE and HEAD").into());
    }
    let store = context.store()?;
    let before = store.at(&args.base)?;
    let subject = Subject::merged(&store, &args.head, &args.base, Some(&args.base))?;
    let after = &subject.snapshot;
    let estate::audit::Audit { findings: found, waived } = subject.audit(context);
    let mut header = context.header(after);
    header.push(("changed_since", args.base.clone()));
    let view = FindingsView {
        findings: &found,
        rules: &rule_infos(after),
        header,
        prefix: store.prefix(),
        files: subject.files(),
        left_out: LeftOut { waived, ..LeftOut::default() },
    };
    let changes = diff::diff(&before, after);
    let audit = findings::findings(&view, FindingFormat::Md, &context.style());

    let report = |detail| diff::report(&changes, &before, after, detail);
    let valued =
        with_value(context, report(Detail::Fields), &before, after, &args.period, args.book.as_deref());
    let money = match valued {
        Ok(valued) => valued,
        // Without settings there are no figures, and the findings say why.
        Err(error) if !found.is_empty() => report(Detail::Fields).note(format!("no figures: {error}")),
        Err(error) => return Err(error).context("the change cannot be valued"),
    };
    let form = |detail: Option<Detail>| match detail {
        Some(detail) => {
            let changes = report(detail).sections.into_iter();
            Report {
                sections: changes.chain(money.sections.iter().skip(1).cloned()).collect(),
                ..money.clone()
            }
        }
        None => {
            let note = format!("too much for a comment: `estate diff {} {}` shows it", args.base, args.head);
            Report { sections: Vec::new(), ..money.clone() }.note(note)
        }
    };
    let mut text = String::new();
    for detail in [Some(Detail::Fields), Some(Detail::Records), None] {
        let changes = render::report(&form(detail), Format::Md, &context.style());
        text = format!("{audit}\n{changes}");
        if text.chars().count() <= MOST_CHARACTERS {
            break;
        }
    }
    context.answer(&text)?;
    Ok(Exit::Done)
}
