use estate::audit::{RULES, Rule, rule};
use estate::report::Report;
use estate::report::{Cell, Column, Section};
use estate::suggest;

use super::context::Context;
use super::failure::{Exit, Failure};

/// Say what a rule of the audit forbids, why, and how to mend it
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  estate explain                      every rule, a line each
  estate explain dangling-reference   one rule with examples
  estate explain syntax --json        the same for programs")]
pub struct Args {
    /// The rule's id as findings show it; all rules where none is given
    rule: Option<String>,
}

pub fn run(context: &Context, args: Args) -> anyhow::Result<Exit> {
    match args.rule {
        None => context.show(&catalogue())?,
        Some(id) if context.format_name().is_some() => context.show(&details(known_rule(&id)?))?,
        Some(id) => context.answer(&prose(known_rule(&id)?))?,
    }
    Ok(Exit::Done)
}

pub fn known_rule(id: &str) -> anyhow::Result<&'static Rule> {
    rule(id).ok_or_else(|| {
        let known = || RULES.iter().map(|rule| rule.id);
        let alike: Vec<&str> = known().filter(|known| !id.is_empty() && known.contains(id)).collect();
        let hint = match alike.as_slice() {
            [] => suggest::did_you_mean(id, known())
                .unwrap_or_else(|| "`estate explain` lists the rules".to_owned()),
            alike => format!("rules with that in their name: {}", alike.join(", ")),
        };
        Failure::usage(format!("there is no rule `{id}`")).hint(hint).into()
    })
}

fn catalogue() -> Report {
    let columns = vec![
        Column::new("rule", "Rule"),
        Column::new("level", "Level"),
        Column::new("what", "What it finds"),
    ];
    let mut section = Section::new("rules", "Rules", columns);
    for rule in RULES {
        section.push(vec![Cell::id(rule.id), Cell::text(rule.level.name()), Cell::text(rule.what)]);
    }
    Report::new("rules", "Rules of the audit").section(section)
}

/// One rule for programs.
fn details(rule: &Rule) -> Report {
    let texts = [
        ("rule", "Rule", rule.id),
        ("level", "Level", rule.level.name()),
        ("what", "What it finds", rule.what),
        ("why", "Why it matters", rule.why),
        ("bad", "Broken by", rule.bad),
        ("good", "Right", rule.good),
        ("mend", "How to mend it", rule.mend),
    ];
    let columns = texts.iter().map(|(name, title, _)| Column::new(*name, *title)).collect();
    let mut section = Section::new("rules", "Rules", columns);
    section.push(texts.iter().map(|(.., text)| Cell::text(*text)).collect());
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
