//! Signed baselines and closings: git takes what estate signs, estate takes what git signs, and nobody
//! who may not change the base branch can vouch for himself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use std::fs;

use common::{Estate, Ran, ran};

const ED25519: &str = include_str!("signing/ed25519.pub");
const ECDSA: &str = include_str!("signing/ecdsa.pub");
/// As `ssh-keygen -l` says it.
const FINGERPRINT: &str = "SHA256:dZtj3si0kZBrvoLhge/AlCXQ3etHwQrYyBlCH4tkrhw";

/// The file of a key, which only its owner may read: `ssh-keygen` insists.
fn key(estate: &Estate, name: &str) -> String {
    let from = format!("{}/tests/signing/{name}", env!("CARGO_MANIFEST_DIR"));
    let to = estate.folder.path().join(name);
    fs::copy(from, &to).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&to, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    to.to_str().unwrap().to_owned()
}

fn pin(estate: &Estate, signers: &[(&str, &str, &str)]) {
    let lines = signers
        .iter()
        .map(|(principal, key, more)| format!("  - {{principal: {principal}, key: {}{more}}}\n", key.trim()));
    estate.write("inventory/signers.yaml", &format!("signers:\n{}", lines.collect::<String>()));
    estate.commit("Pin signers");
}

/// An estate that pins Ada's key, with a baseline that she signed.
fn signed() -> Estate {
    let estate = Estate::shipped();
    pin(&estate, &[("ada@helio.example", ED25519, "")]);
    estate.ok(&["baseline", "create", "q4", "--sign", &key(&estate, "ed25519")]);
    estate
}

fn verify(estate: &Estate, more: &[&str]) -> Ran {
    estate.run(&[&["baseline", "verify", "--json"], more].concat())
}

/// The exit code, and the state and how it is signed of each baseline.
fn judged(ran: &Ran) -> (i32, Vec<(String, String)>) {
    (ran.code, ran.column("state").into_iter().zip(ran.column("signed")).collect())
}

fn one(code: i32, state: &str, signed: &str) -> (i32, Vec<(String, String)>) {
    (code, vec![(state.to_owned(), signed.to_owned())])
}

/// Without it git cannot do its part.
fn has_ssh_keygen(estate: &Estate) -> bool {
    estate.command("ssh-keygen").arg("-?").output().is_ok()
}

#[test]
fn git_takes_what_is_signed_here() {
    let estate = signed();
    estate.ok(&["baseline", "create", "q5", "--sign", &key(&estate, "ecdsa"), "-m", "Agreed"]);
    estate.ok(&["close", "FY2025", "--sign", &key(&estate, "ed25519")]);
    estate.git(&["fsck", "--strict"]);
    if !has_ssh_keygen(&estate) {
        return;
    }
    let allowed = format!("ada@helio.example {ED25519}eve@helio.example {ECDSA}");
    estate.write("../allowed", &allowed);
    let allowed = format!("gpg.ssh.allowedSignersFile={}", estate.path("../allowed").display());
    for (tag, says) in [("baseline/q4", "ada@"), ("baseline/q5", "eve@"), ("close/fy2025", "ada@")] {
        let ran = ran(estate.command("git").args(["-c", &allowed, "verify-tag", tag]).output().unwrap());
        assert_eq!(ran.code, 0, "{tag}: {}", ran.err);
        assert!(ran.err.contains(&format!("Good \"git\" signature for {says}")), "{}", ran.err);
    }
}

#[test]
fn what_git_signs_is_taken_here() {
    let estate = signed();
    if !has_ssh_keygen(&estate) {
        return;
    }
    estate.write("../message", &estate.ok(&["baseline", "create", "q5", "-n"]).out);
    let by = format!("user.signingkey={}", key(&estate, "ed25519"));
    estate.git(&["-c", "gpg.format=ssh", "-c", &by, "tag", "-s", "baseline/q5", "-F", "../message"]);
    let ran = verify(&estate, &["q5", "--require-signature"]);
    assert_eq!(judged(&ran), one(0, "untouched", "valid"), "{}", ran.out);
    assert_eq!(
        (ran.column("signer")[0].as_str(), ran.column("key")[0].as_str()),
        ("ada@helio.example", FINGERPRINT)
    );
}

#[test]
fn it_is_told_who_signed_and_that_nobody_did() {
    let estate = signed();
    estate.ok(&["baseline", "create", "plain"]);
    assert_eq!(estate.ok(&["baseline", "list", "--json"]).column("signed"), ["no", "SSH"]);
    let ran = verify(&estate, &[]);
    assert_eq!((ran.code, ran.column("signed")), (0, vec!["no".to_owned(), "valid".to_owned()]));
    assert_eq!(judged(&verify(&estate, &["plain", "--require-signature"])), one(1, "unsigned", "no"));
    assert_eq!(verify(&estate, &["q4", "--require-signature"]).code, 0);
    // OpenPGP takes a program, which is git's to run.
    estate.forge_tag("baseline/plain", |tag| {
        format!("{tag}-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n")
    });
    let ran = verify(&estate, &["plain"]);
    assert_eq!(judged(&ran), one(0, "untouched", "not checked"));
    assert!(ran.out.contains("`git verify-tag baseline/plain` checks it"), "{}", ran.out);
    assert_eq!(
        judged(&verify(&estate, &["plain", "--require-signature"])),
        one(1, "signature", "not checked")
    );
}

/// A branch that brings its own signers, a configuration that does, a tag called like the base.
#[test]
fn only_the_base_branch_pins_signers() {
    let estate = signed();
    let base = estate.git(&["branch", "--show-current"]).trim().to_owned();
    estate.git(&["switch", "-q", "-c", "attack"]);
    let keys = [("ada@helio.example", ED25519, ""), ("eve@helio.example", ECDSA, "")];
    pin(&estate, &keys);
    let made = estate.ok(&["baseline", "create", "evil", "--sign", &key(&estate, "ecdsa")]);
    assert!(
        made.err.contains("counts once") && made.err.contains(ECDSA.trim().rsplit_once(' ').unwrap().0),
        "{}",
        made.err
    );
    assert_eq!(judged(&verify(&estate, &["evil"])), one(1, "signature", "not pinned"));
    estate.write("../allowed", &format!("eve@helio.example {ECDSA}"));
    let allowed = estate.path("../allowed");
    estate.git(&["config", "gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()]);
    assert_eq!(judged(&verify(&estate, &["evil"])), one(1, "signature", "not pinned"));
    // Whoever is trusted can be named.
    assert_eq!(judged(&verify(&estate, &["evil", "--signers-from", "attack"])), one(0, "untouched", "valid"));
    estate.git(&["tag", &base, "attack"]);
    assert_eq!(judged(&verify(&estate, &["evil"])), one(1, "signature", "not pinned"));
    estate.refuses(&["baseline", "verify", "--signers-from", &base], 3, "names more than one branch or tag");
    for verb in [&["baseline", "verify"][..], &["close", "--verify"], &["fsck"]] {
        estate.refuses(&[verb, &["--signers-from", "nowhere"]].concat(), 3, "names no commit");
    }

    // In a clone the remote's branch is the base, whatever is called main here.
    estate.git(&["tag", "-d", &base]);
    let clone = estate.path("../clone");
    estate.git(&["clone", "-q", "-b", &base, ".", clone.to_str().unwrap()]);
    let git = |arguments: &[&str]| {
        let ran = ran(estate.command("git").current_dir(&clone).args(arguments).output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
    };
    let verify = || {
        ran(estate
            .estate()
            .current_dir(&clone)
            .args(["baseline", "verify", "evil", "--json"])
            .output()
            .unwrap())
    };
    git(&["reset", "-q", "--hard", "origin/attack"]);
    git(&["update-ref", "-d", "refs/remotes/origin/HEAD"]);
    assert_eq!(verify().code, 1);
    // Without the remote's branch nothing else is taken for it.
    git(&["update-ref", "-d", &format!("refs/remotes/origin/{base}")]);
    let ran = verify();
    assert!(ran.code == 3 && ran.err.contains("--signers-from origin/main"), "{ran:?}");
}

#[test]
fn what_was_changed_or_put_in_its_place_is_found() {
    let estate = signed();
    let original = estate.git(&["rev-parse", "refs/tags/baseline/q4"]);
    let restore = || estate.git(&["update-ref", "refs/tags/baseline/q4", original.trim()]);
    let state = |expected: &[(&str, &str)]| {
        let ran = verify(&estate, &["q4"]);
        let expected = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(judged(&ran), (1, expected), "{}", ran.out);
        ran.out
    };
    estate.forge_tag("baseline/q4", |tag| tag.replace("tagger Ada", "tagger Eve"));
    assert!(state(&[("signature", "bad")]).contains("one of them was changed"));
    restore();
    let armor = include_str!("signing/ed25519.tag").split_once("-----BEGIN ").unwrap().1;
    estate.forge_tag("baseline/q4", |tag| {
        format!("{}-----BEGIN {armor}", tag.split_once("-----BEGIN ").unwrap().0)
    });
    state(&[("signature", "bad")]);
    restore();
    estate.forge_tag("baseline/q4", |tag| tag.replace("U1NIU0lH", "\u{1b}[31m"));
    let out = state(&[("signature", "bad")]);
    assert!(out.contains("cannot be read") && !out.contains('\u{1b}'), "{out}");
    // A signed tag under another name stays the tag that it is.
    restore();
    estate.git(&["update-ref", "refs/tags/baseline/q9", original.trim()]);
    assert_eq!(judged(&verify(&estate, &["q9"])), one(1, "replaced", "valid"));
    let fsck = estate.run(&["fsck", "--json"]);
    assert_eq!((fsck.code, fsck.column("check")), (1, vec!["misnamed-tag".to_owned()]));
}

/// The tags are of 2026-11-24, 08:00 in UTC.
#[test]
fn a_key_counts_from_day_to_day() {
    let estate = signed();
    for (days, expected) in [
        (", valid_after: 2026-11-24, valid_before: 2026-11-25", one(0, "untouched", "valid")),
        (", valid_before: 2026-11-24", one(1, "signature", "not in force")),
        (", valid_after: 2026-11-25", one(1, "signature", "not in force")),
    ] {
        pin(&estate, &[("ada@helio.example", ED25519, days)]);
        assert_eq!(judged(&verify(&estate, &["q4"])), expected, "{days}");
    }
    // The list has an error: it is taken whole or not at all.
    pin(&estate, &[("ada@helio.example", ED25519, ""), ("eve@helio.example", "ssh-rsa AAAA", "")]);
    estate.refuses(&["baseline", "verify"], 3, "inventory/signers.yaml:3:41 as refs/heads/");
    pin(&estate, &[("ada@helio.example", ED25519, ", valid_until: 2027-01-01")]);
    estate.refuses(&["baseline", "verify"], 3, "valid_until");
}

#[test]
fn closings_are_signed_and_judged_alike() {
    let estate = signed();
    estate.ok(&["close", "FY2024", "--sign", &key(&estate, "ed25519")]);
    estate.ok(&["close", "FY2025"]);
    let found = |more: &[&str]| {
        let ran = estate.run(&[&["close", "--verify", "--json"], more].concat());
        let found = ran.column("closing").into_iter().zip(ran.column("found")).collect::<Vec<_>>();
        (ran.code, found, ran.out)
    };
    let expected = |closing: &str, what: &str| vec![(closing.to_owned(), what.to_owned())];
    let (code, rows, out) = found(&[]);
    assert_eq!((code, rows), (0, vec![]), "{out}");
    assert!(out.contains(&format!("close/fy2024: signed by ada@helio.example with {FINGERPRINT}")), "{out}");
    assert!(out.contains("close/fy2025: it is not signed"), "{out}");
    assert_eq!(found(&["--require-signature"]).1, expected("fy2025", "unsigned"));
    assert_eq!(found(&["FY2024", "--require-signature"]).0, 0);
    estate.ok(&["fsck"]);
    estate.forge_tag("close/fy2024", |tag| tag.replace("tagger Ada", "tagger Eve"));
    assert_eq!(found(&[]).1, expected("fy2024", "signature"));
    let fsck = estate.run(&["fsck", "--json"]);
    assert_eq!((fsck.code, fsck.column("check")), (1, vec!["bad-signature".to_owned()]));
    // The name of another closing: git could not tell them apart.
    estate.forge_tag("close/fy2025", |tag| tag.replace("tag close/fy2025", "tag close/fy2023"));
    assert_eq!(found(&["FY2025"]).1, expected("fy2025", "tag moved"));
    pin(&estate, &[("eve@helio.example", ECDSA, "")]);
    let fsck = estate.run(&["fsck", "--json"]).column("check");
    assert_eq!(fsck, ["unpinned-signature", "bad-signature", "misnamed-tag"]);
}

#[test]
fn what_cannot_sign_is_refused_before_anything_is_written() {
    let estate = Estate::shipped();
    let sign = |file: &str, says: &str| {
        estate.refuses(&["baseline", "create", "q4", "--sign", file], 3, says);
        estate.refuses(&["close", "FY2025", "--sign", file], 3, says);
    };
    sign("nowhere", "cannot open nowhere");
    sign("inventory", "inventory");
    sign("inventory/settings.yaml", "holds no private key");
    sign(&key(&estate, "ed25519.pub"), "name the file beside it that does not end in .pub");
    sign(&key(&estate, "locked"), "sign with `git tag -s`");
    let good = key(&estate, "ed25519");
    let message = "a\n-----BEGIN SSH SIGNATURE-----\nb";
    let create = ["baseline", "create", "q4", "-m", message];
    estate.refuses(&create, 3, "leave out the line that begins with -----BEGIN");
    estate.refuses(&[&create[..], &["--sign", &good]].concat(), 3, "leave out the line");
    estate.refuses(&["close", "FY2025", "-m", message], 3, "leave out the line");
    estate.refuses(&["close", "FY2025", "--require-signature"], 2, "only --verify judges signatures");
    estate.refuses(&["close", "--verify", "--sign", &good], 2, "cannot be used with");
    assert_eq!(estate.git(&["tag"]), "");
    estate.ok(&["baseline", "create", "q4", "--sign", &good]);
    estate.refuses(&["baseline", "create", "q4", "--sign", &good], 3, "choose another name");
}
