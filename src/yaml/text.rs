//! From bytes to text: encoding, size, control characters and conflict markers.

use super::Problem;
use crate::source::Span;

/// Largest record file. A record is a page of text; a megabyte is a mistake or an attack.
pub const MAX_FILE_BYTES: usize = 1 << 20;

const BOM: &str = "\u{feff}";

/// Decodes a record file. A byte order mark at the start is accepted and left out of the text.
///
/// # Errors
/// One problem: `too-large`, `invalid-utf8`, `control-character`, `conflict-marker` or `lfs-pointer`.
/// Where the bytes are no text at all, the span counts bytes of the file.
pub fn decode(bytes: &[u8]) -> Result<&str, Box<Problem>> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(Box::new(Problem::new(
            "too-large",
            Span::default(),
            format!("the file has {} bytes; a record has at most {MAX_FILE_BYTES}", bytes.len()),
            "keep attachments and exports outside the inventory and refer to them",
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        Box::new(Problem::new(
            "invalid-utf8",
            Span::new(at, at + 1),
            format!("byte {at} (0x{byte:02x}) is not UTF-8"),
            "save the file as UTF-8",
        ))
    })?;
    let text = text.strip_prefix(BOM).unwrap_or(text);
    match first_problem(text) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(text),
    }
}

fn first_problem(text: &str) -> Option<Problem> {
    control_character(text).or_else(|| conflict_marker(text)).or_else(|| lfs_pointer(text))
}

/// C0 controls other than tab and line ends, DEL, C1 controls and a byte order mark in the middle:
/// none has a meaning in a record, and on a terminal they can do harm.
fn control_character(text: &str) -> Option<Problem> {
    let forbidden =
        |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || c == '\u{feff}';
    // Nearly every file is plain ASCII without controls; that is told from bytes, eight at a time.
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte) || matches!(byte, b'\t' | b'\n' | b'\r')) {
        return None;
    }
    let (at, c) = text.char_indices().find(|(_, c)| forbidden(*c))?;
    Some(Problem::new(
        "control-character",
        Span::new(at, at + c.len_utf8()),
        format!("the text holds the control character U+{:04X}", u32::from(c)),
        "delete the character; records are plain text",
    ))
}

fn conflict_marker(text: &str) -> Option<Problem> {
    let marker = |line: &str| {
        ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker))
            || line == "======="
    };
    // A lone line of seven equal signs may stand in a block of text; only the opening one decides.
    if !text.contains("<<<<<<< ") {
        return None;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if marker(line.trim_end()) || line.starts_with("<<<<<<< ") {
            return Some(Problem::new(
                "conflict-marker",
                Span::new(at, at + line.trim_end().len()),
                "the file holds the markers of an unfinished merge",
                "decide between both sides and delete the marker lines",
            ));
        }
        at += line.len();
    }
    None
}

fn lfs_pointer(text: &str) -> Option<Problem> {
    text.starts_with("version https://git-lfs.github.com/spec/").then(|| {
        Problem::new(
            "lfs-pointer",
            Span::new(0, text.find('\n').unwrap_or(text.len())),
            "the file is a pointer of Git LFS, not a record",
            "keep records out of Git LFS: they are small text files",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(bytes: &[u8]) -> Option<&'static str> {
        decode(bytes).err().map(|problem| problem.rule)
    }

    #[test]
    fn text_is_utf8_without_controls_or_markers() {
        assert_eq!(rule(b"name: caf\xe9\n"), Some("invalid-utf8"));
        assert_eq!(rule(b"a: \xc0\xaf\n"), Some("invalid-utf8"));
        assert_eq!(rule(b"a: x\x00y\n"), Some("control-character"));
        assert_eq!(rule("a: \u{9b}31m\n".as_bytes()), Some("control-character"));
        assert_eq!(rule("a: 1\n\u{feff}b: 2\n".as_bytes()), Some("control-character"));
        assert_eq!(rule(b"a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n"), Some("conflict-marker"));
        assert_eq!(rule(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), Some("lfs-pointer"));
        assert_eq!(rule(&vec![b'x'; MAX_FILE_BYTES + 1]), Some("too-large"));
        assert_eq!(rule("name: \"été\"\r\n\tb: 1\n".as_bytes()), None);
    }

    #[test]
    fn a_byte_order_mark_at_the_start_is_left_out() {
        assert_eq!(decode(b"\xef\xbb\xbfa: 1\n"), Ok("a: 1\n"));
    }

    #[test]
    fn the_place_of_the_problem_is_the_offending_byte() {
        assert_eq!(decode(b"name: caf\xe9\n").unwrap_err().span, Span::new(9, 10));
    }
}
