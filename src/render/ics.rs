//! Days as an iCalendar file, RFC 5545, that calendars import or subscribe to.

use crate::date::{Date, day_after};

/// A whole day in a calendar.
pub struct Event {
    /// The same for the same thing whenever the file is made, so that a calendar moves an event instead
    /// of adding another.
    pub uid: String,
    pub day: Date,
    pub summary: String,
    pub description: String,
    pub category: &'static str,
}

/// Content lines are folded after so many octets (section 3.1).
const LINE_OCTETS: usize = 75;

/// The calendar. `stamp` is the day on which it is made for: the clock is none of our business, so that
/// the same question has the same bytes.
pub fn calendar(name: &str, events: &[Event], stamp: Date) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| text.push_str(&folded(&format!("{name}:{value}")));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//estate//contract due//EN");
    line("CALSCALE", "GREGORIAN");
    line("X-WR-CALNAME", &escaped(name));
    for event in events {
        line("BEGIN", "VEVENT");
        line("UID", &escaped(&event.uid));
        line("DTSTAMP", &format!("{}T000000Z", basic(stamp)));
        line("DTSTART;VALUE=DATE", &basic(event.day));
        // The end of a whole day is the next one, which is no part of it (section 3.6.1).
        line("DTEND;VALUE=DATE", &basic(day_after(event.day)));
        line("SUMMARY", &escaped(&event.summary));
        line("DESCRIPTION", &escaped(&event.description));
        line("CATEGORIES", &escaped(event.category));
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

/// `20260331`.
fn basic(date: Date) -> String {
    date.format("%Y%m%d").to_string()
}

/// A text value: backslash, semicolon and comma behind a backslash, a line end as `\n` (section 3.3.11).
/// Other control characters have no place in a calendar and become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The line cut into lines of at most 75 octets, those after the first with a space before, never
/// within a character; each ends in CRLF.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 2);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > LINE_OCTETS {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;

    fn made(summary: &str) -> String {
        let day = |text: &str| parse_date(text).unwrap();
        let event = Event {
            uid: "notice.contract.c@helio".to_owned(),
            day: day("2026-12-31"),
            summary: summary.to_owned(),
            description: "a\nb; c, d\\e".to_owned(),
            category: "notice",
        };
        calendar("Helio", &[event], day("2026-11-24"))
    }

    #[test]
    fn an_event_is_a_whole_day_and_bears_the_stamp_of_the_value_date() {
        let text = made("Notice");
        let expected = "BEGIN:VEVENT\r\nUID:notice.contract.c@helio\r\nDTSTAMP:20261124T000000Z\r\nDTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:Notice\r\nDESCRIPTION:a\\nb\\; c\\, d\\\\e\r\nCATEGORIES:notice\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
        assert!(text.ends_with(expected), "{text}");
    }

    /// Section 3.1: no line is longer than 75 octets without its end, and unfolding gives the text back.
    #[test]
    fn long_lines_are_folded_between_characters() {
        for summary in ["é".repeat(100), "x".repeat(67), "x".repeat(68), "日本語".repeat(40)] {
            let text = made(&summary);
            let lines: Vec<&str> = text.split_terminator("\r\n").collect();
            assert!(lines.iter().all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{text}");
            let unfolded = text.replace("\r\n ", "");
            assert!(unfolded.contains(&format!("SUMMARY:{summary}\r\n")));
        }
        assert!(!made(&"x".repeat(67)).contains("\r\n "));
        assert!(made(&"x".repeat(68)).contains("\r\n "));
    }

    #[test]
    fn nothing_in_a_text_begins_a_line_of_its_own() {
        let text = made("a\r\nBEGIN:VALARM\nATTACH:x\u{7}\rEND:VALARM");
        assert!(text.contains("SUMMARY:a\\nBEGIN:VALARM\\nATTACH:x  END:VALARM\r\n"));
    }
}
