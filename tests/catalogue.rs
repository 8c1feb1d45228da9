//! The catalogue of rules, a generated page, says what the rules say.

#![allow(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and reads the page"
)]

use std::path::Path;

use estate::audit::fix::FIXES;
use estate::audit::{RULES, catalogue_page, rule};

const PAGE: &str = "src/audit/RULES.md";

#[test]
fn the_page_is_what_the_rules_say_now() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).unwrap_or_default();
    let now = catalogue_page();
    let differs = page.lines().zip(now.lines()).position(|(old, new)| old != new);
    assert!(
        page == now,
        "{PAGE} is out of date from line {}; write it anew with\n    cargo run -- explain --all --format md -o {PAGE}\n",
        differs.unwrap_or_else(|| page.lines().count().min(now.lines().count())) + 1
    );
}

#[test]
fn every_rule_and_every_fix_has_its_place() {
    let page = catalogue_page();
    for rule in RULES {
        assert!(page.contains(&format!("\n## {}\n", rule.id)), "{}", rule.id);
    }
    for fix in FIXES {
        assert!(rule(fix.rule).is_some(), "there is no rule `{}` to mend", fix.rule);
    }
}
