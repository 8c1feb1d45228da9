use estate::audit::{RULES, Rule, policy, rule, rule_ids};
use estate::finding::Level;
use estate::model::Kind;
use estate::model::policy::Policy;
use estate::render::escape;
use estate::report::Report;
use estate::report::{Cell, Column, Section};
use estate::snapshot::Snapshot;
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};

/// Say what a rule of the audit forbids, why, and how to mend it
///
/// Inside an estate its policies are rules, too.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate explain                      every rule, a line each
  estate explain dangling-reference   one rule with examples
  estate explain policy/ID            a policy of the estate")]
pub struct Args {
    /// The rule's id as findings show it; all rules where none is given
    rule: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if let Some(rule) = args.rule.as_deref().and_then(rule) {
        context.answer(&prose(rule))?;
        return Ok(Exit::Done);
    }
    // Inside an estate its policies are known, too.
    let snapshot = match context.store() {
        Ok(store) => Some(context.snapshot(&store)?),
        Err(_) => None,
    };
    match args.rule {
        None => context.show(&catalogue(snapshot.as_ref()))?,
        Some(id) => {
            let policy = snapshot.as_ref().and_then(|snapshot| policy(&id, snapshot));
            let policy = policy.ok_or_else(|| unknown_rule(&id, snapshot.as_ref()))?;
            context.answer(&policy_prose(policy))?;
        }
    }
    Ok(Exit::Done)
}

/// Refuses an id that is neither a rule's nor a policy's.
pub fn known_rule(id: &str, snapshot: &Snapshot) -> anyhow::Result<()> {
    match rule(id).is_some() || policy(id, snapshot).is_some() {
        true => Ok(()),
        false => Err(unknown_rule(id, Some(snapshot)).into()),
    }
}

fn unknown_rule(id: &str, snapshot: Option<&Snapshot>) -> Failure {
    let known = match snapshot {
        Some(snapshot) => rule_ids(snapshot),
        None => RULES.iter().map(|rule| rule.id.to_owned()).collect(),
    };
    let hint = suggest::did_you_mean(id, known.iter().map(String::as_str))
        .unwrap_or_else(|| "`estate explain` lists the rules".to_owned());
    Failure::usage(format!("there is no rule `{id}`")).hint(hint)
}

fn catalogue(snapshot: Option<&Snapshot>) -> Report {
    let columns = vec![
        Column::new("rule", "Rule"),
        Column::new("level", "Level"),
        Column::new("what", "What it finds"),
    ];
    let mut section = Section::new("rules", "Rules", columns);
    for rule in RULES {
        section.push(vec![Cell::id(rule.id), Cell::text(rule.level.name()), Cell::text(rule.what)]);
    }
    for record in snapshot.into_iter().flat_map(|snapshot| snapshot.of_kind(Kind::Policy)) {
        let policy = Policy(record);
        let level = policy.level().map_or("", Level::name);
        section.push(vec![Cell::id(policy.rule()), Cell::text(level), Cell::text(policy.name())]);
    }
    Report::new("rules", "Rules of the audit").section(section)
}

fn prose(rule: &Rule) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "{} ({})\n\nWhat: {}.\n\nWhy: {}\n\nBroken by:\n\n{}\nRight:\n\n{}\nMend: {}\n",
        rule.id,
        rule.level,
        rule.what,
        rule.why,
        indented(rule.bad),
        indented(rule.good),
        rule.mend
    )
}

/// What a policy says of itself: its name, why, its message, how to mend, and where it stands.
fn policy_prose(policy: Policy<'_>) -> String {
    let level = policy.level().map_or("", Level::name);
    let lines = [
        ("What", Some(policy.name())),
        ("Why", policy.description()),
        ("Says", Some(policy.message())),
        ("Mend", policy.help()),
        ("Policy", Some(policy.0.path())),
    ];
    let lines = lines
        .into_iter()
        .filter_map(|(label, text)| Some(format!("\n{label}: {}\n", escape::terminal(text?))));
    format!("{} ({level})\n{}", policy.rule(), lines.collect::<String>())
}
