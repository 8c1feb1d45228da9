//! SSH keys: the public ones that signatures are judged by, and the private one that signs.

use std::fmt;

use ssh_key::public::{KeyData, PublicKey};
use ssh_key::{EcdsaCurve, HashAlg, LineEnding, SshSig};

use super::NAMESPACE;

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(KeyData);

impl Key {
    pub(super) fn of(data: &KeyData) -> Key {
        Key(data.clone())
    }

    /// Reads a line as in `id_ed25519.pub`: the type, the key in Base64, and perhaps a comment.
    ///
    /// # Errors
    /// A sentence on why no signature can be checked by it.
    pub fn parse(line: &str) -> Result<Key, String> {
        let kind = line.split_whitespace().next().unwrap_or_default();
        if kind.ends_with("-cert-v01@openssh.com") {
            return Err(format!("{kind} is a certificate, and a key is needed"));
        }
        let key = PublicKey::from_openssh(line)
            .map(|key| Key(key.key_data().clone()))
            .map_err(|_| "this is no public key as OpenSSH writes them".to_owned())?;
        match key.is_checked() {
            true => Ok(key),
            false => Err(format!("signatures by a key of {} are not checked here", key.algorithm())),
        }
    }

    /// `SHA256:` and the digest of the key in Base64, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The line that [`Key::parse`] reads, without a comment.
    pub fn line(&self) -> String {
        PublicKey::new(self.0.clone(), "").to_openssh().unwrap_or_default()
    }

    /// As OpenSSH names it: `ssh-ed25519`.
    pub fn algorithm(&self) -> String {
        self.0.algorithm().to_string()
    }

    /// Whether signatures by this type of key are checked here.
    pub(super) fn is_checked(&self) -> bool {
        match &self.0 {
            KeyData::Ed25519(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => true,
            KeyData::Ecdsa(key) => key.curve() == EcdsaCurve::NistP256,
            _ => false,
        }
    }

    /// Whether this key made the signature, over this.
    pub(super) fn verify(&self, payload: &[u8], signature: &SshSig) -> Result<(), &'static str> {
        PublicKey::new(self.0.clone(), "")
            .verify(NAMESPACE, payload, signature)
            .map_err(|_| "it is not over what the tag says: one of them was changed")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// Why a file is no key to sign with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("it holds a public key, and signing takes the private one")]
    Public,
    #[error("its key is encrypted with a passphrase, which is not asked for here")]
    Encrypted,
    #[error("its key is in another format than OpenSSH's own")]
    Foreign,
    #[error("a key of {0} does not sign here")]
    Unsupported(String),
    #[error("it holds no private key as OpenSSH writes them ({0})")]
    Unreadable(String),
}

impl KeyError {
    /// How to mend it, where the message alone does not say.
    pub fn hint(&self) -> &'static str {
        match self {
            KeyError::Public => "name the file beside it that does not end in .pub",
            KeyError::Encrypted => "git asks for it, or its agent knows it: sign with `git tag -s`",
            KeyError::Foreign => "`ssh-keygen -p -f FILE` writes it as OpenSSH does",
            KeyError::Unsupported(_) => {
                "`ssh-keygen -t ed25519` makes one that does; with others `git tag -s` signs"
            }
            KeyError::Unreadable(_) => "`ssh-keygen -t ed25519 -f FILE` makes one",
        }
    }
}

/// A private key. It is overwritten in memory when it is dropped.
pub struct PrivateKey(ssh_key::PrivateKey);

impl PrivateKey {
    /// Reads the file of a private key as `ssh-keygen` makes it.
    ///
    /// # Errors
    /// [`KeyError`], also for a type of key whose signatures are not checked here.
    pub fn read(file: &[u8]) -> Result<PrivateKey, KeyError> {
        let text = String::from_utf8_lossy(file);
        let text = text.trim();
        if PublicKey::from_openssh(text).is_ok() {
            return Err(KeyError::Public);
        }
        let is_pem = text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----");
        if is_pem && !text.starts_with("-----BEGIN OPENSSH ") {
            return Err(KeyError::Foreign);
        }
        let key = ssh_key::PrivateKey::from_openssh(text)
            .map_err(|error| KeyError::Unreadable(error.to_string()))?;
        if key.is_encrypted() {
            return Err(KeyError::Encrypted);
        }
        let public = Key::of(key.public_key().key_data());
        let in_hardware = matches!(public.0, KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_));
        match public.is_checked() && !in_hardware {
            true => Ok(PrivateKey(key)),
            false => Err(KeyError::Unsupported(public.algorithm())),
        }
    }

    /// The public key that belongs to it.
    pub fn key(&self) -> Key {
        Key::of(self.0.public_key().key_data())
    }

    /// The armored signature over what a tag's object says, as git puts it after that.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`] where the key is no point of its curve.
    pub fn sign(&self, payload: &[u8]) -> Result<String, KeyError> {
        let signature = self.0.sign(NAMESPACE, HashAlg::Sha512, payload);
        let armor = signature.and_then(|signature| signature.to_pem(LineEnding::LF));
        armor.map_err(|error| KeyError::Unreadable(error.to_string()))
    }
}
