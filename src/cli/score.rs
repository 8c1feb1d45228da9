//! `estate audit --score`: the quality of the data instead of the findings.

use std::str::FromStr;

use estate::date::Date;
use estate::glob;
use estate::money::Percent;
use estate::report::Report;
use estate::reports::{self, ScoredVersion};
use estate::score::{GroupBy, Scorecard, measure};
use estate::snapshot::Snapshot;
use estate::store::Store;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::subject::{ScopeArgs, Subject};

/// Scores in place of findings.
#[derive(clap::Args)]
pub struct ScoreArgs {
    /// Score the quality of the data instead of listing findings
    ///
    /// Completeness, correctness and compliance, as ServiceNow defines them for its CMDB Health: the
    /// items that pass every check, of those that could be measured. Fields that a class recommends are
    /// listed in its schema under x-estate-recommended. Waivers raise no score. The exit code is 0
    /// unless --fail-under says otherwise.
    #[arg(long, help_heading = "Score", conflicts_with_all = ["fix", "fail_on", "select", "ignore", "baseline", "write_baseline", "changed_since"])]
    pub score: bool,
    /// A score for each class, service (with the items of its component graph) or owner [default: class]
    #[arg(long, value_name = "GROUP", help_heading = "Score", requires = "score", conflicts_with = "trend", value_parser = ["class", "service", "owner"])]
    by: Option<String>,
    /// Name what each item fails and where, those that fail most first
    #[arg(long, help_heading = "Score", requires = "score", conflicts_with = "trend")]
    details: bool,
    /// The scores at each tag, by date, each judged for the day of its commit
    #[arg(long, help_heading = "Score", requires = "score")]
    trend: bool,
    /// Take these tags alone into the trend, such as 'close/*'
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', help_heading = "Score", requires = "trend")]
    tags: Vec<String>,
    /// Exit with 1 where the overall score is less, such as 80%
    #[arg(long, value_name = "PERCENT", help_heading = "Score", requires = "score")]
    fail_under: Option<String>,
}

pub fn run_score(context: &Context, args: &ScoreArgs, scope: &ScopeArgs) -> anyhow::Result<Exit> {
    let limit = args.fail_under.as_deref().map(percent).transpose()?;
    let store = context.store()?;
    let subject = Subject::of(context, &store, scope)?;
    let snapshot = &subject.snapshot;
    let quality = measure(snapshot, context.as_of);
    let card = Scorecard::of(&quality.checked);
    let report = if args.trend {
        let base = context.report("score_trend", "Quality of the data over time", snapshot);
        let (mut versions, skipped) = past(context, &store, &args.tags)?;
        versions.push(ScoredVersion { name: snapshot.version().to_string(), as_of: context.as_of, card });
        let report = reports::score_trend(base, &versions);
        skipped.into_iter().fold(report, Report::note)
    } else {
        let base = context.report("score", "Quality of the data", snapshot);
        let by = args.by.as_deref().and_then(GroupBy::from_name).unwrap_or(GroupBy::Class);
        reports::score(base, &quality, by, snapshot, args.details)
    };
    context.show(&report)?;
    subject.refuse_empty(scope)?;
    let Some(limit) = limit else { return Ok(Exit::Done) };
    let Some(overall) = card.overall() else {
        return Err(Failure::nothing("there is no item to score, so no score is reached").into());
    };
    let failed = overall.is_below(limit);
    if failed {
        let reached = overall.percent().map(|percent| percent.to_string()).unwrap_or_default();
        context.say(&format!("the overall score of {reached} is under {limit}"));
    }
    Ok(if failed { Exit::Findings } else { Exit::Done })
}

fn percent(text: &str) -> anyhow::Result<Percent> {
    let percent = Percent::from_str(&format!("{}%", text.trim_end_matches('%')));
    let percent = percent.ok().filter(|percent| *percent <= Percent::HUNDRED);
    Ok(percent.ok_or_else(|| {
        Failure::usage(format!("--fail-under: `{text}` is no percentage from 0 to 100"))
            .hint("write 80 or 82.5%")
    })?)
}

/// The scores at the tags that lead to the version that is read, oldest first, and a word on each tag
/// that is left out.
fn past(
    context: &Context,
    store: &Store,
    patterns: &[String],
) -> anyhow::Result<(Vec<ScoredVersion>, Vec<String>)> {
    let all = store.tags("")?;
    let wanted =
        |tag: &&String| patterns.is_empty() || patterns.iter().any(|pattern| glob::matches(pattern, tag));
    let (mut versions, mut skipped) = (Vec::new(), Vec::new());
    let tags: Vec<&String> = all.iter().filter(wanted).collect();
    if tags.is_empty() {
        let which =
            if patterns.is_empty() { "tag".to_owned() } else { format!("tag {}", patterns.join(" or ")) };
        skipped.push(format!("there is no {which}, so the trend has one version alone"));
    }
    let tip = context.rev.as_deref().unwrap_or("HEAD");
    for tag in tags {
        match at_tag(store, tag, tip)? {
            Ok((as_of, snapshot)) => {
                let card = Scorecard::of(&measure(&snapshot, as_of).checked);
                versions.push(ScoredVersion { name: tag.clone(), as_of, card });
            }
            Err(why) => skipped.push(format!("the tag {tag} is left out: {why}")),
        }
    }
    versions.sort_by(|a, b| (a.as_of, &a.name).cmp(&(b.as_of, &b.name)));
    Ok((versions, skipped))
}

/// The estate at a tag and the day of its commit, or why it has no place in the trend.
fn at_tag(store: &Store, tag: &str, tip: &str) -> anyhow::Result<Result<(Date, Snapshot), String>> {
    let Some(commit) = store.tagged(tag)? else { return Ok(Err("it leads to no commit".to_owned())) };
    if !store.leads_to(&commit, tip)? {
        return Ok(Err(format!("{tip} does not come from it")));
    }
    let Some(as_of) = store.committed_on(&commit)? else {
        return Ok(Err("the date of its commit cannot be read".to_owned()));
    };
    let snapshot = store.at(&commit)?;
    let has_items = snapshot.items().next().is_some();
    Ok(if has_items { Ok((as_of, snapshot)) } else { Err("it has no items".to_owned()) })
}
