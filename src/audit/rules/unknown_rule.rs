use super::{Check, Context, Rule, Waivers};
use crate::audit::rule_ids;
use crate::finding::{Finding, Level};
use crate::model::Kind;
use crate::source::Location;
use crate::suggest;
use crate::yaml::Route;

pub static RULE: Rule = Rule {
    id: "unknown-rule",
    level: Level::Error,
    what: "a waiver or the settings name a rule that does not exist",
    why: "What was meant to be waived or graded is neither.",
    bad: "serial: 7XK2L93  # estate: ignore[duplicate-serail] the maker printed it twice\n",
    good: "serial: 7XK2L93  # estate: ignore[duplicate-serial] the maker printed it twice\n",
    mend: "Correct the id; `estate explain` lists the rules, and those of policies are policy/<id>.",
    check: Check::Waivers(check),
};

fn check(waivers: &Waivers<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut unknown = |rule: &str, location: Location, field: String| {
        if context.knows_rule(rule) {
            return;
        }
        let ids = rule_ids(context.snapshot);
        let help = suggest::did_you_mean(rule, ids.iter().map(String::as_str))
            .unwrap_or_else(|| "`estate explain` lists the rules".to_owned());
        findings.push(RULE.finding(location, format!("there is no rule `{rule}`")).field(field).help(help));
    };
    for waiver in &waivers.waivers {
        unknown(waiver.rule, waiver.location.clone(), waiver.field.clone());
    }
    for record in context.snapshot.of_kind(Kind::Settings) {
        let levels = record.get("audit.levels").into_iter().flat_map(|levels| levels.entries());
        for (rule, span, _) in levels {
            let field = Route::parse("audit.levels").key(rule.to_owned()).to_string();
            unknown(rule, record.at_span(span), field);
        }
    }
}
