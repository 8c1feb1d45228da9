use std::path::PathBuf;

use anyhow::Context as _;
use estate::audit::RULES;
use estate::audit::baseline::Baseline;
use estate::audit::fix::mend;
use estate::finding::{Finding, Level};
use estate::model::Kind;
use estate::model::policy::Policy;
use estate::render::escape;
use estate::render::findings::{self, FindingFormat, FindingsView, LeftOut, RuleInfo};
use estate::report::counted;
use estate::snapshot::Snapshot;
use estate::store::write_file;

use super::context::{Context, unknown_format};
use super::failure::{Exit, Failure};
use super::score::{ScoreArgs, run_score};
use super::subject::{ScopeArgs, Subject};
use super::writing::{Scope, WriteArgs, Writing, write};

/// Check the estate: every file, every rule
///
/// Reads every record and reports each broken rule with its place, why it matters and how to mend
/// it. `estate explain RULE` says more. Policies in inventory/policies/ are rules of your own, and
/// what inventory/waivers.yaml or a comment `# estate: ignore[RULE] reason` accepts is counted
/// rather than shown. Exits with 1 where there are findings at or above --fail-on, and with 4 where
/// nothing was checked.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate audit                               every finding, with the offending line
  estate audit --fail-on warning             a stricter gate
  estate audit --format sarif -o audit.sarif for code scanning
  estate audit --rev v1.0                    the estate as it was
  estate audit --staged                      what is about to be committed
  estate audit --changed-since main          what this branch has to do with
  estate audit --merge-with origin/main      what merging both branches would give
  estate audit --write-baseline known.json   accept what is there today
  estate audit --baseline known.json         and fail on what is new
  estate audit --score --by service          how good the data are, service by service
  estate audit --score --details             what each item lacks, the worst first
  estate audit --score --trend --tags 'close/*' --format md
  estate audit --score --fail-under 80%      a gate on the quality of the data
  estate audit --fix -n                      what can be mended without a decision
  estate audit --fix --select unknown-field  mend findings of one rule")]
pub struct Args {
    /// The lowest level that makes the audit fail
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = ["error", "warning", "note"])]
    fail_on: String,
    /// Report these rules alone
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Leave out the findings that this file holds
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the findings to this file; with --baseline only those of it that are still found
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Mend what needs no decision of a person, then report what is left
    ///
    /// Only where one answer alone is possible, changing nothing but the value: `estate explain RULE`
    /// says what is mended. What would break another rule is left. It is one commit; in files with
    /// changes that are not committed, say --no-commit.
    #[arg(long, conflicts_with_all = ["staged", "merge_with", "changed_since", "baseline", "write_baseline"])]
    fix: bool,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    score: ScoreArgs,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if args.score.score {
        return run_score(context, &args.score, &args.scope);
    }
    if args.fix {
        fix(context, &args)?;
        // A dry run has answered with the changes.
        return if args.write.dry_run { Ok(Exit::Done) } else { report(context, args) };
    }
    if args.write.is_given() {
        return Err(Failure::usage(
            "an audit writes nothing: -n, --no-commit, -m and --change go with --fix",
        )
        .into());
    }
    report(context, args)
}

/// Mends the findings that are wanted, and says which they were.
fn fix(context: &Context, args: &Args) -> anyhow::Result<Exit> {
    write(context, &args.write, Scope::Whole, |snapshot| {
        check_rules(args, snapshot)?;
        let mended = mend(snapshot, context.as_of, |finding| args.wants(&finding.rule));
        for finding in &mended.findings {
            let line = format!("fix: {}: {} ({})", finding.location, finding.message, finding.rule);
            context.say(&escape::terminal(&line));
        }
        if mended.refused > 0 {
            let refused = counted(mended.refused, "finding");
            context
                .say(&format!("left: {refused} that could be mended, but then other rules would be broken"));
        }
        let done = format!("mended {}", counted(mended.findings.len(), "finding"));
        Ok(Writing::new(mended.edit, done).unchanged("there is nothing to mend without a decision"))
    })
}

fn report(context: &Context, args: Args) -> anyhow::Result<Exit> {
    let old = args.baseline.as_ref().map(read_baseline).transpose()?;
    let store = context.store()?;
    let subject = Subject::recalled(context, &store, &args.scope)?;
    check_rules(&args, &subject.snapshot)?;
    let mut audit = subject.audit(context);
    audit.findings.retain(|finding| args.wants(&finding.rule));
    if args.fix {
        // What a fix would break elsewhere is a person's to mend.
        audit.findings.iter_mut().for_each(|finding| finding.fix = None);
    }
    let format = match context.format_name() {
        None => FindingFormat::Text,
        Some(name) => FindingFormat::named(name).ok_or_else(|| {
            let known: Vec<&str> = FindingFormat::ALL.iter().map(|format| format.info().name).collect();
            unknown_format(name, &known)
        })?,
    };
    let (found, baselined) = past_baseline(context, &args, old, audit.findings)?;
    let mut header = context.header(&subject.snapshot);
    header.extend(args.scope.header());
    let mut rules = rule_infos(&subject.snapshot);
    rules.retain(|rule| args.wants(&rule.id));
    let left_out = LeftOut { waived: audit.waived, baselined };
    let (prefix, files) = (store.prefix(), subject.files());
    let view = FindingsView { findings: &found, rules: &rules, header, prefix, files, left_out };
    context.answer(&findings::findings(&view, format, &context.style()))?;
    subject.refuse_empty(&args.scope)?;
    let threshold = Level::from_name(&args.fail_on);
    let failed = found.iter().any(|finding| Some(finding.level) >= threshold);
    Ok(if failed { Exit::Findings } else { Exit::Done })
}

impl Args {
    fn wants(&self, rule: &str) -> bool {
        let named = |ids: &[String]| ids.iter().any(|id| id == rule);
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }
}

fn check_rules(args: &Args, snapshot: &Snapshot) -> anyhow::Result<()> {
    args.select.iter().chain(&args.ignore).try_for_each(|id| super::explain::known_rule(id, snapshot))
}

/// Reads and writes baselines as asked: the findings that they do not hold, and how many they hold.
fn past_baseline(
    context: &Context,
    args: &Args,
    old: Option<Baseline>,
    findings: Vec<Finding>,
) -> anyhow::Result<(Vec<Finding>, usize)> {
    let written = args.write_baseline.as_ref().map(|path| {
        // An update of a baseline absorbs nothing new.
        let baseline = old.as_ref().map_or_else(|| Baseline::of(&findings), |old| old.kept(&findings));
        (path, baseline)
    });
    if let Some((path, baseline)) = &written {
        write_file(path, baseline.to_text().as_bytes())?;
        context.say(&format!("{} in the baseline {}", counted(baseline.len(), "finding"), path.display()));
    }
    let Some(baseline) = old.or(written.as_ref().map(|(_, baseline)| baseline.clone())) else {
        return Ok((findings, 0));
    };
    let compared = baseline.compare(findings);
    if compared.gone > 0 && written.is_none() {
        context.say(&match compared.gone {
            1 => "1 entry of the baseline is no longer found; --write-baseline drops it".to_owned(),
            gone => {
                format!("{gone} entries of the baseline are no longer found; --write-baseline drops them")
            }
        });
    }
    Ok((compared.new, compared.known))
}

fn read_baseline(path: &PathBuf) -> anyhow::Result<Baseline> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the baseline {} cannot be read", path.display()))?;
    Baseline::parse(&text).map_err(|why| {
        Failure::failed(format!("{} is no baseline: {why}", path.display()))
            .hint("`estate audit --write-baseline FILE` writes one")
            .into()
    })
}

/// The rules and policies as output formats list them.
pub fn rule_infos(snapshot: &Snapshot) -> Vec<RuleInfo<'_>> {
    let rules = RULES.iter().map(|rule| RuleInfo {
        id: rule.id.into(),
        level: rule.level,
        title: rule.what,
        help: rule.mend,
    });
    let policies = snapshot.of_kind(Kind::Policy).filter_map(|record| policy_info(Policy(record)));
    rules.chain(policies).collect()
}

fn policy_info(policy: Policy<'_>) -> Option<RuleInfo<'_>> {
    Some(RuleInfo {
        id: policy.rule().into(),
        level: policy.level()?,
        title: policy.name(),
        help: policy.help().unwrap_or(policy.message()),
    })
}
