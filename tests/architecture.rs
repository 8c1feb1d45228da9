//! The shape of the source: which module may know which, registries that list every file, files of
//! one idea. `src/lib.rs` draws the map; this holds the code to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and reads the source"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use estate::schema::Schemas;

/// Know nothing of records.
const LEAF: [&str; 13] = [
    "cycles",
    "date",
    "embedded",
    "glob",
    "money",
    "secrets",
    "signature",
    "source",
    "suggest",
    "edit",
    "finding",
    "report",
    "yaml",
];
/// What is in the estate, each knowing the ones before it.
const CORE: [&str; 4] = ["schema", "model", "snapshot", "graph"];
/// Knows records only as far as the snapshot.
const STORE_KNOWS: [&str; 3] = ["schema", "model", "snapshot"];

/// Crates that one module alone may use, so that each is a decision of one place.
const CONFINED: [(&str, &[&str]); 16] = [
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("indicatif", &["cli"]),
    ("terminal_size", &["cli"]),
    ("git2", &["store"]),
    ("tempfile", &["store"]),
    ("comfy_table", &["render"]),
    ("saphyr_parser", &["yaml"]),
    ("jsonschema", &["schema"]),
    ("iso_currency", &["money"]),
    ("sha2", &["closing", "manifest", "store"]),
    ("hmac", &["store"]),
    ("getrandom", &["store"]),
    ("postcard", &["audit", "store"]),
    ("num_bigint", &["allocation"]),
    ("ssh_key", &["signature"]),
];

/// A folder whose files are entries of a list: the text that makes a file an entry, and how the
/// list in `mod.rs` names it.
type Registry = (&'static str, &'static str, fn(&str) -> String);

const REGISTRIES: [Registry; 7] = [
    ("audit/rules", "pub static RULE: Rule", |name| format!("&{name}::RULE,")),
    ("cli", "pub fn run(context: &Context, args: Args)", |name| format!(" = {name};")),
    ("render", "pub fn render(report: &Report,", |name| format!("{name}::render;")),
    ("render/findings", "pub fn render(view: &FindingsView,", |name| format!("{name}::render;")),
    ("reports", "pub static REPORT: NamedReport", |name| format!("&{name}::REPORT")),
    ("schedule/convention", "pub static CONVENTION: Convention", |name| format!("&{name}::CONVENTION,")),
    ("schedule/method", "pub static METHOD: Method", |name| format!("&{name}::METHOD,")),
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below `folder`, by path relative to the project.
fn rust_files(folder: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(project()).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    assert!(!files.is_empty());
    files
}

/// The lines of a file that are code rather than comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line.split("//").next().unwrap()))
}

/// The top-level module that a file of `src/` belongs to.
fn module_of(path: &str) -> &str {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap()
}

/// The names that follow `prefix` in a line, as in `crate::yaml::Tree` or `use crate::{money, yaml}`.
fn names_after<'l>(line: &'l str, prefix: &str) -> Vec<&'l str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = Vec::new();
    for (at, _) in line.match_indices(prefix) {
        if line[..at].ends_with(is_name) {
            continue;
        }
        let rest = &line[at + prefix.len()..];
        let list = rest.strip_prefix('{').map(|rest| rest.split('}').next().unwrap());
        for part in list.unwrap_or(rest).split(',').take(if list.is_some() { usize::MAX } else { 1 }) {
            let part = part.trim();
            names.push(&part[..part.find(|c| !is_name(c)).unwrap_or(part.len())]);
        }
    }
    names
}

/// The modules of `src/lib.rs`, in its order.
fn modules() -> Vec<String> {
    let text = fs::read_to_string(project().join("src/lib.rs")).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect()
}

/// Why `user` may not know `used`; `None` where it may.
fn forbidden(user: &str, used: &str, modules: &[String]) -> Option<&'static str> {
    let position = |name: &str| modules.iter().position(|module| module == name);
    let leaf = LEAF.contains(&used);
    match user {
        _ if user == used => None,
        "cli" => None,
        "store" if !leaf && !STORE_KNOWS.contains(&used) => Some("the store stops at the snapshot"),
        "render" if !leaf => Some("output formats know reports and findings alone"),
        _ if LEAF.contains(&user) && !leaf => Some("leaf data know nothing of records"),
        _ if matches!(used, "store" | "render") => Some("only the command line writes and shows"),
        _ if CORE.contains(&user) && !leaf && !CORE.contains(&used) => {
            Some("what is in the estate knows nothing of what is made of it")
        }
        _ if position(used) > position(user) => Some("it stands after it in src/lib.rs"),
        _ => None,
    }
}

#[test]
fn no_module_knows_one_above_it() {
    let modules = modules();
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for (path, text) in rust_files("src") {
        let user = module_of(&path);
        if matches!(user, "lib" | "main" | "build") {
            continue;
        }
        let prefix = if user == "cli" { "estate::" } else { "crate::" };
        for (number, line) in code(&text) {
            for used in names_after(line, prefix) {
                if !modules.iter().any(|module| module == used) {
                    continue;
                }
                arrows += 1;
                if let Some(why) = forbidden(user, used, &modules) {
                    wrong.push(format!("{path}:{number}: {user} → {used}: {why}"));
                }
            }
        }
    }
    assert!(arrows > 300, "only {arrows} uses were seen: the test does not read the source any more");
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_map_names_every_module_and_the_test_sees_what_it_forbids() {
    let modules = modules();
    let there: BTreeSet<String> = rust_files("src").keys().map(|path| module_of(path).to_owned()).collect();
    let mapped: BTreeSet<String> =
        modules.iter().cloned().chain(["lib", "main", "cli", "build"].map(str::to_owned)).collect();
    assert_eq!(mapped, there, "src/lib.rs and the files differ");
    assert!(LEAF.iter().chain(&CORE).all(|name| there.contains(*name)));

    assert_eq!(names_after("use crate::{money, yaml::Tree};", "crate::"), ["money", "yaml"]);
    assert_eq!(names_after("fn f(a: &crate::yaml::Tree, b: crate::date::Date)", "crate::"), ["yaml", "date"]);
    for (user, used) in [
        ("yaml", "model"),
        ("schema", "snapshot"),
        ("render", "model"),
        ("store", "audit"),
        ("audit", "store"),
    ] {
        assert!(forbidden(user, used, &modules).is_some(), "{user} → {used}");
    }
    for (user, used) in [("cli", "store"), ("snapshot", "model"), ("render", "report"), ("store", "edit")] {
        assert!(forbidden(user, used, &modules).is_none(), "{user} → {used}");
    }
}

#[test]
fn outside_crates_stay_where_they_were_let_in() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        for (number, line) in code(&text) {
            for (krate, allowed) in CONFINED {
                let used = line.match_indices(&format!("{krate}::")).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
                });
                if used && !allowed.contains(&module_of(&path)) {
                    wrong.push(format!("{path}:{number}: {krate} is for {}", allowed.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_file_of_a_registry_is_in_it() {
    for (folder, marker, entry) in REGISTRIES {
        let list = fs::read_to_string(project().join(format!("src/{folder}/mod.rs"))).unwrap();
        let mut entries = 0;
        for (path, text) in rust_files(&format!("src/{folder}")) {
            let below = path.strip_prefix(&format!("src/{folder}/")).unwrap();
            let name = below.trim_end_matches("/mod.rs").trim_end_matches(".rs");
            if name.contains('/') || name == "mod" || !text.contains(marker) {
                continue;
            }
            entries += 1;
            assert!(list.contains(&entry(name)), "src/{folder}/mod.rs does not list {}", entry(name));
        }
        assert!(entries > 1, "only {entries} entries of {folder} were seen");
    }
}

#[test]
fn every_file_is_part_of_the_program() {
    let files = rust_files("src");
    for path in files.keys() {
        let Some((folder, name)) = path.rsplit_once('/') else { continue };
        if folder == "src" || path == "src/build.rs" {
            continue;
        }
        let (folder, name) = match name {
            "mod.rs" => folder.rsplit_once('/').unwrap(),
            name => (folder, name.trim_end_matches(".rs")),
        };
        let owners = [
            format!("{folder}/mod.rs"),
            format!("{folder}.rs"),
            format!("{folder}/lib.rs"),
            format!("{folder}/main.rs"),
        ];
        let declared = owners.iter().filter_map(|owner| files.get(owner)).any(|text| {
            text.lines().any(|line| line.trim_start_matches("pub ").trim() == format!("mod {name};"))
        });
        let named = format!("#[path = \"{name}.rs\"]");
        let declared =
            declared || files.iter().any(|(path, text)| path.starts_with(folder) && text.contains(&named));
        assert!(declared, "no module declares {path}");
    }
}

#[test]
fn a_file_is_one_idea() {
    let mut long = Vec::new();
    let folders = ["src", "tests", "benches"];
    for (path, text) in folders.iter().flat_map(|folder| rust_files(folder)) {
        if text.lines().count() > 500 {
            long.push(format!("{path}: {} lines", text.lines().count()));
        }
    }
    assert!(long.is_empty(), "over 500 lines, so two ideas: {}", long.join(", "));
}

#[test]
fn every_shipped_schema_is_sound_and_says_what_it_is_for() {
    let schemas = Schemas::shipped();
    assert!(schemas.findings.is_empty());
    let files = fs::read_dir(project().join("schemas")).unwrap().count();
    assert_eq!(schemas.names().count(), files, "a file of schemas/ is not among the shipped ones");
    for name in schemas.names() {
        let schema = schemas.get(name).unwrap();
        let json: serde_json::Value = serde_json::from_str(&schema.text).unwrap();
        jsonschema::meta::validate(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert!(!schema.description().is_empty(), "{name} has no description");
        for (field, shape) in schema.shape().fields() {
            assert!(!shape.description.is_empty(), "{name}: `{field}` has no description");
        }
    }
}

#[test]
fn the_package_says_what_it_needs_to() {
    let text = fs::read_to_string(project().join("Cargo.toml")).unwrap();
    for line in ["license = \"MIT OR Apache-2.0\"", "unsafe_code = \"forbid\"", "float_arithmetic = \"deny\""]
    {
        assert!(text.contains(line), "Cargo.toml lacks {line}");
    }
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(project().join(file).is_file(), "{file} is missing");
    }
}
