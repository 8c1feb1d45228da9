use std::collections::HashMap;
use std::sync::Arc;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Record;
use crate::secrets::{self, Secret};
use crate::source::Location;
use crate::yaml::{Route, Value};

pub static RULE: Rule = Rule {
    id: "secret-in-record",
    level: Level::Error,
    what: "a record holds a password, a token or a private key",
    why: "Whoever can read the repository, now or from any old clone, can use it; deleting the line does not take it out of the history.",
    bad: "name: \"Web 1, https://admin:Sesame-12@srv-web-01/\"\n",
    good: "name: \"Web 1, https://srv-web-01/\"\n",
    mend: "Take it out, and have it replaced where it is valid: it is known now. Keep secrets in a vault and write where they are, as in `vault:kv/web`.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(root) = record.root() else { return };
    let mut secrets = secrets::find(record.source().text());
    let mut named = Vec::new();
    collect(root, &Route::default(), &mut named);
    for (secret, _) in &named {
        if !secrets.iter().any(|known| known.span.range().contains(&(secret.span.start as usize))) {
            secrets.push(*secret);
        }
    }
    for secret in secrets {
        let field = named.iter().find(|(own, _)| own.span == secret.span).map(|(_, route)| route.to_string());
        let message = format!("here stands {}", secret.what);
        findings.push(
            RULE.finding(hidden(record, secret), message)
                .field(field.unwrap_or_default())
                .help("take it out and have it replaced where it is valid; write where it is kept, as in `vault:kv/web`"),
        );
    }
}

/// The values of fields that are named as secrets are.
fn collect(value: Value<'_>, route: &Route, found: &mut Vec<(Secret, Route)>) {
    for (key, _, field) in value.entries() {
        let route = route.key(key.to_owned());
        let is_secret = |text: &str| text.len() >= 4 && !text.contains(' ') && !secrets::is_placeholder(text);
        if field.text().is_some_and(is_secret) && secrets::is_secret_name(key) {
            found.push((Secret { span: field.span(), what: "what its name calls a secret" }, route.clone()));
        }
        collect(field, &route, found);
    }
    for (index, element) in value.elements().enumerate() {
        collect(element, &route.index(index), found);
    }
}

/// The place of a secret, with the line as it may be shown: of the secret no more than the first
/// characters, by which its owner knows it.
fn hidden(record: &Record, secret: Secret) -> Location {
    const SHOWN: usize = 3;
    let mut location = record.at_span(secret.span);
    let text = record.source().slice(secret.span);
    let first = text.lines().next().unwrap_or("");
    let cover = |(at, c): (usize, char)| if at < SHOWN { c } else { '*' };
    let covered: String = first.chars().enumerate().map(cover).collect();
    location.line_text = location.line_text.replace(first, &covered).into();
    location
}

/// Covers the lines of secrets in whatever else is said of them: a mistyped `pasword: …` is an
/// unknown field, too.
pub fn hide(findings: &mut [Finding]) {
    let mut lines: HashMap<(Arc<str>, u32), Arc<str>> = HashMap::new();
    for place in findings.iter().filter(|finding| finding.rule == RULE.id).map(|finding| &finding.location) {
        let line = lines.entry((place.path.clone(), place.line)).or_insert_with(|| place.line_text.clone());
        // Of two secrets in a line, each line covers one.
        let pairs = line.chars().zip(place.line_text.chars());
        *line = pairs.map(|(one, other)| if other == '*' { other } else { one }).collect::<String>().into();
    }
    if lines.is_empty() {
        return;
    }
    let places = findings.iter_mut().flat_map(|finding| {
        std::iter::once(&mut finding.location)
            .chain(finding.related.iter_mut().map(|related| &mut related.location))
    });
    for place in places {
        if let Some(covered) = lines.get(&(place.path.clone(), place.line)) {
            place.line_text = covered.clone();
        }
    }
}
