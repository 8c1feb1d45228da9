//! What looks like a secret stops a write, and no answer shows it.

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

use common::Estate;

const WEB: &str = "inventory/items/server/srv-web-01.yaml";
const PASSWORD: &str = "Sesame-12-open";

#[test]
fn no_format_shows_a_secret() {
    let estate = Estate::shipped();
    // Two on one line, in a field that is unknown as well.
    let line = format!("pasword: https://a:{PASSWORD}@h/ ftp://b:{PASSWORD}@h/ # estate: x\ntags:");
    estate.replace(WEB, "tags:", &line);
    for format in ["text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "md"] {
        let ran = estate.run(&["audit", "--format", format]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(
            ran.out.contains("secret-in-record") && ran.out.contains("unknown-field"),
            "{format}: {}",
            ran.out
        );
        assert!(!ran.out.contains("Sesame-12"), "{format} shows the secret:\n{}", ran.out);
    }
    let text = estate.run(&["audit"]).out;
    assert!(text.contains("https://a:Ses***********@h/ ftp://b:Ses***********@h/"), "{text}");
}

#[test]
fn a_secret_is_not_written() {
    let estate = Estate::shipped();
    let (head, files) = (estate.head(), estate.files());
    let ran = estate.run(&["set", "srv-web-01", &format!("notes=https://root:{PASSWORD}@srv-web-01/")]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("secret-in-record") && !ran.err.contains(PASSWORD), "{}", ran.err);
    assert_eq!((estate.head(), estate.files()), (head, files));
    estate.ok(&["set", "srv-web-01", "notes=https://root:${PASSWORD}@srv-web-01/"]);
}

#[test]
fn a_private_key_beside_the_records_is_found_at_any_version() {
    let estate = Estate::shipped();
    let key = ["-----BEGIN", " OPENSSH PRIVATE KEY-----\nAAAA\n"].concat();
    estate.write("inventory/items/server/srv-web-01.key", &key);
    estate.write("inventory/parties/id_ed25519", &key);
    estate.write("inventory/parties/id_ed25519.pub", "ssh-ed25519 AAAA\n");
    let paths = |arguments: &[&str]| {
        let findings = estate.run(arguments).json()["findings"].as_array().cloned().unwrap();
        findings.iter().map(|finding| format!("{} {}", finding["rule"], finding["path"])).collect::<Vec<_>>()
    };
    let expected = ["inventory/items/server/srv-web-01.key", "inventory/parties/id_ed25519"]
        .map(|path| format!("\"private-key-file\" \"{path}\""));
    assert_eq!(paths(&["audit", "--json"]), expected);
    estate.commit("Add keys");
    assert_eq!(paths(&["audit", "--json", "--rev", "HEAD"]), expected);
    assert_eq!(paths(&["audit", "--json", "--changed-since", "HEAD~1"]), expected);
    estate.ok(&["diff", "HEAD~1", "HEAD"]);
    estate.ok(&["log", "srv-web-01"]);
}
