//! Foreign YAML files, each a row: its values are columns, named by their way in the document.
//!
//! `metadata.name` is a key below a key, `spec.ports[0]` an element, and a key with other signs
//! than letters, digits, `-` and `_` stands in brackets and quotes: `labels["example.org/owner"]`.
//! The path of the file is a row's column too: `$file`, and its folders `$file[0]`, `$file[1]`.

use std::collections::HashMap;

use super::mapping::{Mapping, Row, matches};
use super::{Incoming, Rejection};
use crate::schema::Schemas;
use crate::yaml::{self, Value};

/// Reads files, given as path below the folder of the import and bytes, by a mapping.
pub fn read<'f>(
    files: impl IntoIterator<Item = (&'f str, &'f [u8])>,
    mapping: &Mapping,
    schemas: &Schemas,
) -> Incoming {
    let mut incoming = Incoming::default();
    for (path, bytes) in files {
        match columns(path, bytes) {
            Ok(columns) => {
                let missing = mapping.require.iter().find(|name| !columns.contains_key(&name.to_lowercase()));
                if let Some(name) = missing {
                    let reason = format!("it has no `{name}`");
                    incoming.rejections.push(Rejection { origin: path.to_owned(), reason });
                    continue;
                }
                let cell = |name: &str| columns.get(&name.to_lowercase()).map(String::as_str);
                mapping.take(&Row(&cell), path, schemas, &mut incoming);
            }
            Err(reason) => incoming.rejections.push(Rejection { origin: path.to_owned(), reason }),
        }
    }
    incoming
}

/// Whether a path is one that the pattern asks for: `*` stands for any letters within a folder's
/// name, `**` for any folders.
pub fn is_asked_for(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    fits(&pattern, &path)
}

fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), Some((_, below))) => fits(rest, path) || fits(pattern, below),
        (Some((&"**", rest)), None) => fits(rest, path),
        (Some((name, rest)), Some((folder, below))) => matches(name, folder) && fits(rest, below),
        _ => false,
    }
}

fn columns(path: &str, bytes: &[u8]) -> Result<HashMap<String, String>, String> {
    let problem = |text: &str, problem: Box<yaml::Problem>| {
        let before = text.get(..problem.span.range().start).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        format!("line {line}: {}", problem.message)
    };
    let text = yaml::decode(bytes).map_err(|p| problem("", p))?;
    let tree = yaml::parse(text).map_err(|p| problem(text, p))?;
    let mut columns = HashMap::new();
    columns.insert("$file".to_owned(), path.to_owned());
    for (index, part) in path.split('/').enumerate() {
        columns.insert(format!("$file[{index}]"), part.to_owned());
    }
    flatten(tree.value(text), String::new(), &mut columns);
    Ok(columns)
}

fn flatten(value: Value<'_>, name: String, columns: &mut HashMap<String, String>) {
    if let Some(text) = value.text() {
        columns.insert(name.to_lowercase(), text.to_owned());
    }
    for (index, element) in value.elements().enumerate() {
        flatten(element, format!("{name}[{index}]"), columns);
    }
    for (key, _, field) in value.entries() {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name = match key.chars().all(plain) {
            true if name.is_empty() => key.to_owned(),
            true => format!("{name}.{key}"),
            false => format!("{name}[\"{key}\"]"),
        };
        flatten(field, name, columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_named_by_their_way() {
        let text = b"kind: Namespace\nmetadata:\n  name: web-dev\n  labels: {example.org/owner: 0012e3, plain: 'no'}\nports: [80, {name: x}]\n";
        let columns = columns("a/b.yaml", text).unwrap();
        let cell = |name: &str| columns.get(name).map(String::as_str);
        assert_eq!(cell("metadata.name"), Some("web-dev"));
        assert_eq!(cell("metadata.labels[\"example.org/owner\"]"), Some("0012e3"));
        assert_eq!(cell("metadata.labels.plain"), Some("no"));
        assert_eq!((cell("ports[0]"), cell("ports[1].name")), (Some("80"), Some("x")));
        assert_eq!((cell("$file"), cell("$file[1]")), (Some("a/b.yaml"), Some("b.yaml")));
    }

    #[test]
    fn files_are_chosen_by_pattern() {
        for (pattern, path, asked) in [
            ("namespaces/*/*/00-namespace.yaml", "namespaces/live/web/00-namespace.yaml", true),
            ("namespaces/*/*/00-namespace.yaml", "namespaces/web/00-namespace.yaml", false),
            ("**/*.yaml", "a/b/c.yaml", true),
            ("**/*.yaml", "c.yaml", true),
            ("**/*.yaml", "c.yml", false),
            ("a/**", "a/b/c", true),
        ] {
            assert_eq!(is_asked_for(pattern, path), asked, "{pattern} {path}");
        }
    }

    #[test]
    fn a_file_that_is_no_yaml_is_rejected_with_its_line() {
        let schemas = Schemas::shipped();
        let text = "title: T\nsystem: t\nrequire: [name]\nrecords: [{kind: party, key: '{name}', id: '{name}', fields: {name: '{name}', kind: team}}]\n";
        let mapping = Mapping::read("t", text, &schemas).unwrap();
        let files: [(&str, &[u8]); 4] = [
            ("ok.yaml", b"name: ops\n"),
            ("bad.yaml", b"name: x\nlist: [\n"),
            ("latin.yaml", b"name: \xe9\n"),
            ("other.yaml", b"kind: x\n"),
        ];
        let incoming = read(files, &mapping, &schemas);
        assert_eq!(incoming.proposals.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["ops"]);
        let origins: Vec<&str> = incoming.rejections.iter().map(|r| r.origin.as_str()).collect();
        assert_eq!(origins, ["bad.yaml", "latin.yaml", "other.yaml"]);
        assert!(incoming.rejections[0].reason.starts_with("line "), "{:?}", incoming.rejections);
        assert_eq!(incoming.rejections[2].reason, "it has no `name`");
    }
}
