//! A small estate whose scores are counted by hand in the comments.

use super::*;
use crate::date::parse_date;
use crate::snapshot::testing::{SETTINGS, snapshot};

/// Everything that the class server recommends but the maker, who is added apart.
const COMMON: &str = "class: server\nstatus: in_use\nowner: it\nlocation: room\n";

fn estate(settings: &str) -> Snapshot {
    let server = |fields: &str| format!("{COMMON}{fields}");
    let files = [
        ("settings.yaml", settings.to_owned()),
        ("parties/it.yaml", "id: it\nname: IT\nkind: team\n".to_owned()),
        ("parties/apps.yaml", "id: apps\nname: Applications\nkind: team\n".to_owned()),
        // Passes every check.
        ("items/server/a.yaml", server("id: a\nname: A\nmanufacturer: Dell\nmodel: New\nserial: S1\nacquired: 2026-01-01\nrelations: {depends_on: [b]}\n")),
        // No maker, the serial of a, last seen in 2020, a model that a policy forbids.
        ("items/server/b.yaml", server("id: b\nname: B\nmodel: Old\nserial: s1\nacquired: 2019-01-01\nverified: {on: 2020-01-01, by: it}\n")),
        // No name, and nothing has to do with it.
        ("items/server/c.yaml", server("id: c\nmanufacturer: Dell\nmodel: New\nserial: S3\nacquired: 2026-02-01\n")),
        // Has ended and is to come: left out.
        ("items/server/e.yaml", "id: e\nclass: server\nname: E\nstatus: disposed\n".to_owned()),
        ("items/server/f.yaml", "id: f\nclass: server\nname: F\nstatus: planned\n".to_owned()),
        ("items/server/g.yaml", "id: [\n".to_owned()),
        // No version, number or date.
        ("items/application/d.yaml", "id: d\nclass: application\nname: D\nstatus: in_use\nowner: apps\n".to_owned()),
        ("items/location/room.yaml", "id: room\nclass: location\nname: Room\nstatus: in_use\nattributes: {kind: room}\n".to_owned()),
        ("services/base.yaml", "id: base\nname: Base\nstatus: in_use\ncomponents:\n  - {any_of: [a, b], min_up: 1}\n  - {service: web}\n".to_owned()),
        ("services/web.yaml", "id: web\nname: Web\nstatus: in_use\ncomponents:\n  - {item: d}\n  - {service: base}\n".to_owned()),
        ("services/bare.yaml", "id: bare\nname: Bare\nstatus: in_use\n".to_owned()),
        ("services/gone.yaml", "id: gone\nname: Gone\nstatus: retired\ncomponents:\n  - {item: c}\n".to_owned()),
        ("policies/no-old.yaml", "id: no-old\nname: No old models\nlevel: warning\nselect: {kind: item, classes: [server], where: {field: serial, op: ne, value: S3}}\nwhen: {field: model, op: eq, value: Old}\nmessage: too old\n".to_owned()),
        // A waiver does not make the record fresh.
        ("waivers.yaml", "waivers:\n  - {rule: stale-record, record: item/b, reason: x, owner: it, until: 2027-01-01}\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    snapshot(&files)
}

fn as_of() -> Date {
    parse_date("2026-11-24").unwrap()
}

fn of(tally: Tally) -> (u32, u32) {
    (tally.passed, tally.measured)
}

fn indicators(card: &Scorecard) -> Vec<(u32, u32)> {
    card.indicators().map(|(_, tally)| of(tally)).collect()
}

fn overall(card: &Scorecard) -> String {
    card.overall().unwrap().percent().unwrap().to_string()
}

#[test]
fn each_check_passes_fails_or_says_nothing() {
    let estate = estate(SETTINGS.1);
    let quality = measure(&estate, as_of());
    assert_eq!((quality.checked.len(), quality.left_out), (6, 2));
    let letters = |checked: &Checked<'_>| -> String {
        let letter = |outcome: &Outcome| match outcome {
            Outcome::Passed => '+',
            Outcome::Failed { .. } => '-',
            Outcome::NotMeasured => '.',
        };
        checked.outcomes.iter().map(letter).collect()
    };
    let by_item: Vec<(&str, String)> =
        quality.checked.iter().map(|checked| (checked.item.id(), letters(checked))).collect();
    // required, recommended, orphan, stale, duplicate, policies
    let expected = [
        ("d", "+-+..."),
        ("room", "+++..."),
        ("a", "++++++"),
        ("b", "+-+---"),
        ("c", "-+-++."),
        ("g", "-....."),
    ];
    assert_eq!(by_item, expected.map(|(id, letters)| (id, letters.to_owned())));
    let card = Scorecard::of(&quality.checked);
    let checks: Vec<_> = card.checks().map(|(_, tally)| of(tally)).collect();
    assert_eq!(checks, [(4, 6), (3, 5), (4, 5), (2, 3), (2, 3), (1, 2)]);
    // a and room are complete; a, d and room correct, of g nothing is known; a complies, and c is not selected.
    assert_eq!(indicators(&card), [(2, 6), (3, 5), (1, 2)]);
    // (1/3 + 3/5 + 1/2) / 3 = 43/90
    assert_eq!(overall(&card), "47.8%");
}

#[test]
fn what_fails_says_why_and_where() {
    let estate = estate(SETTINGS.1);
    let quality = measure(&estate, as_of());
    let failures: Vec<String> = quality
        .checked
        .iter()
        .flat_map(|checked| checked.failures().map(|(check, why, at)| format!("{} {at} {why}", check.name())))
        .collect();
    let path = "inventory/items";
    assert_eq!(
        failures,
        [
            format!("recommended {path}/application/d.yaml:1:5 without attributes.version"),
            format!("recommended {path}/server/b.yaml:5:5 without manufacturer"),
            format!(
                "stale {path}/server/b.yaml:10:16 `b` was last verified on 2020-01-01; a sighting holds for 365d"
            ),
            format!("duplicate {path}/server/b.yaml:8:9 `s1` is the serial of `a` too"),
            format!("policies {path}/server/b.yaml:7:8 too old"),
            format!("required {path}/server/c.yaml:1:1 the record lacks the field `name`"),
            format!(
                "orphan {path}/server/c.yaml:5:5 no relation with anything in use, no service and no contract"
            ),
            format!("required {path}/server/g.yaml:1:1 the file cannot be read"),
        ]
    );
}

#[test]
fn groups_have_scores_of_their_own() {
    let estate = estate(SETTINGS.1);
    let quality = measure(&estate, as_of());
    let groups = |by| -> Vec<(String, Vec<(u32, u32)>)> {
        let groups = grouped(&quality.checked, by, &estate);
        let of = |(name, items): (Option<&str>, Vec<&Checked<'_>>)| {
            (name.unwrap_or("-").to_owned(), indicators(&Scorecard::of(items)))
        };
        groups.into_iter().map(of).collect()
    };
    let row = |name: &str, tallies: [(u32, u32); 3]| (name.to_owned(), tallies.to_vec());
    assert_eq!(
        groups(GroupBy::Class),
        [
            row("application", [(0, 1), (1, 1), (0, 0)]),
            row("location", [(1, 1), (1, 1), (0, 0)]),
            row("server", [(1, 4), (1, 3), (1, 2)]),
        ]
    );
    assert_eq!(
        groups(GroupBy::Owner),
        [
            row("apps", [(0, 1), (1, 1), (0, 0)]),
            row("it", [(1, 3), (1, 3), (1, 2)]),
            // The room, and the file that cannot be read.
            row("-", [(1, 2), (1, 1), (0, 0)]),
        ]
    );
    // The services lead to each other, so both have a, b and d; c, g and the room are under none.
    assert_eq!(
        groups(GroupBy::Service),
        [
            row("bare", [(0, 0), (0, 0), (0, 0)]),
            row("base", [(1, 3), (2, 3), (1, 2)]),
            row("web", [(1, 3), (2, 3), (1, 2)]),
            row("-", [(1, 3), (1, 2), (0, 0)]),
        ]
    );
    let application = grouped(&quality.checked, GroupBy::Class, &estate).remove(0).1;
    // Completeness 0, correctness 1, compliance not measured: the mean of two.
    assert_eq!(overall(&Scorecard::of(application)), "50%");
}

#[test]
fn a_rule_that_is_off_measures_nothing() {
    let off = "audit:\n  levels: {stale-record: off, policy/no-old: off, duplicate-serial: off}\n";
    let estate = estate(&format!("{}{off}", SETTINGS.1));
    let quality = measure(&estate, as_of());
    let card = Scorecard::of(&quality.checked);
    let checks: Vec<_> = card.checks().map(|(_, tally)| of(tally)).collect();
    assert_eq!(checks, [(4, 6), (3, 5), (4, 5), (0, 0), (0, 0), (0, 0)]);
}
