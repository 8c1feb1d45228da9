//! Signing tags, and judging those that are signed.

use std::cell::OnceCell;
use std::path::Path;

use estate::render::escape;
use estate::report::counted;
use estate::signature::{self, PrivateKey, Verdict};
use estate::store::{Pinned, Store, Tag};

use super::context::Context;
use super::failure::Failure;
use super::foreign::read_file;

/// The most that is read of a file that may be no key.
const MOST_BYTES: u64 = 1 << 20;

/// Reads the key to sign with.
pub fn key_of(file: &Path) -> anyhow::Result<PrivateKey> {
    let bytes = read_file(file, MOST_BYTES)?;
    PrivateKey::read(&bytes).map_err(|error| {
        let file = file.display();
        Failure::failed(format!("{file} cannot sign: {error}")).hint(error.hint()).into()
    })
}

/// Says by which key was signed, and what is missing for the signature to count.
pub fn tell_signed(context: &Context, store: &Store, key: &PrivateKey) {
    let key = key.key();
    context.say(&format!("signed with {}", key.fingerprint()));
    // Where nobody knows yet which branch is the base, nobody is wrong either.
    let Ok(pinned) = store.pinned(None) else { return };
    if pinned.signers.iter().any(|signer| signer.key == key) {
        return;
    }
    let (_, email) = store.author().unwrap_or_default();
    for line in [
        format!(
            "note: the signature counts once `signers` of inventory/signers.yaml on {} lists",
            pinned.base
        ),
        format!("  - {{principal: {email}, key: {}}}", key.line()),
    ] {
        context.say(&escape::terminal(&line));
    }
}

/// Options of every verb that judges signatures.
#[derive(clap::Args)]
pub struct SignatureArgs {
    /// Fail where a tag is not signed by a pinned signer
    #[arg(long)]
    require_signature: bool,
    /// The branch or commit whose inventory/signers.yaml says who may sign [default: the default branch of
    /// origin; main where there is no remote]
    #[arg(long, value_name = "REV")]
    signers_from: Option<String>,
}

impl SignatureArgs {
    /// Whether one of them is used.
    pub fn is_given(&self) -> bool {
        self.require_signature || self.signers_from.is_some()
    }
}

/// Judges signatures. Who may sign is read when the first one is met.
pub struct Judge<'a> {
    store: &'a Store,
    args: &'a SignatureArgs,
    pinned: OnceCell<Pinned>,
}

impl<'a> Judge<'a> {
    /// # Errors
    /// Where a version is named whose signers cannot be read.
    pub fn new(store: &'a Store, args: &'a SignatureArgs) -> anyhow::Result<Self> {
        let judge = Self { store, args, pinned: OnceCell::new() };
        if args.signers_from.is_some() {
            judge.pinned()?;
        }
        Ok(judge)
    }

    fn pinned(&self) -> anyhow::Result<&Pinned> {
        if let Some(pinned) = self.pinned.get() {
            return Ok(pinned);
        }
        let pinned = self.store.pinned(self.args.signers_from.as_deref())?;
        Ok(self.pinned.get_or_init(|| pinned))
    }

    pub fn judge(&self, tag: &Tag) -> anyhow::Result<Verdict> {
        match signature::find(&tag.object) {
            None => Ok(Verdict::Unsigned),
            Some(_) => Ok(self.pinned()?.judge(tag)),
        }
    }

    /// The word for what is to fail on, if anything is.
    pub fn trouble(&self, verdict: &Verdict) -> Option<&'static str> {
        match verdict {
            Verdict::Unsigned => self.args.require_signature.then_some("unsigned"),
            Verdict::Unchecked(_) => self.args.require_signature.then_some("signature"),
            verdict => verdict.is_wrong().then_some("signature"),
        }
    }

    /// The verdict as a sentence, with what to do where it is not as it should be.
    pub fn explain(&self, verdict: &Verdict, tag: &str) -> String {
        match self.help(verdict, tag) {
            Some(help) => format!("{verdict}; {help}"),
            None => verdict.to_string(),
        }
    }

    pub fn help(&self, verdict: &Verdict, tag: &str) -> Option<String> {
        let base = self.pinned.get().map_or("", |pinned| pinned.base.as_str());
        Some(match verdict {
            Verdict::Unsigned | Verdict::Valid { .. } => return None,
            Verdict::NotPinned { .. } => {
                format!("the keys that count are in inventory/signers.yaml of {base}")
            }
            Verdict::NotInForce { .. } => {
                format!("the days on which it counts are in inventory/signers.yaml of {base}")
            }
            Verdict::Bad(_) => "do not rely on it".to_owned(),
            Verdict::Unchecked(_) => format!("`git verify-tag {tag}` checks it"),
        })
    }

    /// Where the signers were read, if they were.
    pub fn note(&self) -> Option<String> {
        let pinned = self.pinned.get()?;
        let signers = counted(pinned.signers.len(), "pinned key");
        Some(format!("signatures judged by inventory/signers.yaml of {}: {signers}", pinned.base))
    }
}
