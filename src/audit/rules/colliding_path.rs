use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::source::Location;

pub static RULE: Rule = Rule {
    id: "colliding-path",
    level: Level::Error,
    what: "two files or folders have names that some file systems take for one",
    why: "On macOS and Windows case does not count, and macOS does not tell a letter with its accent from the two apart: a clone there lacks one of them, or mixes two folders.",
    bad: "# inventory/items/Server/srv-web-03.yaml\nid: srv-web-03\nclass: server\nname: X\nstatus: planned\n",
    good: "# inventory/items/server/srv-web-03.yaml\nid: srv-web-03\nclass: server\nname: X\nstatus: planned\n",
    mend: "Rename one with `git mv`; lower-case ASCII never collides.",
    // Paths change only where a record goes and another comes.
    check: Check::Estate { watches: &[], run: check },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // What is lower-case ASCII as it should be collides with nothing else.
    let is_plain = |path: &str| path.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if context.snapshot.records().all(|record| is_plain(record.path())) {
        return;
    }
    // By the name as such a file system sees it, whatever leads there: the name as first written.
    let mut first: HashMap<String, &str> = HashMap::new();
    for record in context.snapshot.records() {
        let path = record.path();
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for part in ends.filter_map(|end| path.get(..end)) {
            let seen = part.nfc().collect::<String>().to_lowercase();
            let other = *first.entry(seen).or_insert(part);
            if other != part {
                findings.push(
                    RULE.finding(
                        Location::file(path),
                        format!("`{part}` and `{other}` are one name to some file systems"),
                    )
                    .help("rename one of them with `git mv`"),
                );
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::snapshot;

    fn found(paths: &[&str]) -> Vec<String> {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "id: x\n")).collect();
        let snapshot = snapshot(&files);
        let mut findings = Vec::new();
        check(&Context::new(&snapshot, parse_date("2026-11-24").unwrap()), &mut findings);
        findings.iter().map(|finding| finding.message.replace("inventory/", "")).collect()
    }

    #[test]
    fn case_and_composition_do_not_tell_names_apart_everywhere() {
        assert_eq!(
            found(&["items/Server/b.yaml", "items/server/a.yaml", "items/server/c.yaml"]),
            ["`items/server` and `items/Server` are one name to some file systems"; 2]
        );
        // An e with an acute accent: one letter (NFC), or two (NFD).
        assert_eq!(found(&["parties/caf\u{e9}.yaml", "parties/cafe\u{301}.yaml"]).len(), 1);
        assert_eq!(found(&["parties/A.yaml", "parties/b.yaml", "services/a.yaml"]), [""; 0]);
    }
}
