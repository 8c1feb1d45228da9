//! The signers by whom signatures are judged: those of the base branch, which nobody can change who may
//! not change that branch. What a tag's own commit says of signers would let an attacker vouch for
//! himself, and `gpg.ssh.allowedSignersFile` is whatever `.git/config` says.

use git2::Repository;

use super::health::Health;
use super::{Store, StoreError, Tag};
use crate::finding::Level;
use crate::model::Kind;
use crate::model::signers::signers;
use crate::signature::{self, Signer, Verdict};

/// What a clone calls the default branch of where it came from.
const BASES: [&str; 3] =
    ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];
/// What it is called in a repository that came from nowhere.
const OWN_BASES: [&str; 2] = ["refs/heads/main", "refs/heads/master"];

/// The pinned signers, and the branch that pins them.
#[derive(Clone, Debug)]
pub struct Pinned {
    pub signers: Vec<Signer>,
    pub base: String,
}

impl Pinned {
    /// Judges the signature of a tag.
    pub fn judge(&self, tag: &Tag) -> Verdict {
        signature::judge(&tag.object, tag.day(), &self.signers)
    }
}

impl Store {
    /// The signers that `base` pins; without one the default branch of the remote `origin`, or the main
    /// branch of a repository that knows no remote. Empty where that branch pins nobody.
    ///
    /// # Errors
    /// [`StoreError::NoBase`], [`StoreError::AmbiguousBase`], and [`StoreError::UnusableSigners`] for a
    /// list that has errors, of which no part is taken.
    pub fn pinned(&self, base: Option<&str>) -> Result<Pinned, StoreError> {
        let git = self.git()?;
        let base = match base {
            Some(base) if is_ambiguous(git, base) => return Err(StoreError::AmbiguousBase(base.to_owned())),
            Some(base) => base.to_owned(),
            None => base_of(git).ok_or(StoreError::NoBase)?,
        };
        let snapshot = self.at_of(&base, &[])?;
        let mut pinned = Vec::new();
        for record in snapshot.of_kind(Kind::Signers) {
            let (signers, unusable) = signers(record);
            if let Some(finding) = record.findings().iter().chain(&unusable).next() {
                let (at, message) = (finding.location.to_string(), finding.message.clone());
                return Err(StoreError::UnusableSigners { at, base, message });
            }
            pinned.extend(signers);
        }
        Ok(Pinned { signers: pinned, base })
    }

    /// Judges every signature of tags that begin so, and that each such tag is called what it calls
    /// itself: a signature is over that name.
    pub(super) fn check_signatures(
        &self,
        prefixes: &[&str],
        base: Option<&str>,
        health: &mut Health,
    ) -> Result<(), StoreError> {
        let mut pinned = base.map(|_| self.pinned(base)).transpose()?.map(Ok);
        for prefix in prefixes {
            for name in self.tags(prefix)? {
                // One that leads nowhere is a finding already.
                let Ok(Some(tag)) = self.tag(&name) else { continue };
                let at = format!("refs/tags/{name}");
                if !tag.id.is_empty() && tag.name != name {
                    let message = format!("the tag calls itself {}", tag.name);
                    let help =
                        "it was put in the place of another: fetch the tag again from where it is right";
                    health.find("misnamed-tag", Level::Error, at.as_str(), message, help);
                }
                if signature::find(&tag.object).is_none() {
                    continue;
                }
                let verdict = match pinned.get_or_insert_with(|| self.pinned(None)) {
                    Ok(pinned) => pinned.judge(&tag),
                    Err(error) => {
                        let help = match error {
                            StoreError::NoBase => "name it: `estate fsck --signers-from REV`",
                            _ => "mend it there; until then no signature is judged",
                        };
                        health.find("unchecked-signature", Level::Warning, at, error.to_string(), help);
                        continue;
                    }
                };
                let (check, level, help) = match verdict {
                    Verdict::Unsigned | Verdict::Valid { .. } => continue,
                    Verdict::Bad(_) => (
                        "bad-signature",
                        Level::Error,
                        "do not rely on the tag; fetch it again from where it is right",
                    ),
                    Verdict::NotPinned { .. } | Verdict::NotInForce { .. } => (
                        "unpinned-signature",
                        Level::Warning,
                        "where the signer may sign, the base branch says so in inventory/signers.yaml",
                    ),
                    Verdict::Unchecked(_) => {
                        ("unchecked-signature", Level::Note, "`git verify-tag` checks it")
                    }
                };
                health.find(check, level, at, verdict.to_string(), help);
            }
        }
        Ok(())
    }
}

/// Not by the rules of git's revisions, in which a tag `origin/main` goes before the branch.
fn base_of(git: &Repository) -> Option<String> {
    let is_there = |name: &&str| git.find_reference(name).is_ok_and(|found| found.peel_to_commit().is_ok());
    let first = |names: &[&str]| names.iter().copied().find(|name| is_there(name)).map(str::to_owned);
    let knows_remotes = git.references_glob("refs/remotes/*").is_ok_and(|mut found| found.next().is_some());
    if knows_remotes { first(&BASES) } else { first(&OWN_BASES) }
}

/// Whether a revision is a name that somebody may have given to something else as well.
fn is_ambiguous(git: &Repository, name: &str) -> bool {
    let places = ["refs/heads/", "refs/remotes/", "refs/tags/"];
    places.iter().filter(|place| git.find_reference(&format!("{place}{name}")).is_ok()).count() > 1
}
