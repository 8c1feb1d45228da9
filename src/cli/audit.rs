use estate::audit::RULES;
use estate::finding::Level;
use estate::render::findings::{self, FindingFormat, FindingsView, RuleInfo};

use super::context::{Context, unknown_format};
use super::failure::Exit;
use super::subject::{ScopeArgs, Subject};

/// Check the estate: every file, every rule
///
/// Reads every record and reports each broken rule with its place, why it matters and how to mend
/// it. `estate explain RULE` says more. Exits with 1 where there are findings at or above
/// --fail-on, and with 4 where nothing was checked.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate audit                               every finding, with the offending line
  estate audit --fail-on warning             a stricter gate
  estate audit --format sarif -o audit.sarif for code scanning
  estate audit --rev v1.0                    the estate as it was
  estate audit --staged                      what is about to be committed
  estate audit --changed-since main          what this branch has to do with
  estate audit --merge-with origin/main      what merging both branches would give")]
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
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    for id in args.select.iter().chain(&args.ignore) {
        super::explain::known_rule(id)?;
    }
    let store = context.store()?;
    let subject = Subject::of(context, &store, &args.scope)?;
    let is_wanted = |rule: &str| {
        let named = |ids: &[String]| ids.iter().any(|id| id == rule);
        (args.select.is_empty() || named(&args.select)) && !named(&args.ignore)
    };
    let mut found = subject.findings(context);
    found.retain(|finding| is_wanted(&finding.rule));
    let format = match context.format_name() {
        None => FindingFormat::Text,
        Some(name) => FindingFormat::named(name).ok_or_else(|| {
            let known: Vec<&str> = FindingFormat::ALL.iter().map(|format| format.info().name).collect();
            unknown_format(name, &known)
        })?,
    };
    let mut header = context.header(&subject.snapshot);
    header.extend(args.scope.header());
    let mut rules = rule_infos();
    rules.retain(|rule| is_wanted(&rule.id));
    let (prefix, files) = (store.prefix(), subject.files());
    let view = FindingsView { findings: &found, rules: &rules, header, prefix, files };
    context.answer(&findings::findings(&view, format, &context.style()))?;
    subject.refuse_empty(&args.scope)?;
    let threshold =
        [Level::Error, Level::Warning, Level::Note].into_iter().find(|level| level.name() == args.fail_on);
    let failed = found.iter().any(|finding| Some(finding.level) >= threshold);
    Ok(if failed { Exit::Findings } else { Exit::Done })
}

/// The rules as output formats list them.
pub fn rule_infos() -> Vec<RuleInfo<'static>> {
    RULES
        .iter()
        .map(|rule| RuleInfo { id: rule.id.into(), level: rule.level, title: rule.what, help: rule.mend })
        .collect()
}
