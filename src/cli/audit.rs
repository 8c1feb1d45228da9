use estate::audit::{self, RULES};
use estate::finding::Level;
use estate::render::findings::{self, FindingFormat, FindingsView, RuleInfo};

use super::context::{Context, unknown_format};
use super::failure::{Exit, Failure};

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
  estate audit --rev v1.0                    the estate as it was")]
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
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    for id in args.select.iter().chain(&args.ignore) {
        super::explain::known_rule(id)?;
    }
    let store = context.store()?;
    let snapshot = context.snapshot(&store)?;
    let mut found = audit::audit(&snapshot, context.as_of);
    found.retain(|finding| {
        let named = |ids: &[String]| ids.iter().any(|id| id.as_str() == finding.rule);
        (args.select.is_empty() || named(&args.select)) && !named(&args.ignore)
    });
    let format = match context.format_name() {
        None => FindingFormat::Text,
        Some(name) => FindingFormat::named(name).ok_or_else(|| {
            let known: Vec<&str> = FindingFormat::ALL.iter().map(|format| format.info().name).collect();
            unknown_format(name, &known)
        })?,
    };
    let files = snapshot.records().count();
    let header = vec![("as_of", context.as_of.to_string()), ("rev", snapshot.version().to_string())];
    let rules = rule_infos();
    let view = FindingsView { findings: &found, rules: &rules, header, files };
    context.answer(&findings::findings(&view, format, &context.style()))?;
    if files == 0 {
        return Err(Failure::nothing("there is no record to check").into());
    }
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
