//! Findings for people, in the shape that compilers taught everybody: what is wrong, where, the
//! line itself with the place underlined, and how to mend it.

use anstyle::{AnsiColor, Style as Paint};

use super::{FindingsView, summary};
use crate::finding::{Finding, Level};
use crate::render::escape::terminal;
use crate::render::findings::excerpt::excerpt;
use crate::render::{Style, header_line, paint};
use crate::source::Location;

const DIM: Paint = Paint::new().dimmed();
const STRONG: Paint = Paint::new().bold();
const FRAME: Paint = AnsiColor::Blue.on_default().bold();

pub fn render(view: &FindingsView, style: &Style) -> String {
    let mut text = String::new();
    if !view.header.is_empty() {
        text.push_str(&format!("{}\n\n", paint(&header_line(&view.header, style), DIM, style.color)));
    }
    for finding in view.findings {
        push_finding(&mut text, finding, style);
        text.push('\n');
    }
    let fixable = view.findings.iter().filter(|finding| finding.fix.is_some()).count();
    let fixable = if fixable > 0 { format!("; {fixable} can be mended with --fix") } else { String::new() };
    text.push_str(&paint(&format!("{}{fixable}", summary(view)), STRONG, style.color));
    text.push('\n');
    text
}

fn level_paint(level: Level) -> Paint {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Note => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

fn push_finding(text: &mut String, finding: &Finding, style: &Style) {
    let look = level_paint(finding.level);
    let head = paint(&format!("{}[{}]", finding.level, finding.rule), look, style.color);
    let message = paint(&format!(": {}", terminal(&finding.message)), STRONG, style.color);
    text.push_str(&format!("{head}{message}\n"));

    let places = std::iter::once(&finding.location).chain(finding.related.iter().map(|each| &each.location));
    let frame = Frame { digits: places.map(|place| place.line.to_string().len()).max().unwrap_or(1), style };
    let label = finding.label.as_deref().unwrap_or("");
    frame.push_place(text, "-->", &finding.location, &Mark { stroke: "^", label, look });
    // A blank line of the frame parts what was shown from what follows.
    let mut open = finding.location.line > 0;
    for related in &finding.related {
        if std::mem::replace(&mut open, related.location.line > 0) {
            frame.push_line(text, "", "|", "");
        }
        let mark = Mark { stroke: "-", label: &related.label, look: FRAME };
        frame.push_place(text, ":::", &related.location, &mark);
    }
    if let Some(help) = &finding.help {
        if open {
            frame.push_line(text, "", "|", "");
        }
        frame.push_line(
            text,
            "",
            "=",
            &format!("{} {}", paint("help:", STRONG, style.color), terminal(help)),
        );
    }
}

/// How a place is underlined.
struct Mark<'a> {
    stroke: &'a str,
    label: &'a str,
    look: Paint,
}

/// The gutter of line numbers, as wide as the longest number of one finding.
struct Frame<'a> {
    digits: usize,
    style: &'a Style,
}

impl Frame<'_> {
    fn push_place(&self, text: &mut String, arrow: &str, location: &Location, mark: &Mark) {
        let arrow = paint(arrow, FRAME, self.style.color);
        let place = terminal(&location.to_string());
        let label = paint(&terminal(mark.label), mark.look, self.style.color);
        // A file as a whole has no line to show, so the label follows the path.
        let aside =
            if location.line == 0 && !label.is_empty() { format!(": {label}") } else { String::new() };
        text.push_str(&format!("{}{arrow} {place}{aside}\n", " ".repeat(self.digits)));
        if location.line == 0 {
            return;
        }
        let room = self.style.width.map(|width| width.saturating_sub(self.digits + 3));
        let shown = excerpt(location, room, self.style.ascii);
        self.push_line(text, "", "|", "");
        self.push_line(text, &location.line.to_string(), "|", &shown.text);
        let stroke = paint(&mark.stroke.repeat(shown.length), mark.look, self.style.color);
        let underline = format!("{}{stroke} {label}", " ".repeat(shown.start));
        self.push_line(text, "", "|", underline.trim_end());
    }

    fn push_line(&self, text: &mut String, number: &str, bar: &str, content: &str) {
        let digits = self.digits;
        let gutter = paint(&format!("{number:>digits$} {bar}"), FRAME, self.style.color);
        let space = if content.is_empty() { "" } else { " " };
        text.push_str(&format!("{gutter}{space}{content}\n"));
    }
}
