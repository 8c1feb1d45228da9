//! What a configuration baseline holds, as the message of its tag says it: how many records of each
//! kind, a digest over every file, the commit, and the baseline before. (Configuration baseline: ITIL
//! 4, service configuration management; ISO/IEC 20000-1:2018, 8.2.6.)
//!
//! The digest is computed from the files alone, so it outlives the ids of commits, which change where
//! a history is rewritten. That each baseline names the one before it shows when that one is gone or
//! is another now.

use sha2::{Digest, Sha256};

use crate::model::{Kind, Place};
use crate::signature;

/// What is in the files of the estate.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Content {
    /// The records of each kind that has any.
    pub records: Vec<(Kind, usize)>,
    /// SHA-256 in hexadecimal over a line a file, `<SHA-256 of the file>  <path>`, in the order of the
    /// bytes of the paths: what `sha256sum` prints, digested once more.
    pub digest: String,
}

impl Content {
    /// The content of files, which come in the order of the bytes of their paths.
    pub fn of<E>(each_file: impl FnOnce(&mut dyn FnMut(&str, &[u8])) -> Result<(), E>) -> Result<Self, E> {
        let mut lines = Sha256::new();
        let mut counts = Kind::ALL.map(|kind| (kind, 0));
        each_file(&mut |path, bytes| {
            lines.update(format!("{:x}  {path}\n", Sha256::digest(bytes)));
            let kind = Place::of(path).map(|place| place.kind);
            for (_, count) in counts.iter_mut().filter(|(known, _)| Some(*known) == kind) {
                *count += 1;
            }
        })?;
        let records = counts.into_iter().filter(|(_, count)| *count > 0).collect();
        Ok(Self { records, digest: format!("{:x}", lines.finalize()) })
    }

    /// `132 (item 120, contract 12)`.
    pub fn counted(&self) -> String {
        let all: usize = self.records.iter().map(|(_, count)| count).sum();
        let kinds: Vec<String> =
            self.records.iter().map(|(kind, count)| format!("{} {count}", kind.name())).collect();
        if kinds.is_empty() { "0".to_owned() } else { format!("{all} ({})", kinds.join(", ")) }
    }
}

/// The message of the tag of a baseline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// `Configuration baseline q3`, or what the user says.
    pub purpose: String,
    /// As [`Content::counted`].
    pub records: String,
    pub digest: String,
    /// The full id of the commit that the tag is on.
    pub commit: String,
    /// The tag of the baseline before, and the id of its object.
    pub follows: Option<(String, String)>,
}

impl Manifest {
    pub fn text(&self) -> String {
        let Manifest { purpose, records, digest, commit, follows } = self;
        let follows = follows.as_ref().map(|(tag, id)| format!("Follows: {tag} {id}\n")).unwrap_or_default();
        format!(
            "{}\n\nRecords: {records}\nContent: sha256:{digest}\nCommit: {commit}\n{follows}",
            purpose.trim_end()
        )
    }

    /// `None` where the message is not that of a baseline. Only its last paragraph counts: nothing
    /// that the purpose says is taken for more than that. A signature below is no part of it.
    pub fn from_text(text: &str) -> Option<Self> {
        let end = signature::find(text.as_bytes()).map_or(text.len(), |(start, _)| start);
        let text = text.get(..end)?.trim_end();
        let (purpose, trailers) = text.rsplit_once("\n\n")?;
        let field = |name: &str| {
            trailers
                .lines()
                .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.trim().to_owned()))
        };
        let follows = match field("Follows") {
            Some(follows) => Some(follows.split_once(' ').map(|(tag, id)| (tag.to_owned(), id.to_owned()))?),
            None => None,
        };
        Some(Self {
            purpose: purpose.to_owned(),
            records: field("Records")?,
            digest: field("Content")?.strip_prefix("sha256:")?.to_owned(),
            commit: field("Commit")?,
            follows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_sha256sum() {
        let content = Content::of(|file| {
            file("inventory/items/server/a.yaml", b"abc");
            file("inventory/settings.yaml", b"");
            Ok::<(), ()>(())
        });
        let content = content.unwrap();
        // printf abc > a.yaml (FIPS 180-2, B.1: ba7816bf…); sha256sum a.yaml settings.yaml | sha256sum
        assert_eq!(content.digest, "a73e36458639142f943dece27d19add074984f7dd914960933d3a1a582f13073");
        assert_eq!(content.counted(), "2 (settings 1, item 1)");
    }

    #[test]
    fn a_manifest_is_read_from_the_last_paragraph_alone() {
        let manifest = Manifest {
            purpose: "Before the move\n\nCommit: none\nContent: none".into(),
            records: "2 (item 2)".into(),
            digest: "00".into(),
            commit: "11".into(),
            follows: Some(("baseline/q2".into(), "22".into())),
        };
        assert_eq!(Manifest::from_text(&manifest.text()), Some(manifest.clone()));
        let signed =
            manifest.text() + "-----BEGIN SSH SIGNATURE-----\nCommit: 33\n-----END SSH SIGNATURE-----\n";
        assert_eq!(Manifest::from_text(&signed), Some(manifest.clone()));
        assert_eq!(Manifest::from_text("Version 1\n"), None);
        assert_eq!(Manifest::from_text("A\n\nRecords: 1\nCommit: 2\n"), None);
    }
}
