//! Walking over the text between values: lines, blanks and comments.

/// Where the line of `at` begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the line of `at` ends, before its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let Some(rest) = text.get(at..) else { return text.len() };
    match rest.find('\n') {
        Some(newline) if newline > 0 && rest.as_bytes().get(newline - 1) == Some(&b'\r') => at + newline - 1,
        Some(newline) => at + newline,
        None => text.len(),
    }
}

/// Where the next line begins, or the end of the text.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

/// Bytes between the line's begin and `at`: a column, as only ASCII stands before what we place.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at).min(at)
}

/// Whether only blanks stand before `at` in its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    text.get(line_start(text, at)..at).is_some_and(|before| before.bytes().all(is_blank))
}

/// The first byte from `at` on that is neither a space nor a tab.
pub(super) fn skip_spaces(text: &str, at: usize) -> usize {
    at + text.as_bytes().get(at..).unwrap_or_default().iter().take_while(|byte| is_blank(**byte)).count()
}

/// The first byte from `at` on that is no white space, line end or comment. `at` stands after a
/// token, so a `#` begins a comment only after white space.
pub(super) fn skip_to_token(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut here = at;
    loop {
        match bytes.get(here) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => here += 1,
            Some(b'#') if here == 0 || bytes.get(here - 1).is_some_and(u8::is_ascii_whitespace) => {
                here = line_end(text, here);
            }
            _ => return here,
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_their_line_end() {
        let text = "a: 1\r\n  b\n\nc";
        assert_eq!((line_start(text, 2), line_end(text, 2), next_line(text, 2)), (0, 4, 6));
        assert_eq!((line_start(text, 8), line_end(text, 8), next_line(text, 8)), (6, 9, 10));
        assert_eq!((line_end(text, 10), next_line(text, 11)), (10, text.len()));
        assert_eq!((column(text, 8), begins_line(text, 8), begins_line(text, 9)), (2, true, false));
    }

    #[test]
    fn tokens_follow_blanks_and_comments() {
        let text = "x  # c\r\n\n # d\n  y#z";
        assert_eq!(skip_to_token(text, 1), text.find('y').unwrap());
        assert_eq!(skip_to_token(text, text.len() - 2), text.len() - 2);
        assert_eq!(skip_to_token("# c", 0), 3);
        assert_eq!(skip_to_token(text, 99), 99);
    }
}
