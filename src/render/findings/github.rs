//! Workflow commands of GitHub Actions: annotations at the lines of a pull request.
//!
//! GitHub shows ten annotations of each level in a step and drops the rest in silence, so the rest
//! is counted. Text cannot end a command or begin one.

use super::{FindingsView, by_severity, count, counted, message_with_help, summary};
use crate::finding::{Finding, Level};
use crate::render::Style;
use crate::render::escape::terminal;

/// GitHub shows no more of one level.
const MOST_SHOWN: usize = 10;

pub fn render(view: &FindingsView, _style: &Style) -> String {
    let findings = by_severity(view);
    let mut text = String::new();
    for level in Level::ALL {
        let of_level = findings.iter().filter(|finding| finding.level == level);
        text.extend(of_level.take(MOST_SHOWN).map(|finding| command(view, finding)));
        let more = count(view, level).saturating_sub(MOST_SHOWN);
        if more > 0 {
            text.push_str(&format!(
                "+{} of which GitHub shows nothing\n",
                counted(more, &format!("more {level}"))
            ));
        }
    }
    text.push_str(&format!("{}\n", summary(view)));
    text
}

fn command(view: &FindingsView, finding: &Finding) -> String {
    let name = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let place = &finding.location;
    let mut properties = vec![("file", format!("{}{}", view.prefix, place.path))];
    if place.line > 0 {
        properties.push(("line", place.line.to_string()));
        properties.push(("endLine", place.end_line.to_string()));
        // Columns are refused where a place has several lines.
        if place.end_line == place.line {
            properties.push(("col", place.column.to_string()));
            properties.push(("endColumn", place.end_column.to_string()));
        }
    }
    properties.push(("title", finding.rule.to_string()));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{name} {}::{}\n", properties.join(","), data(&message_with_help(finding)))
}

/// The text after the second `::`.
fn data(text: &str) -> String {
    terminal(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Location, Source, Span};

    fn shown(findings: &[Finding]) -> Vec<String> {
        let view = FindingsView {
            findings,
            rules: &[],
            header: Vec::new(),
            prefix: "it/",
            files: 2,
            left_out: Default::default(),
        };
        render(&view, &Style::default()).lines().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_in_a_record_ends_a_command_or_begins_one() {
        let at = Source::new("a,b:c%.yaml", "x\ny").location(Span::new(0, 1));
        let found = [Finding::error("r", at, "100%,\n::set-output name=x::y").help("a\r::error::b")];
        assert_eq!(
            shown(&found),
            [
                "::error file=it/a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=r\
                 ::100%25,\\n::set-output name=x::y; help: a\\r::error::b",
                "1 error in 2 files",
            ]
        );
    }

    #[test]
    fn a_place_of_several_lines_has_no_columns_and_a_file_no_line() {
        let lines = Source::new("a.yaml", "x\ny").location(Span::new(0, 3));
        let found =
            [Finding::warning("r", lines, "m"), Finding::new("r", Level::Note, Location::file("b"), "m")];
        let shown = shown(&found);
        assert_eq!(shown[0], "::warning file=it/a.yaml,line=1,endLine=2,title=r::m");
        assert_eq!(shown[1], "::notice file=it/b,title=r::m");
    }

    #[test]
    fn the_most_severe_come_first_and_the_rest_is_counted() {
        let finding = |level, at: usize| Finding::new("r", level, Location::file(format!("{at}")), "m");
        let mut found: Vec<Finding> = (0..12).map(|at| finding(Level::Warning, at)).collect();
        found.extend((0..11).map(|at| finding(Level::Error, at)));
        let shown = shown(&found);
        assert_eq!(shown.len(), 10 + 1 + 10 + 1 + 1);
        assert!(shown[..10].iter().all(|line| line.starts_with("::error ")));
        assert_eq!(shown[10], "+1 more error of which GitHub shows nothing");
        assert!(shown[11..21].iter().all(|line| line.starts_with("::warning ")));
        assert_eq!(shown[21], "+2 more warnings of which GitHub shows nothing");
        assert_eq!(shown[22], "11 errors, 12 warnings in 2 files");
    }
}
