//! What is formatted is as it should be, says the same, and stays as it is.

use proptest::prelude::*;

use super::format;
use crate::yaml::comments::comments;
use crate::yaml::patch::any_file;
use crate::yaml::{Route, parse};

const ORDER: [&str; 8] = ["id", "name", "owner", "covers", "term", "start", "end", "events"];

fn rank(_: &Route, key: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == key)
}

fn formatted(text: &str) -> String {
    format(text, &rank).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn what_is_canonical_stays_as_it_is() {
    for text in [
        "# yaml-language-server: $schema=x\n# About this estate.\nid: a\nname: A\n\n# Machines.\ncovers:\n  - b\n  # the other\n  - c  # beside\nevents:\n  - {date: 2024-06-30, kind: impairment}\n  - date: 2025-06-30\n    kind: x\n",
        "id: a\nname: \">= 99.5%\"\nowner: '0012'\ncovers: []\nnotes: |-\n  one\n\n    two\nz: >\n  folded\n  text\n",
        "a:\n  - - x\n    - y\n  - b:\n      - c\n\n    # about d\n    d: {}\n# end\n",
        "id: a\nterm:\n  start: 2023-01-01\n  # tail of term\nnothing:\n# tail\n",
    ] {
        assert_eq!(formatted(text), text);
    }
}

#[test]
fn keys_have_their_order_and_comments_go_along() {
    let text = "# head\n\n# about covers\ncovers: [b] # beside covers\nzeta: 1\n\n# the id\nid: a\nterm:\n    # until\n    end: 2024-01-01 # last day\n    start: 2023-01-01\n    # below\nalpha: 2\n# end\n";
    let expected = "# head\n\n# the id\nid: a\n# about covers\ncovers: [b]  # beside covers\nterm:\n  start: 2023-01-01\n  # until\n  end: 2024-01-01  # last day\n  # below\nzeta: 1\nalpha: 2\n# end\n";
    assert_eq!(formatted(text), expected);
}

#[test]
fn spacing_quotes_and_line_ends_are_one_form() {
    for (text, expected) in [
        ("id:   a\r\nname:  'Web'   \r\n\r\n\r\nowner: \"b\"", "id: a\nname: Web\n\nowner: b\n"),
        ("---\nid: a\ncovers:\n- b\n- c\n...\n", "id: a\ncovers:\n  - b\n  - c\n"),
        (
            "{id: a, covers: [ b,c ],term: {end: 1,start: }}",
            "id: a\ncovers: [b, c]\nterm: {start: null, end: 1}\n",
        ),
        ("id: a\ncovers: [b, # first\n  c] # both\n", "id: a\ncovers:\n  - b  # first\n  - c\n  # both\n"),
        (
            "id: a\nevents:\n  -\n    # one\n    kind: x\n  - # two\n    kind: y\n",
            "id: a\nevents:\n  # one\n  - kind: x\n  # two\n  - kind: y\n",
        ),
        ("id: a\nname:\n  # why\n  Web\n  front\n", "id: a\n# why\nname: Web front\n"),
        ("id: a\nname: |+\n  x\n\nowner: |2\n   y\n", "id: a\nname: \"x\\n\\n\"\n\nowner: \" y\\n\"\n"),
        ("id: a\nname: \"NO\"\nowner: 'it''s'\n", "id: a\nname: \"NO\"\nowner: it's\n"),
        ("\n\n# c\n\n\n\nid: a\n\n\n", "# c\n\nid: a\n"),
        ("id: a\ncovers: [ # none\n  ]\n", "id: a\n# none\ncovers: []\n"),
    ] {
        assert_eq!(formatted(text), expected, "{text}");
    }
}

#[test]
fn brackets_that_are_too_wide_become_lines() {
    let ids: Vec<String> = (10..30).map(|n| format!("server-{n}")).collect();
    let text = format!("id: a\ncovers: [{}]\n", ids.join(", "));
    let expected =
        format!("id: a\ncovers:\n{}", ids.iter().map(|id| format!("  - {id}\n")).collect::<String>());
    assert_eq!(formatted(&text), expected);
}

/// The texts of the comments, sorted.
fn told(text: &str) -> Vec<String> {
    let tree = parse(text).unwrap();
    let mut told: Vec<String> = comments(text, &tree).iter().map(|comment| comment.text.to_owned()).collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn data_and_comments_stay_and_formatting_twice_changes_nothing(text in any_file()) {
        let backwards = |_: &Route, key: &str| key.chars().next().map(|c| 1000 - c as usize);
        let new = format(&text, &backwards).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let (old_tree, new_tree) = (parse(&text).unwrap(), parse(&new).unwrap());
        prop_assert!(new_tree.value(&new).same_data(&old_tree.value(&text)), "{text}\n{new}");
        prop_assert_eq!(told(&new), told(&text), "{}\n{}", text, new);
        prop_assert_eq!(format(&new, &backwards), Ok(new.clone()));
        prop_assert!(new.ends_with('\n') && !new.ends_with("\n\n") && !new.starts_with('\n') && !new.contains('\r'), "{new}");
        prop_assert!(!new.contains("\n\n\n") || text.contains('|') || text.contains('"'), "{text}\n{new}");
    }
}
