//! "Did you mean": the known word nearest to a mistyped one.

/// The candidate most like `word`, if one is like it at all.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let scored = candidates.into_iter().filter(|candidate| *candidate != word).map(|candidate| {
        let edits = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        (edits, candidate)
    });
    let (edits, candidate) = scored.min()?;
    // A third of the letters may be wrong, or the word may be the start of the candidate.
    let near =
        edits * 3 <= lower.chars().count().max(3) || (lower.len() >= 3 && candidate.starts_with(&lower));
    near.then_some(candidate)
}

/// "did you mean `owner`?" or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let fields = ["owner", "location", "in_service", "warranty_until"];
        assert_eq!(closest("onwer", fields), Some("owner"));
        assert_eq!(closest("inservice", fields), Some("in_service"));
        assert_eq!(closest("warranty", fields), Some("warranty_until"));
        assert_eq!(closest("colour", fields), None);
        assert_eq!(closest("x", []), None);
    }
}
