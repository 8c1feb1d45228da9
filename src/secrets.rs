//! Texts that look like credentials, by the published formats of those who issue them.
//!
//! A format is listed where it can be told from an ordinary name, so that a finding is nearly always
//! right. Nothing here is ever shown: a caller gets the place and what stands there.

use crate::source::Span;

/// A credential in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Secret {
    pub span: Span,
    /// What it is, such as `a token of GitHub`.
    pub what: &'static str,
}

/// What begins with `prefix` and goes on with at least `least` letters, digits, hyphens and
/// underscores, of which `fits` is true.
struct Format {
    what: &'static str,
    prefixes: &'static [&'static str],
    least: usize,
    fits: fn(&str) -> bool,
}

const AWS: &str = "an access key of AWS";
const GITHUB: &str = "a token of GitHub";
const GITLAB: &str = "a token of GitLab";
const SLACK: &str = "a token of Slack";

const FORMATS: [Format; 9] = [
    // AWS, IAM user guide, "IAM identifiers": unique prefixes. Their own examples end in EXAMPLE.
    Format { what: AWS, prefixes: &["AKIA", "ASIA"], least: 16, fits: is_aws_key },
    // GitHub blog, "Behind GitHub's new authentication token formats": 36 letters and digits, and
    // more one day.
    Format { what: GITHUB, prefixes: &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], least: 36, fits: is_word },
    Format { what: GITHUB, prefixes: &["github_pat_"], least: 50, fits: |_| true },
    // GitLab docs, "Security: tokens", token prefixes.
    Format {
        what: GITLAB,
        prefixes: &["glpat-", "gloas-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glagent-"],
        least: 20,
        fits: |_| true,
    },
    // Slack docs, "Token types".
    Format {
        what: SLACK,
        prefixes: &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"],
        least: 20,
        fits: has_digit,
    },
    // Google Cloud docs, "Manage API keys": 39 characters.
    Format { what: "an API key of Google", prefixes: &["AIza"], least: 35, fits: |rest| rest.len() == 35 },
    // Stripe docs, "API keys": live secret and restricted keys.
    Format { what: "a key of Stripe", prefixes: &["sk_live_", "rk_live_"], least: 24, fits: is_word },
    // npm docs, "About access tokens"; GitHub's format.
    Format { what: "a token of npm", prefixes: &["npm_"], least: 36, fits: is_word },
    // age's README: identities in Bech32.
    Format { what: "a private key of age", prefixes: &["AGE-SECRET-KEY-1"], least: 50, fits: is_word },
];

fn is_word(rest: &str) -> bool {
    rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn has_digit(rest: &str) -> bool {
    rest.bytes().any(|byte| byte.is_ascii_digit())
}

/// Sixteen characters of base 32.
fn is_aws_key(rest: &str) -> bool {
    rest.len() == 16
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
        && !rest.ends_with("EXAMPLE")
}

/// The shortest text of any format.
const SHORTEST: usize = 20;
const PRIVATE_KEY: &str = "a private key";

/// Every credential of a known format in a text, in its order.
pub fn find(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| is_part(byte)).count();
        let end = at + length;
        let run = text.get(at..end).unwrap_or("");
        let rest = text.get(end..).unwrap_or("");
        let secret = match run {
            "-----BEGIN" => private_key(rest).map(|more| (PRIVATE_KEY, end + more)),
            _ if length < SHORTEST => None,
            _ if run.starts_with("eyJ") => json_web_token(rest).map(|more| ("a JSON web token", end + more)),
            _ => format_of(run).map(|what| (what, end)),
        };
        at = secret.map_or(end, |(_, end)| end) + 1;
        found.extend(secret.map(|(what, to)| Secret { span: Span::new(end - length, to), what }));
    }
    found.extend(passwords_in_addresses(text));
    found.sort_by_key(|secret| secret.span.start);
    found
}

fn format_of(run: &str) -> Option<&'static str> {
    let fits = |format: &&Format| {
        let rest = format.prefixes.iter().find_map(|prefix| run.strip_prefix(prefix));
        rest.is_some_and(|rest| rest.len() >= format.least && (format.fits)(rest))
    };
    FORMATS.iter().find(fits).map(|format| format.what)
}

/// RFC 7468 and RFC 9580: `-----BEGIN RSA PRIVATE KEY-----`. How long the rest of the line is.
fn private_key(rest: &str) -> Option<usize> {
    let (label, _) = rest.get(..60).unwrap_or(rest).split_once("-----")?;
    let is_private = label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK");
    (is_private && !label.contains('\n')).then_some(label.len() + 5)
}

/// RFC 7519: three parts in base 64 with dots between, of which the first two are JSON objects. How
/// long the two after the first are.
fn json_web_token(rest: &str) -> Option<usize> {
    let part = |text: &str| {
        text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count()
    };
    let claims = part(rest.strip_prefix(".").filter(|claims| claims.starts_with("eyJ"))?);
    let signature = part(rest.get(1 + claims..)?.strip_prefix('.')?);
    (claims >= 10 && signature >= 10).then_some(claims + signature + 2)
}

/// RFC 3986, 3.2.1: `https://user:password@host`.
fn passwords_in_addresses(text: &str) -> impl Iterator<Item = Secret> {
    text.match_indices("://").filter_map(move |(at, sign)| {
        let from = at + sign.len();
        let rest = text.get(from..)?;
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '?' | '#'));
        let (user, _) = rest.get(..end.unwrap_or(rest.len()))?.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        let start = from + name.len() + 1;
        let span = Span::new(start, start + password.len());
        (!is_placeholder(password)).then_some(Secret { span, what: "a password in an address" })
    })
}

/// Whether a value only says where a secret is kept, or that there is none.
pub fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 11] =
        ["", "none", "null", "n/a", "true", "false", "yes", "no", "unknown", "redacted", "changeme"];
    let text = value.trim();
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.starts_with(['$', '<', '{', '[', '%', '@'])
        || text.contains("://")
        || text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-' | '•'))
        || ["vault:", "op:", "keyring:", "sops:", "env:"].iter().any(|prefix| text.starts_with(prefix))
}

/// Whether a field of this name holds the secret itself: `password`, `db_password`, `apiKey`.
pub fn is_secret_name(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "password",
        "passwd",
        "passphrase",
        "secretkey",
        "privatekey",
        "apikey",
        "accesstoken",
        "authtoken",
        "clientsecret",
    ];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    plain == "pwd" || NAMES.iter().any(|known| plain.ends_with(known))
}

/// Whether a file's name says that it holds keys: files of OpenSSH, PuTTY, PKCS #8 and #12, Java and
/// KeePass.
pub fn is_key_file(path: &str) -> bool {
    const ENDINGS: [&str; 8] = [".pem", ".key", ".ppk", ".p8", ".p12", ".pfx", ".jks", ".kdbx"];
    const NAMES: [&str; 4] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending)) || NAMES.contains(&name.as_str())
}

/// Whether a key file holds a secret: a private key in text, or a sealed container. A `.pem` of
/// certificates alone does not.
pub fn holds_private_key(path: &str, bytes: &[u8]) -> bool {
    let sealed =
        [".p12", ".pfx", ".jks", ".kdbx"].iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    let text = String::from_utf8_lossy(bytes);
    sealed
        || text.starts_with("PuTTY-User-Key-File-")
        || find(&text).iter().any(|secret| secret.what == PRIVATE_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        find(text).iter().map(|secret| (secret.what, text.get(secret.span.range()).unwrap())).collect()
    }

    // Put together here, so that no scanner takes this file for a leak.
    fn token(prefix: &str, length: usize) -> String {
        format!("{prefix}{}", "A1b2C3d4E5f6".chars().cycle().take(length).collect::<String>())
    }

    #[test]
    fn published_formats_are_known() {
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N"].join(".");
        for (token, what) in [
            (["AKIA", "Q4PXM7ZT2WKL5RSD"].concat(), AWS),
            (token("ghp_", 36), GITHUB),
            (token("github_pat_", 82), GITHUB),
            (token("glpat-", 20), GITLAB),
            (token("xoxb-", 40), SLACK),
            (token("AIza", 35), "an API key of Google"),
            (token("sk_live_", 24), "a key of Stripe"),
            (token("npm_", 36), "a token of npm"),
            (jwt, "a JSON web token"),
            (["-----BEGIN", " OPENSSH PRIVATE KEY-----"].concat(), PRIVATE_KEY),
            (["-----BEGIN", " PGP PRIVATE KEY BLOCK-----"].concat(), PRIVATE_KEY),
        ] {
            for text in [format!("a: {token}\n"), format!("a: \"{token}\", b"), token.clone()] {
                assert_eq!(found(&text), [(what, token.as_str())], "{text}");
            }
        }
        assert_eq!(found("u: postgres://app:Sesame-12@db/x"), [("a password in an address", "Sesame-12")]);
    }

    #[test]
    fn what_only_looks_alike_is_no_secret() {
        for text in [
            "# yaml-language-server: $schema=../../../schemas/virtual_machine.schema.json",
            "AKIAIOSFODNN7EXAMPLE",
            "AKIAQ4PXM7ZT2WKL5RSDX",
            "ghp_short",
            "glpat-rotation",
            "serial: 4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "https://user@host/path:8080",
            "https://host:8443/a@b",
            "https://user:${PASSWORD}@host/",
            "xoxb-not-a-token-but-a-name",
            "eyJust.a.name",
            "2001:db8::1, 3c:ec:ef:12:34:56",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn names_and_files_tell_what_they_hold() {
        for name in ["password", "db_password", "apiKey", "SNMP-Passphrase", "pwd", "client_secret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["password_policy", "passwords_rotate", "token", "secret", "keyboard", "key"] {
            assert!(!is_secret_name(name), "{name}");
        }
        for value in ["", "none", "${X}", "vault:kv/db", "op://it/db", "****", "true", "<in the safe>"] {
            assert!(is_placeholder(value), "{value}");
        }
        assert!(!is_placeholder("Sesame-12"));
        let pem = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n");
        assert!(holds_private_key("a.pem", pem("EC PRIVATE KEY").as_bytes()));
        assert!(!holds_private_key("a.pem", pem("CERTIFICATE").as_bytes()));
        assert!(is_key_file("inventory/x/id_rsa") && !is_key_file("inventory/x/id_rsa.pub"));
    }
}
