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

/// The candidate that `word` certainly stands for: the same but for case, spaces and hyphens, or one
/// letter off (added, missing, wrong or changed places) while every other candidate is three off. A
/// word of less than four letters is near too much.
pub fn certain<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let spelling = |word: &str| word.trim().to_lowercase().replace([' ', '-'], "_");
    let written = spelling(word);
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&written, &spelling(candidate)), candidate))
        .collect();
    near.sort_unstable();
    let mut near = near.into_iter();
    let ((edits, candidate), next) = (near.next()?, near.next());
    let is_alone = next.is_none_or(|(others, _)| others > edits + 1);
    let is_near = edits == 0 || (edits == 1 && written.chars().count() >= 4);
    (is_near && is_alone).then_some(candidate)
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

    #[test]
    fn what_is_certain_has_no_rival() {
        let statuses = ["in_stock", "in_build", "in_use", "retired", "lost"];
        for (word, meant) in
            [("In Use", "in_use"), ("in-use", "in_use"), ("inuse", "in_use"), ("retird", "retired")]
        {
            assert_eq!(certain(word, statuses), Some(meant));
        }
        for word in ["use", "in_use", "retir", "los", "in_useful"] {
            assert_eq!(certain(word, statuses), None, "{word}");
        }
        // Servers differ by a digit: either may be meant.
        assert_eq!(certain("srv-03", ["srv-01", "srv-02"]), None);
        assert_eq!(certain("ala", ["sla", "ola"]), None);
        assert_eq!(certain("name", ["game", "came"]), None);
    }
}
