//! A complete page to read or to print, in one file: no script, no font, no picture, and a policy
//! that forbids the browser to fetch or run anything, should an escape ever be missing.

use super::escape::html;
use super::{Style, header_label};
use crate::report::{Align, Cell, Report, Row, Section, amount_text};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub fn render(report: &Report, _style: &Style) -> String {
    let title = html(&report.title);
    let mut page = format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<h1>{title}</h1>\n",
        include_str!("page.css"),
    );
    if !report.header.is_empty() {
        page.push_str("<dl>\n");
        for (key, value) in &report.header {
            let (label, value) = (html(&header_label(key)), html(value));
            page.push_str(&format!("<div><dt>{label}</dt><dd>{value}</dd></div>\n"));
        }
        page.push_str("</dl>\n");
    }
    for section in &report.sections {
        if report.sections.len() > 1 && !section.title.is_empty() {
            page.push_str(&format!("<h2>{}</h2>\n", html(&section.title)));
        }
        push_table(&mut page, section);
    }
    if !report.notes.is_empty() {
        page.push_str("<aside>\n");
        for note in &report.notes {
            page.push_str(&format!("<p>{}</p>\n", html(note)));
        }
        page.push_str("</aside>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn push_table(page: &mut String, section: &Section) {
    let aligns = section.aligns();
    let class = if section.tree { " class=\"tree\"" } else { "" };
    page.push_str(&format!("<div class=\"scroll\">\n<table{class}>\n<thead>\n<tr>"));
    for (column, align) in section.columns.iter().zip(&aligns) {
        let class = if *align == Align::Right { " class=\"right\"" } else { "" };
        page.push_str(&format!("<th scope=\"col\"{class}>{}</th>", html(&column.label)));
    }
    page.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &section.rows {
        page.push_str(&row_start(section, row));
        push_cells(page, section, &row.cells, &aligns);
    }
    page.push_str("</tbody>\n");
    if let Some(totals) = &section.totals {
        page.push_str("<tfoot>\n<tr>");
        push_cells(page, section, totals, &aligns);
        page.push_str("</tfoot>\n");
    }
    page.push_str("</table>\n</div>\n");
}

fn row_start(section: &Section, row: &Row) -> String {
    match row.depth {
        _ if !section.tree => "<tr>".to_owned(),
        0 => "<tr class=\"root\" style=\"--depth:0\">".to_owned(),
        depth => format!("<tr style=\"--depth:{depth}\">"),
    }
}

fn push_cells(page: &mut String, section: &Section, cells: &[Cell], aligns: &[Align]) {
    for ((_, cell), align) in section.cells(cells).zip(aligns) {
        let kind = match cell {
            _ if *align == Align::Right => " class=\"right\"",
            Cell::Id(_) => " class=\"id\"",
            Cell::Date(_) => " class=\"date\"",
            _ => "",
        };
        page.push_str(&format!("<td{kind}>{}</td>", shown(cell)));
    }
    page.push_str("</tr>\n");
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Missing(_) => format!("<span class=\"hole\">{}</span>", html(&cell.to_string())),
        Cell::Money(money) | Cell::Delta(money) => {
            let positive = !money.is_negative() && !money.is_zero();
            let sign = if positive && matches!(cell, Cell::Delta(_)) { "+" } else { "" };
            let amount = grouped(&amount_text(money));
            format!("{sign}{amount} <span class=\"currency\">{}</span>", money.currency())
        }
        Cell::Days(_) | Cell::Int(_) => cell.to_string().replace('-', "\u{2212}"),
        _ => html(&cell.to_string()),
    }
}

/// Digits in groups of three, parted by a thin space as ISO 80000 has it, which English and
/// French readers both read right.
fn grouped(amount: &str) -> String {
    let integer = amount.find('.').unwrap_or(amount.len());
    let mut text = String::with_capacity(amount.len() + amount.len() / 3 * 3);
    for (at, character) in amount.chars().enumerate() {
        let follows_digit = text.ends_with(|before: char| before.is_ascii_digit());
        if at < integer && follows_digit && (integer - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(if character == '-' { '\u{2212}' } else { character });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn groups_digits_before_the_point() {
        assert_eq!(grouped("1234567.50"), "1\u{202f}234\u{202f}567.50");
        assert_eq!(grouped("-123.4567"), "\u{2212}123.4567");
        assert_eq!(grouped("-1234"), "\u{2212}1\u{202f}234");
    }
}
