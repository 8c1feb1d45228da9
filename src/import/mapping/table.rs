//! Words of another system and what they are here.

use indexmap::IndexMap;
use serde::Deserialize;

use super::Template;

/// Words, with `*` for any letters, and what each becomes; the first that fits counts. Case has no
/// meaning: `*switch*` fits `Core Switch`. A word that becomes an empty text says nothing.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(transparent)]
pub struct Table(IndexMap<String, Template>);

impl Table {
    pub fn look_up(&self, word: &str) -> Option<&Template> {
        let word = word.to_lowercase();
        let fits = |pattern: &str| matches(&pattern.to_lowercase(), &word);
        self.0.iter().find(|(pattern, _)| fits(pattern)).map(|(_, meaning)| meaning)
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn meanings(&self) -> impl Iterator<Item = &Template> {
        self.0.values()
    }
}

/// Whether `text` is what `pattern` describes, in which `*` stands for any letters.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, mut pattern)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    // Between two stars the first place that fits is as good as any.
    while let Some((middle, rest)) = pattern.split_once('*') {
        let Some((_, after)) = text.split_once(middle) else { return false };
        (pattern, text) = (rest, after);
    }
    text.ends_with(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_letters() {
        for (pattern, text, fits) in [
            ("active", "active", true),
            ("active", "inactive", false),
            ("*switch*", "core switch", true),
            ("*switch*", "switch", true),
            ("00-*.yaml", "00-namespace.yaml", true),
            ("00-*.yaml", "01-namespace.yaml", false),
            ("a*b*a", "aba", true),
            ("a*b*a", "ab", false),
            ("*ab", "aab", true),
            ("*", "", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn the_first_word_that_fits_counts() {
        let table: Table = serde_yaml::from_str("{Core *: network_device, '*switch*': other}").unwrap();
        let meaning = |word: &str| table.look_up(word).and_then(Template::constant);
        assert_eq!(meaning("core switch"), Some("network_device"));
        assert_eq!(meaning("Access Switch"), Some("other"));
        assert_eq!(meaning("printer"), None);
    }
}
