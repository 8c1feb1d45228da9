//! Signatures of tags, made and checked without running a program.
//!
//! Git writes a signature at the end of a tag's object, over all that stands before it. One by an SSH
//! key (SSHSIG, of OpenSSH's PROTOCOL.sshsig, in the namespace `git`) is what `git tag -s` makes where
//! `gpg.format` is `ssh`, and what `git verify-tag` checks; both are done here as git does them. Those of
//! OpenPGP and X.509 take programs, and so does a key of RSA, whose arithmetic is left to others: they are
//! told and not judged.
//!
//! A signature says that the holder of a key signed, and no more. Whose key it is, and whether it may sign,
//! is said by [`Signer`]s alone, never by the tag: neither its tagger nor its date is anybody's but the
//! signer's word.

mod key;
#[cfg(test)]
mod tests;

use std::fmt;

use ssh_key::{LineEnding, SshSig};

use crate::date::Date;

pub use key::{Key, KeyError, PrivateKey};

/// What the signatures of git are made for, so that none made for anything else passes for one.
const NAMESPACE: &str = "git";

/// The longest signature that is read. One by a key that is checked here has some 300 bytes.
const MOST_BYTES: usize = 16 << 10;

/// A key that may sign, and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signer {
    /// An e-mail address, as in OpenSSH's list of allowed signers.
    pub principal: String,
    pub key: Key,
    /// The first day, in UTC, that a signature may be dated.
    pub valid_after: Option<Date>,
    /// The first day, in UTC, that none may be dated any more.
    pub valid_before: Option<Date>,
}

impl Signer {
    /// Whether a signature of that day counts; without a day only where it counts on every day.
    fn holds_on(&self, day: Option<Date>) -> bool {
        match day {
            Some(day) => {
                self.valid_after.is_none_or(|first| first <= day)
                    && self.valid_before.is_none_or(|end| day < end)
            }
            None => self.valid_after.is_none() && self.valid_before.is_none(),
        }
    }
}

/// How a tag is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    OpenPgp,
    Ssh,
    X509,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::OpenPgp => "OpenPGP",
            Format::Ssh => "SSH",
            Format::X509 => "X.509",
        }
    }
}

/// The beginnings of the lines that git knows a signature by (git's gpg-interface.c).
const BEGINNINGS: [(&str, Format); 4] = [
    ("-----BEGIN PGP SIGNATURE-----", Format::OpenPgp),
    ("-----BEGIN PGP MESSAGE-----", Format::OpenPgp),
    ("-----BEGIN SSH SIGNATURE-----", Format::Ssh),
    ("-----BEGIN SIGNED MESSAGE-----", Format::X509),
];

/// Where the signature of a tag's object or message begins, and how it is signed: from the last line that
/// looks like the beginning of one, as git's `parse_signed_buffer` has it. `None` where it is not signed.
pub fn find(object: &[u8]) -> Option<(usize, Format)> {
    let mut start = 0;
    let mut found = None;
    for line in object.split_inclusive(|byte| *byte == b'\n') {
        let format = BEGINNINGS.into_iter().find(|(beginning, _)| line.starts_with(beginning.as_bytes()));
        found = format.map(|(_, format)| (start, format)).or(found);
        start += line.len();
    }
    found
}

/// What a signature is worth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    Unsigned,
    Valid {
        principal: String,
        fingerprint: String,
    },
    /// Right, by a key of nobody that is known.
    NotPinned {
        fingerprint: String,
    },
    /// Right, by a key that does not count on the tag's day.
    NotInForce {
        principal: String,
        fingerprint: String,
        day: Option<Date>,
    },
    Bad(String),
    /// Neither right nor wrong: what it is signed with is not known here.
    Unchecked(String),
}

impl Verdict {
    /// Whether a signature is there that must not be relied on.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Verdict::NotPinned { .. } | Verdict::NotInForce { .. } | Verdict::Bad(_))
    }

    /// Who signed, where that is known, and the fingerprint of the key.
    pub fn signer(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Verdict::Valid { principal, fingerprint }
            | Verdict::NotInForce { principal, fingerprint, .. } => (Some(principal), Some(fingerprint)),
            Verdict::NotPinned { fingerprint } => (None, Some(fingerprint)),
            Verdict::Unsigned | Verdict::Bad(_) | Verdict::Unchecked(_) => (None, None),
        }
    }

    /// A word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Unsigned => "no",
            Verdict::Valid { .. } => "valid",
            Verdict::NotPinned { .. } => "not pinned",
            Verdict::NotInForce { .. } => "not in force",
            Verdict::Bad(_) => "bad",
            Verdict::Unchecked(_) => "not checked",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Unsigned => f.write_str("it is not signed"),
            Verdict::Valid { principal, fingerprint } => {
                write!(f, "signed by {principal} with {fingerprint}")
            }
            Verdict::NotPinned { fingerprint } => {
                write!(f, "signed with {fingerprint}, which is the key of no pinned signer")
            }
            Verdict::NotInForce { principal, fingerprint, day } => {
                write!(f, "signed by {principal} with {fingerprint}, which does not count ")?;
                match day {
                    Some(day) => write!(f, "on {day}, the day of the tag"),
                    None => f.write_str("where the tag has no day"),
                }
            }
            Verdict::Bad(why) => write!(f, "the signature is bad: {why}"),
            Verdict::Unchecked(what) => write!(f, "{what} is not checked here"),
        }
    }
}

/// Judges the signature of a tag's object, `day` being that of its tagger in UTC.
pub fn judge(object: &[u8], day: Option<Date>, signers: &[Signer]) -> Verdict {
    let Some((start, format)) = find(object) else { return Verdict::Unsigned };
    if format != Format::Ssh {
        return Verdict::Unchecked(format!("a signature of {}", format.name()));
    }
    let (payload, armor) = object.split_at_checked(start).unwrap_or((object, &[]));
    let signature = match read(armor) {
        Ok(signature) => signature,
        Err(why) => return Verdict::Bad(why),
    };
    let key = Key::of(signature.public_key());
    if !key.is_checked() {
        return Verdict::Unchecked(format!("a signature by a key of {}", key.algorithm()));
    }
    if let Err(why) = key.verify(payload, &signature) {
        return Verdict::Bad(why.to_owned());
    }
    let fingerprint = key.fingerprint();
    let pinned: Vec<&Signer> = signers.iter().filter(|signer| signer.key == key).collect();
    let holding = pinned.iter().find(|signer| signer.holds_on(day));
    match (holding, pinned.first()) {
        (Some(signer), _) => Verdict::Valid { principal: signer.principal.clone(), fingerprint },
        (None, Some(signer)) => Verdict::NotInForce { principal: signer.principal.clone(), fingerprint, day },
        (None, None) => Verdict::NotPinned { fingerprint },
    }
}

/// Reads an armored signature that ends where the object ends.
fn read(armor: &[u8]) -> Result<SshSig, String> {
    if armor.len() > MOST_BYTES {
        return Err(format!("it has {} bytes, and none has more than {MOST_BYTES}", armor.len()));
    }
    let unreadable = |error: ssh_key::Error| format!("it cannot be read ({error})");
    let signature = SshSig::from_pem(armor.trim_ascii_end()).map_err(unreadable)?;
    // The library looks past lengths that do not fit.
    let written = signature.to_pem(LineEnding::LF).map_err(unreadable)?;
    if !letters(written.as_bytes()).eq(letters(armor)) {
        return Err("it cannot be read (its parts are not as long as they say)".to_owned());
    }
    match signature.namespace() {
        NAMESPACE => Ok(signature),
        other => Err(format!("it was made for `{other}`, not for `{NAMESPACE}`: it is of something else")),
    }
}

/// Lines may be of any length.
fn letters(armor: &[u8]) -> impl Iterator<Item = &u8> {
    armor.iter().filter(|byte| !byte.is_ascii_whitespace())
}
