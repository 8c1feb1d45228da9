//! Fixes: findings that are mended without a decision of a person.
//!
//! A fix is offered only where one answer alone is left: a word that differs from one known word by
//! a letter, from all others by three; a value that says the same in another spelling; a set that
//! names an element twice; a name that other records prove. Which of two ids was meant, or which
//! date, is a person's to say: ids differ by a digit as a rule, so no reference is corrected by
//! likeness. A fix changes the bytes of its value alone, and one that would break another rule is
//! left out.

mod fields;
mod identity;

use std::collections::{BTreeMap, HashSet};

use super::{Context, audit, new_errors};
use crate::date::Date;
use crate::edit::Edit;
use crate::finding::Finding;
use crate::model::Record;
use crate::snapshot::Snapshot;

/// How findings of a rule are mended.
pub struct Fix {
    /// The rule's id.
    pub rule: &'static str,
    /// When, as the rest of a sentence that begins with "mends".
    pub what: &'static str,
    mend: fn(&Finding, &Record, &Context<'_>) -> Option<Edit>,
}

/// Every fix, in the order of the catalogue of rules.
pub static FIXES: &[Fix] = &[
    Fix {
        rule: "unknown-class",
        what: "a class that is one letter off the class of the folder",
        mend: identity::unknown_class,
    },
    Fix {
        rule: "wrong-folder",
        what: "an item whose fields fit its class and not the folder's, by moving the file",
        mend: identity::wrong_folder,
    },
    Fix {
        rule: "id-not-file-name",
        what: "an id that another record has or that cannot be one, or where others refer to the file's name",
        mend: identity::id_not_file_name,
    },
    Fix {
        rule: "unknown-field",
        what: "a name that is one letter off one field and unlike all others",
        mend: fields::unknown_field,
    },
    Fix {
        rule: "wrong-type",
        what: "a single value where a list is due, and `True` or `FALSE`",
        mend: fields::wrong_type,
    },
    Fix {
        rule: "invalid-value",
        what: "a word one letter off one choice, `8420.00eur`, `2023/3/1`, and elements that a set names twice",
        mend: fields::invalid_value,
    },
    Fix {
        rule: "dangling-reference",
        what: "an id that differs from one alone by case, spaces or underscores",
        mend: identity::dangling_reference,
    },
];

/// The fix for findings of a rule, where there is one.
pub fn fix_of(rule: &str) -> Option<&'static Fix> {
    FIXES.iter().find(|fix| fix.rule == rule)
}

/// Gives findings the edits that mend them.
pub(super) fn attach(context: &Context<'_>, findings: &mut [Finding]) {
    for finding in findings {
        let record =
            context.snapshot.by_path(&finding.location.path).filter(|record| record.root().is_some());
        if let (Some(fix), Some(record)) = (fix_of(&finding.rule), record) {
            finding.fix = (fix.mend)(finding, record, context).map(Box::new);
        }
    }
}

/// What mending comes to.
pub struct Mended {
    pub edit: Edit,
    /// The findings that are gone, in the order in which they were mended.
    pub findings: Vec<Finding>,
    /// How many fixes were not taken, as they would have broken another rule.
    pub refused: usize,
}

/// Mends what can be mended of the findings that are wanted. One file takes one fix at a time, and
/// every step is audited: a fix whose outcome breaks a rule that held is not taken.
pub fn mend(snapshot: &Snapshot, as_of: Date, wanted: impl Fn(&Finding) -> bool) -> Mended {
    let mut now = snapshot.clone();
    let mut files: BTreeMap<String, Option<String>> = BTreeMap::new();
    let (mut mended, mut tried) = (Vec::new(), HashSet::new());
    loop {
        let mut step = Vec::new();
        let mut touched = HashSet::new();
        for finding in audit(&now, as_of).findings.into_iter().filter(&wanted) {
            let paths: Vec<String> = paths_of(&finding).map(str::to_owned).collect();
            let (rule, path, field, message) = finding.identity();
            let identity = [rule, path, field, message].map(str::to_owned);
            if paths.is_empty()
                || tried.contains(&identity)
                || paths.iter().any(|path| touched.contains(path))
            {
                continue;
            }
            touched.extend(paths);
            tried.insert(identity);
            step.push(finding);
        }
        if step.is_empty() {
            break;
        }
        let broken = broken_by(&now, &step, as_of);
        step.retain(|finding| !paths_of(finding).any(|path| broken.contains(path)));
        if !broken_by(&now, &step, as_of).is_empty() {
            continue;
        }
        let edit = together(&step);
        now = now.with(&edit);
        files.extend(edit.files().map(|(path, text)| (path.to_owned(), text.map(str::to_owned))));
        mended.extend(step);
    }
    let mut edit = Edit::new(summary(mended.len()));
    for (path, text) in files {
        match text {
            Some(text) => edit.write(path, text),
            None => edit.delete(path),
        }
    }
    Mended { edit, refused: tried.len().saturating_sub(mended.len()), findings: mended }
}

fn summary(count: usize) -> String {
    if count == 1 {
        "Mend 1 finding of the audit".to_owned()
    } else {
        format!("Mend {count} findings of the audit")
    }
}

fn paths_of(finding: &Finding) -> impl Iterator<Item = &str> {
    finding.fix.iter().flat_map(|edit| edit.files()).map(|(path, _)| path)
}

/// The files of which an error is said that is not there without these fixes.
fn broken_by(now: &Snapshot, step: &[Finding], as_of: Date) -> HashSet<String> {
    let errors = new_errors(now, &now.with(&together(step)), as_of, true);
    let places = |error: &Finding| {
        let related: Vec<String> =
            error.related.iter().map(|related| related.location.path.to_string()).collect();
        related.into_iter().chain([error.location.path.to_string()])
    };
    errors.iter().flat_map(places).collect()
}

/// The fixes as one edit; no two touch the same file.
fn together(step: &[Finding]) -> Edit {
    let mut edit = Edit::default();
    for (path, text) in step.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| fix.files()) {
        match text {
            Some(text) => edit.write(path, text),
            None => edit.delete(path),
        }
    }
    edit
}

/// An edit of one record's file.
fn rewritten(record: &Record, text: String) -> Option<Edit> {
    let mut edit = Edit::default();
    let changes = text != record.source().text();
    edit.write(record.path(), text);
    changes.then_some(edit)
}
