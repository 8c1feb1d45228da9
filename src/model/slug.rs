//! Ids from names: any text becomes a valid id, the same one every time.

use unicode_normalization::UnicodeNormalization;

use super::{MAX_ID_LENGTH, is_valid_id};

/// The text as an id: letters without accents, lower case, everything else a hyphen. A text that is
/// an id already stays as it is. What would be lost (a text without Latin letters, the end of a long
/// one) is told apart by a short checksum of the whole text.
pub fn slug(text: &str) -> String {
    if is_valid_id(text) {
        return text.to_owned();
    }
    let mut slug = String::new();
    for part in text.nfkd().flat_map(char::to_lowercase) {
        match latin(part) {
            Some(letters) => slug.push_str(letters),
            None if part.is_ascii_alphanumeric() => slug.push(part),
            // Accents stand apart from their letters here, and are dropped with apostrophes.
            None if unicode_normalization::char::is_combining_mark(part) || matches!(part, '\'' | '’') => {}
            None if slug.ends_with('-') || slug.is_empty() => {}
            None => slug.push('-'),
        }
    }
    let trimmed = slug.trim_end_matches('-');
    if trimmed.len() <= MAX_ID_LENGTH && is_valid_id(trimmed) {
        return trimmed.to_owned();
    }
    let mark = format!("{:08x}", checksum(text));
    let room = MAX_ID_LENGTH - mark.len() - 1;
    let kept = trimmed.get(..room).unwrap_or(trimmed).trim_end_matches('-');
    if kept.is_empty() { format!("x-{mark}") } else { format!("{kept}-{mark}") }
}

/// `base`, or what it becomes with a number at its end.
pub fn numbered(base: &str, number: usize) -> String {
    let end = format!("-{number}");
    let room = MAX_ID_LENGTH - end.len();
    format!("{}{end}", base.get(..room).unwrap_or(base).trim_end_matches('-'))
}

/// Letters that Unicode does not take apart.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

/// FNV-1a: short, stable between versions, and no secret.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_ids_that_people_would_choose() {
        for (name, id) in [
            ("srv-web-01", "srv-web-01"),
            ("SRV_WEB.01", "srv-web-01"),
            ("  Salle n° 2 (côté cour) ", "salle-n-2-cote-cour"),
            ("L'Œuvre & Straße", "loeuvre-strasse"),
            ("../../etc/passwd", "etc-passwd"),
            ("--help", "help"),
            ("ＡＢ１", "ab1"),
        ] {
            assert_eq!(slug(name), id, "{name}");
        }
    }

    #[test]
    fn what_is_lost_is_told_apart() {
        for name in ["東京", "大阪", "", "CON", "…"] {
            assert!(is_valid_id(&slug(name)), "{name} became {}", slug(name));
        }
        assert_ne!(slug("東京"), slug("大阪"));
        let long = "a".repeat(80);
        assert_ne!(slug(&format!("{long}1")), slug(&format!("{long}2")));
        assert_eq!(numbered("a", 2), "a-2");
        assert!(is_valid_id(&numbered(&"a".repeat(64), 12_345)));
    }

    proptest! {
        #[test]
        fn any_text_becomes_an_id_which_then_stays(text in any::<String>()) {
            let id = slug(&text);
            prop_assert!(is_valid_id(&id), "{id:?}");
            prop_assert_eq!(slug(&id), id);
        }
    }
}
