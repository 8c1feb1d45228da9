use ssh_key::private::Ed25519Keypair;
use ssh_key::public::{KeyData, SkEd25519};
use ssh_key::{Algorithm, HashAlg, LineEnding, Signature, SigningKey, SshSig};

use super::*;
use crate::date::parse_date;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../tests/signing/", $name))
    };
}

const TAG: &str = fixture!("ed25519.tag");
/// What `ssh-keygen -l` says of the keys.
const ED25519: &str = "SHA256:dZtj3si0kZBrvoLhge/AlCXQ3etHwQrYyBlCH4tkrhw";
const ECDSA: &str = "SHA256:JsF8iLHOpqiBdg7BD5D6HLgkZYdOJgykRArrtapuveY";

fn signer(key: &str) -> Signer {
    let key = Key::parse(key).unwrap();
    Signer { principal: "ada@helio.example".into(), key, valid_after: None, valid_before: None }
}

fn signers() -> Vec<Signer> {
    vec![signer(fixture!("ed25519.pub")), signer(fixture!("ecdsa.pub"))]
}

fn judged(object: &str) -> Verdict {
    judge(object.as_bytes(), parse_date("2026-11-24").ok(), &signers())
}

fn valid(fingerprint: &str) -> Verdict {
    Verdict::Valid { principal: "ada@helio.example".into(), fingerprint: fingerprint.into() }
}

fn payload() -> &'static str {
    TAG.split_once("-----BEGIN ").unwrap().0
}

/// Says why a signature is bad.
fn bad(object: &str) -> String {
    match judged(object) {
        Verdict::Bad(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_git_and_openssh_signed_is_valid() {
    assert_eq!(judged(TAG), valid(ED25519));
    assert_eq!(judged(fixture!("ecdsa.tag")), valid(ECDSA));
    assert_eq!(judged(fixture!("sha256.tag")), valid(ED25519));
}

/// Ed25519 is deterministic (RFC 8032), so the same key and text give the same bytes.
#[test]
fn what_is_signed_here_is_what_git_signs() {
    let key = PrivateKey::read(fixture!("ed25519").as_bytes()).unwrap();
    assert_eq!(format!("{}{}", payload(), key.sign(payload().as_bytes()).unwrap()), TAG);
    let key = PrivateKey::read(fixture!("ecdsa").as_bytes()).unwrap();
    assert_eq!(key.key().fingerprint(), ECDSA);
    let signed = format!("{}{}", payload(), key.sign(payload().as_bytes()).unwrap());
    assert_eq!(judged(&signed), valid(ECDSA));
}

#[test]
fn any_change_makes_it_bad() {
    for (from, to) in
        [("tag baseline/q4", "tag baseline/q5"), ("(settings 1)", "(settings 2)"), ("+0100", "+0000")]
    {
        assert!(bad(&TAG.replace(from, to)).contains("one of them was changed"), "{from}");
    }
    // A signature of the same key, over something else.
    let key = PrivateKey::read(fixture!("ed25519").as_bytes()).unwrap();
    assert!(bad(&format!("{}{}", payload(), key.sign(b"other").unwrap())).contains("changed"));
    assert!(bad(fixture!("namespace.tag")).contains("made for `file`, not for `git`"));
}

#[test]
fn what_is_no_signature_is_bad_and_never_more() {
    let begin = "-----BEGIN SSH SIGNATURE-----\n";
    let end = "-----END SSH SIGNATURE-----\n";
    let with = |armor: &str| bad(&format!("{}{armor}", payload()));
    for armor in [
        begin.to_owned(),
        format!("{begin}{end}"),
        format!("{begin}%%%%\n{end}"),
        format!("{begin}U1NIU0lH\n{end}"),
        format!("{begin}AAAA\n"),
        TAG.split_at(TAG.len() - 60).0.split_once(payload()).unwrap().1.to_owned(),
        format!("{}text after it\n", TAG.strip_prefix(payload()).unwrap()),
        // A length of four GiB.
        format!("{begin}U1NIU0lHAAAAAf////8=\n{end}"),
    ] {
        assert!(with(&armor).contains("cannot be read"), "{armor}");
    }
    let long = format!("{begin}{}{end}", "A".repeat(70).repeat(1 << 16));
    assert!(with(&long).contains("none has more"), "{}", with(&long));
    // Every letter counts; the last byte ends the line.
    for flip in 0..TAG.len() - 1 {
        let mut bytes = TAG.as_bytes().to_vec();
        bytes[flip] ^= 1;
        assert_ne!(judge(&bytes, None, &signers()).word(), "valid", "byte {flip}");
    }
}

/// As git has it, the last beginning counts; what stands before it is signed text.
#[test]
fn the_last_signature_counts() {
    let inner = format!("{}-----BEGIN PGP SIGNATURE-----\n", payload());
    assert_eq!(find(TAG.as_bytes()), Some((payload().len(), Format::Ssh)));
    assert_eq!(find(payload().as_bytes()), None);
    assert_eq!(find(b"  -----BEGIN SSH SIGNATURE-----\n"), None);
    assert_eq!(judged(payload()), Verdict::Unsigned);
    assert!(matches!(judged(&inner), Verdict::Unchecked(what) if what == "a signature of OpenPGP"));
    let key = PrivateKey::read(fixture!("ed25519").as_bytes()).unwrap();
    assert_eq!(judged(&format!("{inner}{}", key.sign(inner.as_bytes()).unwrap())), valid(ED25519));
}

#[test]
fn other_keys_are_told_and_not_judged() {
    let verdict = judged(fixture!("rsa.tag"));
    assert_eq!(verdict.to_string(), "a signature by a key of ssh-rsa is not checked here");
    assert!(verdict.word() == "not checked" && !verdict.is_wrong());
    assert!(Key::parse(fixture!("rsa.pub")).unwrap_err().contains("ssh-rsa are not checked"));
}

#[test]
fn only_pinned_keys_count_and_only_in_their_time() {
    let on = |day: Option<&str>, after: Option<&str>, before: Option<&str>| {
        let date = |text: &str| parse_date(text).unwrap();
        let (valid_after, valid_before) = (after.map(date), before.map(date));
        let signer = Signer { valid_after, valid_before, ..signer(fixture!("ed25519.pub")) };
        judge(TAG.as_bytes(), day.map(date), &[signer])
    };
    assert_eq!(judge(TAG.as_bytes(), None, &[]), Verdict::NotPinned { fingerprint: ED25519.into() });
    assert!(judge(TAG.as_bytes(), None, &[signer(fixture!("ecdsa.pub"))]).is_wrong());
    let day = Some("2026-11-24");
    assert_eq!(on(day, Some("2026-11-24"), Some("2026-11-25")).word(), "valid");
    assert_eq!(on(day, Some("2026-11-25"), None).word(), "not in force");
    assert_eq!(on(day, None, Some("2026-11-24")).word(), "not in force");
    assert_eq!(on(None, None, None).word(), "valid");
    assert!(on(None, None, Some("2099-01-01")).is_wrong());
    // The same key again, for another time.
    let mut twice = vec![signer(fixture!("ed25519.pub")); 2];
    twice[0].valid_before = parse_date("2020-01-01").ok();
    assert_eq!(judge(TAG.as_bytes(), parse_date("2026-11-24").ok(), &twice), valid(ED25519));
}

/// A key in hardware signs the digest of its application, flags, a counter and the digest of the text
/// (OpenSSH's PROTOCOL.u2f).
#[test]
fn a_key_in_hardware_is_checked() {
    fn sign(key: &impl SigningKey, text: &[u8]) -> Signature {
        key.try_sign(text).unwrap()
    }
    let pair = Ed25519Keypair::from_seed(&[7; 32]);
    let application = "ssh:";
    let counted = [1, 0, 0, 0, 9];
    let text = SshSig::signed_data("git", HashAlg::Sha512, payload().as_bytes()).unwrap();
    let signed =
        [&HashAlg::Sha256.digest(application.as_bytes())[..], &counted, &HashAlg::Sha256.digest(&text)]
            .concat();
    let plain = sign(&ssh_key::PrivateKey::from(pair.clone()), &signed);
    let raw = [plain.as_bytes(), &counted].concat();
    let data = KeyData::SkEd25519(SkEd25519::new(pair.public, application));
    let signature = Signature::new(Algorithm::SkEd25519, raw).unwrap();
    let armor = SshSig::new(data.clone(), "git", HashAlg::Sha512, signature).unwrap();
    let object = format!("{}{}", payload(), armor.to_pem(LineEnding::LF).unwrap());
    let mut known = signers();
    known[0].key = Key::of(&data);
    assert_eq!(judge(object.as_bytes(), None, &known).word(), "valid");
    assert!(judge(object.replace("q4", "q5").as_bytes(), None, &known).is_wrong());
}

#[test]
fn a_file_that_cannot_sign_says_why() {
    let refused = |file: &str| match PrivateKey::read(file.as_bytes()) {
        Ok(_) => panic!("it signs"),
        Err(error) => error,
    };
    assert_eq!(refused(fixture!("ed25519.pub")), KeyError::Public);
    assert_eq!(refused(fixture!("locked")), KeyError::Encrypted);
    let foreign = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
    assert_eq!(refused(foreign), KeyError::Foreign);
    for file in ["", "hello", &fixture!("ed25519")[..200]] {
        assert!(matches!(refused(file), KeyError::Unreadable(_)), "{file}");
    }
    for line in
        ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA== x", "garbage in"]
    {
        assert!(Key::parse(line).is_err(), "{line}");
    }
    assert!(Key::parse("ssh-ed25519-cert-v01@openssh.com AAAA").unwrap_err().contains("certificate"));
}
