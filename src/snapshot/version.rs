//! How a version of the estate is named.

use std::fmt;

/// Which version of the estate a snapshot shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Version {
    /// The files as they lie on disk.
    Worktree,
    /// A commit, by its full id, and how the user named it.
    Commit { id: String, name: String },
    /// The files as they are staged for the next commit.
    Staged,
    /// What merging the second commit into the first would give.
    Merged(Box<Version>, Box<Version>),
    /// What another version becomes after an edit.
    Edited(Box<Version>),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version::Worktree => f.write_str("worktree"),
            Version::Commit { id, name } if id.starts_with(name.as_str()) => f.write_str(short(id)),
            Version::Commit { id, name } => write!(f, "{name} ({})", short(id)),
            Version::Staged => f.write_str("staged"),
            Version::Merged(ours, theirs) => write!(f, "{ours} merged with {theirs}"),
            Version::Edited(version) => write!(f, "{version} with changes"),
        }
    }
}

fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}
