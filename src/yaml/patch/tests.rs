//! Changes by example: the text before, the change, the text after.

use super::*;

fn route(text: &str) -> Route {
    Route::parse(text)
}

fn data(text: &str) -> Data {
    let text = format!("v: {text}\n");
    let tree = parse(&text).unwrap();
    Data::from(tree.value(&text).field("v").unwrap())
}

#[track_caller]
fn sets(before: &str, at: &str, value: &str, after: &str) {
    assert_eq!(set(before, &route(at), &data(value)).as_deref(), Ok(after), "set {at} in\n{before}");
}

#[track_caller]
fn unsets(before: &str, at: &str, after: &str) {
    assert_eq!(unset(before, &route(at)).as_deref(), Ok(after), "unset {at} in\n{before}");
}

#[track_caller]
fn appends(before: &str, at: &str, value: &str, after: &str) {
    assert_eq!(append(before, &route(at), &data(value)).as_deref(), Ok(after), "append to {at} in\n{before}");
}

#[track_caller]
fn refuses(result: Result<String, PatchError>, message: &str) {
    assert_eq!(result.map_err(|error| error.to_string()), Err(message.to_owned()));
}

#[test]
fn a_value_changes_between_its_comments() {
    let before = "# head\na: 1  # beside\n# above b\nb:   'x'   # spaced\n\n# tail\n";
    sets(before, "a", "2", "# head\na: 2  # beside\n# above b\nb:   'x'   # spaced\n\n# tail\n");
    sets(before, "b", "it''s", "# head\na: 1  # beside\n# above b\nb:   'it''''s'   # spaced\n\n# tail\n");
    sets(before, "c", "3", "# head\na: 1  # beside\n# above b\nb:   'x'   # spaced\nc: 3\n\n# tail\n");
}

#[test]
fn quotes_stay_and_come_where_they_are_needed() {
    sets("a: \"x\" # c\n", "a", "w", "a: \"w\" # c\n");
    sets("a: 'x'\n", "a", "w", "a: 'w'\n");
    sets("a: 'x'\n", "a", "\"y\\n\"", "a: \"y\\n\"\n");
    sets("a: FR\n", "a", "'NO'", "a: 'NO'\n");
    sets("a: 256\n", "a", "'512'", "a: 512\n");
    sets("a: 256\n", "a", "'no'", "a: 'no'\n");
    sets("a: x\n", "a", "512", "a: 512\n");
    sets("a: 'x'\n", "a", "512", "a: 512\n");
    sets("a:  # c\n  # d\n  - b\n", "a", "\"x\\ny\"", "a: \"x\\ny\"  # c\n  # d\n");
    sets("a: {b: x}\n", "a.b", "'y, z'", "a: {b: 'y, z'}\n");
}

#[test]
fn missing_keys_are_made_with_the_mappings_above() {
    sets("a: 1\n", "t.u.v", "x", "a: 1\nt:\n  u:\n    v: x\n");
    sets("a:\n    b: 1\n", "t.u", "x", "a:\n    b: 1\nt:\n    u: x\n");
    sets("a:\n    b: 1\n    # tail\nc: 2\n", "a.d", "x", "a:\n    b: 1\n    d: x\n    # tail\nc: 2\n");
    sets(
        "relations:  # none\nz: 1\n",
        "relations.runs_on",
        "[x]",
        "relations:  # none\n  runs_on: [x]\nz: 1\n",
    );
    sets("relations: null\n", "relations.on", "x", "relations:\n  on: x\n");
    sets("a: {}\n", "a.b", "x", "a: {b: x}\n");
    sets("a: { }\n", "a.b.c", "x", "a: {b: {c: x}}\n");
    sets("{}\n", "a", "x", "{a: x}\n");
    sets("null\n", "a", "x", "a: x\n");
    sets("a: { b: 1 }  # c\n", "a.d", "x", "a: { b: 1, d: x }  # c\n");
    sets("a: {b: 1,}\n", "a.d", "x", "a: {b: 1, d: x,}\n");
    sets("a: {b, c: }\n", "a.b", "x", "a: {b: x, c: }\n");
    sets("a: {b, c: }\n", "a.c", "x", "a: {b, c: x }\n");
}

#[test]
fn line_ends_and_the_lack_of_one_stay() {
    sets("a: 1\r\nb: 2\r\n", "c.d", "3", "a: 1\r\nb: 2\r\nc:\r\n  d: 3\r\n");
    sets("a: 1\r\nb: 2", "b", "3", "a: 1\r\nb: 3");
    sets("a: 1", "b", "2", "a: 1\nb: 2");
    sets("a: 1\r\nt: x", "u", "2", "a: 1\r\nt: x\r\nu: 2");
    unsets("a: 1\nb: 2", "b", "a: 1");
    unsets("a: 1\r\nb: 2", "b", "a: 1");
    unsets("a: 1\r\nb: 2\r\n", "a", "b: 2\r\n");
    sets("a: |\r\n  x\r\nb: 1\r\n", "a", "\"y\\nz\\n\"", "a: |\r\n  y\r\n  z\r\nb: 1\r\n");
}

#[test]
fn a_block_of_lines_at_the_end_may_need_the_last_line_end() {
    sets("b: 1\na: x", "a", "\"y\\nz\\n\"", "b: 1\na: |\n  y\n  z\n");
    unsets("a: |\n  x\nb: 2", "b", "a: |\n  x\n");
    sets("b: 1\na: |\n  x", "b", "2", "b: 2\na: |\n  x");
}

const UNSURE_B: &str = "cannot change `b` without touching the rest of the file; edit it by hand";

#[test]
fn markers_and_trailing_comments_stay_outside() {
    sets("---\na: 1\n...\n", "b", "2", "---\na: 1\nb: 2\n...\n");
    sets("--- # x\na: 1\n# end\n", "b", "2", "--- # x\na: 1\nb: 2\n# end\n");
    unsets("---\na: 1\nb: 2\n# end\n", "b", "---\na: 1\n# end\n");
    sets("? a\n: 1\n", "b", "2", "? a\n: 1\nb: 2\n");
    sets("é: été\n", "à", "Œ", "é: été\nà: Œ\n");
    sets("é: été # ü\nz: 1\n", "é", "hiver", "é: hiver # ü\nz: 1\n");
}

#[test]
fn lists_of_mappings_are_reached_by_number() {
    let before = "events:\n  - date: 2024-01-01  # first\n    kind: a\n\n  # second\n  - {date: 2024-02-01, kind: b}\n";
    sets(before, "events[0].date", "2025-01-01", &before.replace("2024-01-01", "2025-01-01"));
    sets(before, "events[1].kind", "c", &before.replace("kind: b", "kind: c"));
    sets(before, "events[0].by", "x", &before.replace("kind: a\n", "kind: a\n    by: x\n"));
    sets(before, "events[1].by", "x", &before.replace("kind: b}", "kind: b, by: x}"));
    unsets(before, "events[0].date", &before.replace("date: 2024-01-01  # first\n    ", ""));
    unsets(before, "events[0].kind", &before.replace("    kind: a\n", ""));
    unsets(before, "events[0]", "events:\n\n  # second\n  - {date: 2024-02-01, kind: b}\n");
    unsets(before, "events[1].date", &before.replace("date: 2024-02-01, ", ""));
    appends(before, "events", "{date: 2024-03-01}", &format!("{before}  - {{date: 2024-03-01}}\n"));
    let blocks = "l:\n- a: 1\n  b: 2\n# end\n";
    appends(blocks, "l", "{a: 3, c: [4]}", "l:\n- a: 1\n  b: 2\n- a: 3\n  c: [4]\n# end\n");
    unsets("- a: 1 # one\n  # about b\n\n  b: 2\n", "[0].a", "- # about b\n\n  b: 2\n");
}

#[test]
fn lists_grow_and_shrink_in_their_style() {
    appends("l: [a, b]  # c\n", "l", "d", "l: [a, b, d]  # c\n");
    appends("l: []\n", "l", "a", "l: [a]\n");
    appends("l:\n", "l", "a", "l: [a]\n");
    appends("z: 1\n", "l.m", "a", "z: 1\nl:\n  m: [a]\n");
    appends("l:\n- a # c\n- b\nz: 1\n", "l", "'c: d'", "l:\n- a # c\n- b\n- 'c: d'\nz: 1\n");
    appends("l:\n    - a\nz: 1\n", "l", "x", "l:\n    - a\n    - x\nz: 1\n");
    appends("l:\n  - - a\n    - b\n", "l[0]", "x", "l:\n  - - a\n    - b\n    - x\n");
    appends("l:\n-\n- # c\n", "l", "x", "l:\n-\n- # c\n- x\n");
    unsets("l: [a, b, c]\n", "l[1]", "l: [a, c]\n");
    unsets("l: [a, b, c]\n", "l[2]", "l: [a, b]\n");
    unsets("l: [ a, b ]\n", "l[0]", "l: [ b ]\n");
    unsets("l:\n- a\n-\n# c\n- b\n", "l[1]", "l:\n- a\n# c\n- b\n");
    unsets("l:\n- - a\n  - b\n", "l[0][0]", "l:\n- - b\n");
    let remove = |text, element| remove_element(text, &route("l"), element).unwrap();
    assert_eq!(remove("l: [a, 'b']\n", "b"), "l: [a]\n");
    assert_eq!(remove("l: [a, 'b']\n", "c"), "l: [a, 'b']\n");
    assert_eq!(remove("z: 1\nl:\n- a # c\n", "a"), "z: 1\n");
    assert_eq!(remove("z: 1\n", "a"), "z: 1\n");
}

#[test]
fn brackets_over_several_lines_keep_their_lines() {
    let before = "a: {\n  b: 1,  # one\n  c: 2  # two\n}\nl: [\n  x,\n  y,\n]\n";
    sets(before, "a.d", "3", &before.replace("c: 2  # two\n", "c: 2,  # two\n  d: 3\n"));
    appends(before, "l", "z", &before.replace("  y,\n", "  y,\n  z,\n"));
    unsets(before, "a.b", &before.replace("  b: 1,  # one\n", ""));
    unsets(before, "a.c", &before.replace("b: 1,  # one\n  c: 2  # two\n", "b: 1  # one\n"));
    unsets(before, "l[1]", &before.replace("  y,\n", ""));
    appends("l: [\n  x]\n", "l", "y", "l: [\n  x,\n  y]\n");
    appends("l: [x,\n    y]\n", "l", "z", "l: [x,\n    y,\n    z]\n");
    unsets("l: [x, y,\n    z]\n", "l[1]", "l: [x,\n    z]\n");
    unsets("l: [x, y, # c\n    z]\n", "l[2]", "l: [x, y # c\n    ]\n");
    appends("l: [ # none\n  ]\n", "l", "z", "l: [z # none\n  ]\n");
}

#[test]
fn what_becomes_empty_goes_up_to_an_element_or_the_record() {
    unsets("a:\n  b:\n    c: 1\nz: 1\n", "a.b.c", "z: 1\n");
    unsets("z: 1\na: {b: {c: 1}}\n", "a.b.c", "z: 1\n");
    unsets("a: 1 # c\n", "a", "{}\n");
    unsets("- a # c\n", "[0]", "[]\n");
    unsets("l:\n  - a: 1\nz: 1\n", "l[0].a", "l:\n  - {}\nz: 1\n");
    unsets("l: [{a: 1}]\n", "l[0].a", "l: [{}]\n");
    unsets("l: [[a]]\n", "l[0][0]", "l: [[]]\n");
    unsets("a: 1\n", "b", "a: 1\n");
}

#[test]
fn blocks_of_lines_stand_between_keys() {
    let before = "t: |  # text\n  one\n\n  two\n\nk: |+\n  x\n\nz: 1\n";
    sets(before, "t", "x", "t: x  # text\n\nk: |+\n  x\n\nz: 1\n");
    sets(before, "t", "\"three\\nfour\\n\"", "t: |  # text\n  three\n  four\n\nk: |+\n  x\n\nz: 1\n");
    sets(before, "z", "2", &before.replace("z: 1", "z: 2"));
    unsets(before, "t", "\nk: |+\n  x\n\nz: 1\n");
    unsets(before, "k", "t: |  # text\n  one\n\n  two\n\nz: 1\n");
    sets("a: |+\n  x\n\n", "b", "1", "a: |+\n  x\n\nb: 1\n");
    sets("a:\n  t: >-\n    x\n\n# end\n", "b", "1", "a:\n  t: >-\n    x\nb: 1\n\n# end\n");
    sets("a:\n  t: >-\n    x\n\n# end\n", "a.b", "1", "a:\n  t: >-\n    x\n  b: 1\n\n# end\n");
}

#[test]
fn collections_take_the_place_of_texts_and_back() {
    sets("a: 1  # c\nz: 1\n", "a", "{b: {c: 2}}", "a:  # c\n  b:\n    c: 2\nz: 1\n");
    sets("a: 1  # c\nz: 1\n", "a", "[b, c]", "a: [b, c]  # c\nz: 1\n");
    sets("a: {b: 1}  # c\n", "a", "{d: 2, e: [f]}", "a: {d: 2, e: [f]}  # c\n");
    sets("a:  # c\n  # d\n  b: 1\nz: 1\n", "a", "x", "a: x  # c\n  # d\nz: 1\n");
    sets("a:\n    b: 1\nz: 1\n", "a", "{c: 2, d: 3}", "a:\n    c: 2\n    d: 3\nz: 1\n");
    sets("l:\n- a\n- b\nz: 1\n", "l", "[c, d, e]", "l:\n- c\n- d\n- e\nz: 1\n");
    sets("l:\n- a: 1\n  b: 2\n- c\n", "l[0]", "x", "l:\n- x\n- c\n");
    sets("l:\n- a\n- c\n", "l[0]", "{a: 1}", "l:\n- {a: 1}\n- c\n");
    sets("a: x\n  y\nz: 1\n", "a", "w", "a: w\nz: 1\n");
    sets("a:\n  x # c\nz: 1\n", "a", "w", "a:\n  w # c\nz: 1\n");
    sets("a:\n  x\nz: 1\n", "a", "{b: {c: 1}}", "a:\n  b:\n    c: 1\nz: 1\n");
    sets("a: x # c\nz: 1\n", "a", "", "a: # c\nz: 1\n");
}

#[test]
fn routes_that_lead_nowhere_are_refused() {
    let text = "a: 1\nl: [x]\nm: {b: 1}\n";
    refuses(set(text, &route("a.b"), &data("1")), "`a` is a text: nothing lies below it");
    refuses(set(text, &route("l[3]"), &data("1")), "there is no [3] in `l`, which has 1 elements");
    refuses(unset(text, &route("l[1]")), "there is no [1] in `l`, which has 1 elements");
    refuses(append(text, &route("m"), &data("1")), "`m` is not a list");
    refuses(remove_element(text, &route("a"), "1"), "`a` is not a list");
    refuses(set(text, &Route::default(), &data("1")), &RouteError::Root.to_string());
    assert!(matches!(set("a: [", &route("a"), &data("1")), Err(PatchError::Unreadable(_))));
}

#[test]
fn what_is_not_sure_is_refused() {
    let duplicate = Data::map([("k", "1"), ("k", "2")]);
    refuses(set("a: 1\n", &route("b"), &duplicate), UNSURE_B);
    refuses(set("a: 1\n", &route("b"), &Data::map([("", "1")])), UNSURE_B);
    assert!(matches!(set("l: [a: 1]\n", &route("l[0].b"), &data("1")), Err(PatchError::Unsure(_))));
}
