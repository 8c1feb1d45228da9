//! Patterns in which `*` stands for any characters and `?` for one.

/// Whether the pattern fits the whole text. Takes at most as many steps as both lengths multiplied.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Where to go on when the last `*` has to take one character more.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (mut next_pattern, mut next_text) = (pattern.clone(), text.clone());
        match (next_pattern.next(), next_text.next()) {
            (Some('*'), _) => {
                pattern = next_pattern;
                retry = Some((pattern.clone(), text.clone()));
                continue;
            }
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                (pattern, text) = (next_pattern, next_text);
                continue;
            }
            _ => {}
        }
        let Some((after_star, taken)) = &mut retry else { return false };
        if taken.next().is_none() {
            return false;
        }
        (pattern, text) = (after_star.clone(), taken.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_take_any_characters_and_question_marks_one() {
        for (pattern, text) in [
            ("item/srv-*", "item/srv-web-01"),
            ("*", ""),
            ("*-0?", "srv-01"),
            ("a*b*c", "aXbYbZc"),
            ("été*", "été à Paris"),
            ("srv", "srv"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("srv", "srv-01"), ("srv-?", "srv-"), ("a*b", "abc"), ("", "a"), ("*x", "xy"), ("SRV*", "srv-1")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
        assert!(!matches(&"a*".repeat(50), &"a".repeat(49)));
    }
}
