//! The line of a place as a terminal shows it, and where to underline it.

use unicode_width::UnicodeWidthStr;

use crate::render::escape::terminal;
use crate::source::Location;

/// Columns that a tab takes; no terminal is asked, so that the caret is always right.
const TAB: &str = "    ";

pub struct Excerpt {
    pub text: String,
    /// In columns of the terminal, from the start of `text`.
    pub start: usize,
    pub length: usize,
}

/// Shows the line with tabs as blanks and hidden characters written out. Where it is wider than
/// `room`, only what stands around the place is shown.
pub fn excerpt(location: &Location, room: Option<usize>, ascii: bool) -> Excerpt {
    let pieces: Vec<String> = location
        .line_text
        .chars()
        .map(|each| if each == '\t' { TAB.to_owned() } else { terminal(each.encode_utf8(&mut [0; 4])) })
        .collect();
    let column = |column: u32| (column as usize).saturating_sub(1).min(pieces.len());
    let start = column(location.column);
    // A place of several lines is underlined to the end of its first.
    let end = if location.end_line > location.line { pieces.len() } else { column(location.end_column) };
    let end = end.max(start);

    let (from, to) = window(&pieces, start, end, room);
    let dots = if ascii { "..." } else { "…" };
    let before = if from > 0 { dots } else { "" };
    let after = if to < pieces.len() { dots } else { "" };
    let part = |from: usize, to: usize| pieces.get(from..to).unwrap_or_default().concat();
    Excerpt {
        text: format!("{before}{}{after}", part(from, to)).trim_end().to_owned(),
        start: before.width() + part(from, start).width(),
        length: part(start, end.min(to)).width().max(1),
    }
}

/// The characters to show: all of them where they fit, else from a little before the place on.
fn window(pieces: &[String], start: usize, end: usize, room: Option<usize>) -> (usize, usize) {
    const DOTS: usize = 6;
    const LEAST: usize = 20;
    let width = |from: usize, to: usize| -> usize {
        pieces.get(from..to).unwrap_or_default().iter().map(|piece| piece.width()).sum()
    };
    let Some(room) = room.map(|room| room.max(LEAST)) else { return (0, pieces.len()) };
    if width(0, pieces.len()) <= room {
        return (0, pieces.len());
    }
    let room = room - DOTS;
    let mut from = 0;
    if width(0, end) > room {
        from = start;
        while from > 0 && width(from - 1, start) <= room / 3 {
            from -= 1;
        }
    }
    let mut to = from;
    while to < pieces.len() && width(from, to + 1) <= room {
        to += 1;
    }
    (from, to.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Span};

    fn shown(line: &str, place: &str, room: Option<usize>) -> String {
        let at = line.find(place).unwrap();
        let location = Source::new("a.yaml", line).location(Span::new(at, at + place.len()));
        let excerpt = excerpt(&location, room, true);
        format!("{}\n{}{}", excerpt.text, " ".repeat(excerpt.start), "^".repeat(excerpt.length))
    }

    #[test]
    fn the_caret_stands_below_the_place() {
        assert_eq!(shown("name: été", "été", None), "name: été\n      ^^^");
        assert_eq!(shown("\tid: 東京 x", "x", None), "    id: 東京 x\n             ^");
        assert_eq!(shown("東京", "京", None), "東京\n  ^^");
        assert_eq!(shown("a\u{202e}b", "b", None), "a\\u{202e}b\n         ^");
        assert_eq!(shown("a: ", "", None), "a:\n^");
    }

    #[test]
    fn long_lines_show_what_stands_around_the_place() {
        let line = format!("{}HERE{}", "a".repeat(100), "b".repeat(100));
        assert_eq!(shown(&line, "HERE", Some(30)), "...aaaaaaaaHEREbbbbbbbbbbbb...\n           ^^^^");
        assert_eq!(shown(&line, "aaaa", Some(30)), format!("{}...\n^^^^", "a".repeat(24)));
    }

    #[test]
    fn a_place_of_several_lines_is_underlined_to_the_end_of_its_first() {
        let location = Source::new("a.yaml", "abc\ndef").location(Span::new(1, 6));
        let excerpt = excerpt(&location, None, true);
        assert_eq!((excerpt.start, excerpt.length), (1, 2));
    }

    /// The line of a location is cut at 500 characters; the place may lie beyond.
    #[test]
    fn a_place_beyond_the_shown_line_stands_at_its_end() {
        let location = Source::new("a.yaml", "x".repeat(600)).location(Span::new(550, 560));
        let excerpt = excerpt(&location, None, true);
        assert_eq!((excerpt.start, excerpt.length), (500, 1));
    }
}
