use estate::audit::fix::fix_of;
use estate::audit::{RULES, Rule, catalogue_page, policy, rule, rule_ids};
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
  estate explain syntax --json        the same for programs
  estate explain policy/ID            a policy of the estate
  estate explain --all --format md    the catalogue of rules as a page")]
pub struct Args {
    /// The rule's id as findings show it; a list of all rules where none is given
    rule: Option<String>,
    /// Everything about every rule that is built in
    #[arg(long, conflicts_with = "rule")]
    all: bool,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    if args.all {
        match context.format_name() {
            None => context.answer(&RULES.iter().map(|rule| prose(rule)).collect::<Vec<_>>().join("\n\n"))?,
            Some("md") => context.answer(&catalogue_page())?,
            Some(_) => context.show(&details(RULES.iter().map(|rule| rule_texts(rule))))?,
        }
        return Ok(Exit::Done);
    }
    if let Some(rule) = args.rule.as_deref().and_then(rule) {
        match context.format_name() {
            Some(_) => context.show(&details([rule_texts(rule)]))?,
            None => context.answer(&prose(rule))?,
        }
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
            match context.format_name() {
                Some(_) => context.show(&details([policy_texts(policy)]))?,
                None => context.answer(&policy_prose(policy))?,
            }
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
    let known = || known.iter().map(String::as_str);
    let alike: Vec<&str> = known().filter(|known| !id.is_empty() && known.contains(id)).collect();
    let hint = match alike.as_slice() {
        [] => suggest::did_you_mean(id, known())
            .unwrap_or_else(|| "`estate explain` lists the rules".to_owned()),
        alike => format!("rules with that in their name: {}", alike.join(", ")),
    };
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

/// Name, title and text of what is said.
type Texts = Vec<(&'static str, &'static str, String)>;

fn rule_texts(rule: &Rule) -> Texts {
    let texts = [
        ("rule", "Rule", rule.id),
        ("level", "Level", rule.level.name()),
        ("what", "What it finds", rule.what),
        ("why", "Why it matters", rule.why),
        ("bad", "Broken by", rule.bad),
        ("good", "Right", rule.good),
        ("mend", "How to mend it", rule.mend),
        ("fix", "What --fix mends", fix_of(rule.id).map_or("", |fix| fix.what)),
    ];
    texts.map(|(name, title, text)| (name, title, text.to_owned())).into()
}

fn policy_texts(policy: Policy<'_>) -> Texts {
    vec![
        ("rule", "Rule", policy.rule()),
        ("level", "Level", policy.level().map_or("", Level::name).to_owned()),
        ("what", "What it finds", policy.name().to_owned()),
        ("why", "Why it matters", policy.description().unwrap_or("").to_owned()),
        ("message", "What it says", policy.message().to_owned()),
        ("mend", "How to mend it", policy.help().unwrap_or("").to_owned()),
        ("path", "File", policy.0.path().to_owned()),
    ]
}

/// Rules or policies for programs, all with the same names.
fn details(rows: impl IntoIterator<Item = Texts>) -> Report {
    let mut rows = rows.into_iter().peekable();
    let names = rows.peek().into_iter().flatten();
    let columns = names.map(|(name, title, _)| Column::new(*name, *title)).collect();
    let mut section = Section::new("rules", "Rules", columns);
    for row in rows {
        section.push(row.into_iter().map(|(.., text)| Cell::text(text)).collect());
    }
    Report::new("rules", "Rules of the audit").section(section)
}

fn prose(rule: &Rule) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "{} ({})\n\nWhat: {}.\n\nWhy: {}\n\nBroken by:\n\n{}\nRight:\n\n{}\nMend: {}\n{}",
        rule.id,
        rule.level,
        rule.what,
        rule.why,
        indented(rule.bad),
        indented(rule.good),
        rule.mend,
        fix_of(rule.id)
            .map_or_else(String::new, |fix| format!("\n`estate audit --fix` mends {}.\n", fix.what)),
    )
}

fn policy_prose(policy: Policy<'_>) -> String {
    let said = policy_texts(policy).into_iter().skip(2).filter(|(.., text)| !text.is_empty());
    let lines: String =
        said.map(|(_, title, text)| format!("\n{title}: {}\n", escape::terminal(&text))).collect();
    format!("{} ({})\n{lines}", policy.rule(), policy.level().map_or("", Level::name))
}
