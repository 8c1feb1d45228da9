//! How the sample estate came to be: a short history, the same on every machine.
//!
//! `history.yaml` says what differs before each commit, newest first, so that the files of
//! `inventory/` are the last state and everything else is found by going back.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::edit::Edit;
use crate::embedded;

/// One commit of the history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SampleCommit {
    pub name: String,
    pub email: String,
    /// Seconds since 1970 and the author's offset from UTC in minutes.
    pub time: (i64, i32),
    pub edit: Edit,
}

/// Why the history cannot be made: a mistake in the shipped files.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the sample's history is broken: {0}")]
pub struct SampleError(String);

#[derive(Deserialize)]
struct Entry {
    date: String,
    author: String,
    message: String,
    before: Before,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Before {
    Changes(Vec<Change>),
    Nothing(All),
}

/// The word for a commit before which there was nothing.
#[derive(Deserialize)]
enum All {
    #[serde(rename = "all")]
    All,
}

/// One difference of the state before a commit.
#[derive(Deserialize)]
struct Change {
    path: String,
    /// The text after the commit, of which there is one, and what stood there before.
    text: Option<String>,
    was: Option<String>,
    /// The whole file before.
    content: Option<String>,
    #[serde(default)]
    absent: bool,
}

type Files = BTreeMap<String, String>;

/// The commits of the shipped sample, oldest first.
///
/// # Errors
/// When the shipped history does not fit the shipped files, which a test rules out.
pub fn commits() -> Result<Vec<SampleCommit>, SampleError> {
    let files = embedded::INVENTORY.iter().chain(embedded::SCHEMAS);
    let last = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    commits_of(include_str!("history.yaml"), last)
}

fn commits_of(history: &str, last: Files) -> Result<Vec<SampleCommit>, SampleError> {
    let entries: Vec<Entry> =
        serde_yaml::from_str(history).map_err(|error| SampleError(error.to_string()))?;
    let mut after = last;
    let mut commits = Vec::new();
    for entry in &entries {
        let before = match &entry.before {
            Before::Nothing(All::All) => Files::new(),
            Before::Changes(changes) => state_before(&after, changes)?,
        };
        commits.push(commit(entry, difference(&before, &after, &entry.message))?);
        after = before;
    }
    if !after.is_empty() {
        return Err(SampleError("its oldest entry does not begin with `before: all`".to_owned()));
    }
    commits.reverse();
    Ok(commits)
}

fn state_before(after: &Files, changes: &[Change]) -> Result<Files, SampleError> {
    let mut before = after.clone();
    for change in changes {
        let path = &change.path;
        match (&change.text, &change.was, &change.content) {
            (Some(text), Some(was), None) => {
                let file = before.get_mut(path).ok_or_else(|| SampleError(format!("there is no {path}")))?;
                if file.matches(text.as_str()).count() != 1 {
                    return Err(SampleError(format!("{path} does not hold exactly one {text:?}")));
                }
                *file = file.replacen(text.as_str(), was, 1);
            }
            (None, None, Some(content)) => {
                before.insert(path.clone(), content.clone());
            }
            (None, None, None) if change.absent && before.remove(path).is_some() => {}
            _ => return Err(SampleError(format!("the change of {path} cannot be made"))),
        }
    }
    Ok(before)
}

fn difference(before: &Files, after: &Files, message: &str) -> Edit {
    let mut edit = Edit::new(message);
    for (path, text) in after.iter().filter(|(path, text)| before.get(*path) != Some(text)) {
        edit.write(path, text);
    }
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        edit.delete(path);
    }
    edit
}

fn commit(entry: &Entry, edit: Edit) -> Result<SampleCommit, SampleError> {
    let author = entry.author.split_once(" <").and_then(|(name, rest)| Some((name, rest.strip_suffix('>')?)));
    let (name, email) = author.ok_or_else(|| SampleError(format!("`{}` is no author", entry.author)))?;
    let date = chrono::DateTime::parse_from_rfc3339(&entry.date)
        .map_err(|error| SampleError(format!("{}: {error}", entry.date)))?;
    Ok(SampleCommit {
        name: name.to_owned(),
        email: email.to_owned(),
        time: (date.timestamp(), date.offset().local_minus_utc() / 60),
        edit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_history_ends_in_the_shipped_files() {
        let mut files = Files::new();
        let commits = commits().unwrap();
        for commit in &commits {
            assert!(!commit.edit.is_empty(), "{} changes nothing", commit.edit.summary);
            for (path, text) in commit.edit.files() {
                match text {
                    Some(text) => drop(files.insert(path.to_owned(), text.to_owned())),
                    None => assert!(files.remove(path).is_some(), "{path} was not there"),
                }
            }
        }
        let shipped: Files = embedded::INVENTORY
            .iter()
            .chain(embedded::SCHEMAS)
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(files, shipped);
        assert!(commits.len() > 5 && commits.is_sorted_by_key(|commit| commit.time.0));
    }

    #[test]
    fn a_history_that_does_not_fit_is_told() {
        let last = Files::from([("a".to_owned(), "x x".to_owned())]);
        let entry = |before: &str| {
            format!("- {{date: 2026-01-01T00:00:00+01:00, author: A <a@b>, message: m, before: {before}}}\n")
        };
        let told = |before: &str| commits_of(&entry(before), last.clone()).unwrap_err().0;
        assert_eq!(told("[{path: a, text: x, was: y}]"), "a does not hold exactly one \"x\"");
        assert_eq!(told("[{path: b, text: x, was: y}]"), "there is no b");
        assert_eq!(told("[{path: b, absent: true}]"), "the change of b cannot be made");
        assert_eq!(told("[]"), "its oldest entry does not begin with `before: all`");
        assert_eq!(commits_of(&entry("all"), last.clone()).unwrap()[0].time, (1_767_222_000, 60));
    }
}
