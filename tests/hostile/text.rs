//! Texts of record files.

use std::time::{Duration, Instant};

use estate::model::{Place, Record};
use estate::schema::Schemas;

const PATH: &str = "inventory/items/server/srv-01.yaml";
/// Far less than a main thread has: what recurses with the input ends here.
const STACK: usize = 512 << 10;
/// Generous for a debug build on a busy machine; what grows with the square of the input takes longer.
const LIMIT: Duration = Duration::from_secs(20);

/// Reads the bytes as a record and answers its findings as `rule line`.
fn findings(bytes: Vec<u8>) -> Vec<(String, u32)> {
    let read = move || {
        let begun = Instant::now();
        let record = Record::read(&Place::of(PATH).unwrap(), PATH, &bytes, &Schemas::shipped());
        assert!(begun.elapsed() < LIMIT, "took {:?}", begun.elapsed());
        record.findings().iter().map(|finding| (finding.rule.to_string(), finding.location.line)).collect()
    };
    std::thread::Builder::new().stack_size(STACK).spawn(read).unwrap().join().unwrap()
}

/// Each text must have a finding of this rule, at this line.
fn each_is_found(cases: Vec<(&'static str, u32, Vec<u8>)>) {
    for (rule, line, bytes) in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let found = findings(bytes);
        assert!(
            found.contains(&(rule.to_owned(), line)),
            "{start:?} has {found:?} and not {rule} at line {line}"
        );
    }
}

fn text(rule: &'static str, line: u32, text: impl Into<String>) -> (&'static str, u32, Vec<u8>) {
    (rule, line, text.into().into_bytes())
}

#[test]
fn what_grows_when_it_is_expanded() {
    let mut laughs = "a: &a [lol]\n".to_owned();
    let mut doubles = "a0: &a0 [x, x]\n".to_owned();
    let mut merges = "m0: &m0 {k: v}\n".to_owned();
    for level in 1..30 {
        let below = level - 1;
        laughs.push_str(&format!("b{level}: [{}]\n", "*a, ".repeat(9)));
        doubles.push_str(&format!("a{level}: &a{level} [*a{below}, *a{below}]\n"));
        merges.push_str(&format!("m{level}: &m{level}\n  <<: [*m{below}, *m{below}]\n"));
    }
    let anchors: String = (0..50_000).map(|key| format!("k{key}: &x{key} 1\n")).collect();
    each_is_found(vec![
        text("anchor", 1, laughs),
        text("anchor", 1, doubles),
        text("anchor", 1, merges),
        text("anchor", 1, "a: &a [*a]\n"),
        text("anchor", 1, anchors),
        text("alias", 1, "a: *nowhere\n"),
        text("merge-key", 1, "<<: {a: 1}\n"),
    ]);
}

#[test]
fn what_nests_deeply() {
    let mut cases = vec![text(
        "too-deep",
        33,
        (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>(),
    )];
    for count in [100, 10_000, 100_000] {
        cases.push(text("too-deep", 1, format!("a: {}{}\n", "[".repeat(count), "]".repeat(count))));
        cases.push(text("too-deep", 1, format!("{}1{}\n", "{a: ".repeat(count), "}".repeat(count))));
        cases.push(text("too-deep", 1, "- ".repeat(count) + "x\n"));
        cases.push(text("too-deep", 1, "? ".repeat(count) + "x\n"));
        cases.push(text("too-deep", 1, "[".repeat(count)));
    }
    each_is_found(cases);
}

#[test]
fn what_is_large() {
    let keys = |count: usize| -> String { (0..count).map(|key| format!("k{key}: 1\n")).collect() };
    each_is_found(vec![
        text("too-large", 1, format!("name: {}\n", "x".repeat(8 << 20))),
        text("too-large", 1, keys(200_000)),
        text("too-many-nodes", 5_001, keys(12_000)),
        text("too-many-nodes", 1, format!("tags: [{}]\n", "x, ".repeat(20_000))),
        text("several-documents", 2, "--- {a: 1}\n".repeat(50_000)),
        text("unknown-field", 1, format!("{}: 1\n", "k".repeat(1_000))),
        text("missing-field", 1, format!("name: {}\n", "x".repeat(1 << 19))),
        text("syntax", 1, format!("name: \"{}\n", "\\u0041".repeat(50_000))),
        text("missing-field", 1, format!("name: x{}\n", "\n".repeat(1 << 19))),
        text("missing-field", 1, format!("name: x\n{}", "# c\n".repeat(1 << 17))),
        text("empty-file", 1, "#".repeat(1 << 19)),
        text("unknown-field", 1, format!("a: |\n{}", " x\n".repeat(200_000))),
    ]);
}

#[test]
fn what_says_a_thing_twice_or_names_a_type() {
    each_is_found(vec![
        text("duplicate-key", 2, "name: a\nname: b\n"),
        text("duplicate-key", 2, "name: a\n'name': b\n"),
        text("duplicate-key", 2, "name: a\n\"na\\x6de\": b\n"),
        text("duplicate-key", 1, "{name: a, name: b}\n"),
        text("duplicate-key", 2, "1: a\n'1': b\n"),
        text("duplicate-key", 2, "caf\u{e9}: 1\ncafe\u{301}: 2\n"),
        text("duplicate-key", 3, "attributes:\n  a: 1\n  a: 2\n"),
        text("tag", 1, "name: !!python/object/apply:os.system [id]\n"),
        text("tag", 1, "name: !include /etc/passwd\n"),
        text("tag", 1, "name: !!binary aGk=\n"),
        text("directive", 1, "%TAG ! tag:evil.example,2000:\n---\nname: !x 1\n"),
        text("directive", 1, "%YAML 9.9\n---\nname: x\n"),
        text("unusable-key", 1, "? [a, b]\n: 1\n"),
        text("unusable-key", 1, "~: 1\n"),
        text("several-documents", 3, "name: a\n...\njunk\n"),
    ]);
}

#[test]
fn what_is_no_text_or_no_record() {
    let bytes = |rule, bytes: &[u8]| (rule, 1, bytes.to_vec());
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("name: a\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    each_is_found(vec![
        bytes("invalid-utf8", &utf16),
        bytes("invalid-utf8", b"name: caf\xe9\n"),
        bytes("invalid-utf8", b"name: \xc0\xaf\n"),
        bytes("invalid-utf8", b"name: \xed\xa0\x80\n"),
        bytes("control-character", b"name: x\x00y\n"),
        bytes("control-character", b"name: \x1b]0;evil\x07\n"),
        bytes("control-character", "name: \u{9b}31m\n".as_bytes()),
        bytes("control-character", b"name: \x7f\n"),
        text("control-character", 2, "name: a\n\u{feff}id: b\n"),
        text("conflict-marker", 2, "name: a\n<<<<<<< ours\nid: b\n=======\nid: c\n>>>>>>> theirs\n"),
        text("lfs-pointer", 1, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
        text("empty-file", 1, ""),
        text("empty-file", 1, "# nothing\n"),
        bytes("empty-file", b"\xef\xbb\xbf"),
        text("no-mapping", 1, "just text\n"),
        text("no-mapping", 1, "- 1\n"),
        text("syntax", 2, "attributes:\n\tname: x\n"),
    ]);
}

#[test]
fn what_is_no_amount_date_or_id() {
    let field = |field: &str| {
        text("invalid-value", 5, format!("id: srv-01\nclass: server\nname: x\nstatus: planned\n{field}\n"))
    };
    let amounts = [
        "NaN",
        ".nan",
        ".inf",
        "-.inf",
        "1e400",
        "1e3",
        "0x1F",
        "1_000",
        "18446744073709551616",
        "1,5",
        "٣",
        "9999999999999999999999999999999999999999",
    ];
    each_is_found(amounts.iter().map(|amount| field(&format!("cost: {amount} EUR"))).collect());
    let dates =
        ["2023-02-29", "2024-1-5", "0000-01-01", "99999-12-31", "2024-06-30T23:59:60Z", "２０２４-01-01"];
    each_is_found(dates.iter().map(|date| field(&format!("acquired: {date}"))).collect());
    let ids = ["../x", ".git", "CON", "--help", "a/b", "аdmin", "a\u{200b}b", "a\u{202e}b", "a b"];
    each_is_found(
        ids.iter()
            .map(|id| {
                text(
                    "id-not-file-name",
                    1,
                    format!("id: \"{id}\"\nclass: server\nname: x\nstatus: planned\n"),
                )
            })
            .collect(),
    );
}
