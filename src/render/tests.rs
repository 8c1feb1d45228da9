//! Every format on two small reports that hold every kind of cell and text that bites.
//!
//! The expected texts lie in `golden/`, written once by the program and read by a person.

use super::{Format, Style, report};
use crate::date::parse_date;
use crate::report::{Cell, Column, Report, Section};

/// One flat section: every kind of cell, wide characters, and text that bites.
pub fn list() -> Report {
    let columns = vec![
        Column::new("id", "Id"),
        Column::new("name", "Name"),
        Column::new("since", "In service"),
        Column::money("cost", "Cost"),
        Column::money("change", "Change"),
        Column::new("share", "Share"),
        Column::new("count", "Items"),
        Column::new("shift", "Shift"),
        Column::new("tags", "Tags"),
    ];
    let mut section = Section::new("items", "Items", columns);
    let row = |id: &str, name: &str, cost: Cell, change: &str, shift: i64, tags: &[&str]| {
        vec![
            Cell::id(id),
            Cell::text(name),
            parse_date("2023-03-01").unwrap().into(),
            cost,
            Cell::Delta(change.parse().unwrap()),
            Cell::Percent("12.5%".parse().unwrap()),
            Cell::Int(3),
            Cell::Days(shift),
            Cell::list(tags.iter().copied()),
        ]
    };
    let money = |text: &str| Cell::Money(text.parse().unwrap());
    section.push(row("srv-web-01", "Été 東京", money("8420.00 EUR"), "120.50 EUR", 31, &["web", "prod"]));
    section.push(row("=1+1", "\u{1b}[31mred", money("-1234567.00 EUR"), "-3.00 EUR", -2, &["@x"]));
    section.push(row("a|b", "<script>alert(1)</script>", Cell::missing("no rate"), "0.00 EUR", 0, &[]));
    section.push(vec![Cell::id("e`[x](y)"), Cell::text("a\u{202e}b\nc\td \"q\""), Cell::Empty]);
    let totals = vec![Cell::text("Total"), Cell::Empty, Cell::Empty, money("-1226147.00 EUR")];
    Report::new("list", "Items & more")
        .header("as_of", "2025-06-30")
        .header("rev", "3a1f9c2")
        .section(section.totals(totals))
        .note("1 item has no rate for <USD>")
}

/// Two sections: a tree, and an empty table.
pub fn tree() -> Report {
    let columns = || vec![Column::new("service", "Service"), Column::money("value", "Value")];
    let mut services = Section::new("services", "Services", columns()).tree();
    for (depth, id, value) in [
        (0, "web-shop", "300.00 EUR"),
        (1, "srv-web-01", "200.00 EUR"),
        (2, "san-01", "50.00 EUR"),
        (1, "dns", "100.00 EUR"),
    ] {
        services.push_at(depth, vec![Cell::id(id), Cell::Money(value.parse().unwrap())]);
    }
    let rest = Section::new("rest", "Without a service", columns());
    Report::new("value", "Value of services").header("as_of", "2025-06-30").section(services).section(rest)
}

fn check(format: Format, style: &Style, flat: &str, branched: &str) {
    assert_eq!(report(&list(), format, style), flat);
    assert_eq!(report(&tree(), format, style), branched);
}

/// The two reports in one format against its golden files.
macro_rules! golden {
    ($($test:ident: $format:ident, $style:expr, $name:literal;)*) => { $(
        #[test]
        fn $test() {
            let (flat, branched) = (include_str!(concat!("golden/list.", $name)), include_str!(concat!("golden/tree.", $name)));
            check(Format::$format, &$style, flat, branched);
        }
    )* };
}

const NARROW: Style = Style { color: false, width: Some(80), ascii: true };

golden! {
    table_is_golden: Table, Style::default(), "table";
    narrow_ascii_table_is_golden: Table, NARROW, "narrow";
    plain_is_golden: Plain, Style::default(), "tsv";
    json_is_golden: Json, Style::default(), "json";
    jsonl_is_golden: Jsonl, Style::default(), "jsonl";
    csv_is_golden: Csv, Style::default(), "csv";
    yaml_is_golden: Yaml, Style::default(), "yaml";
    md_is_golden: Md, Style::default(), "md";
    html_is_golden: Html, Style::default(), "html";
}

#[test]
fn formats_have_distinct_names() {
    for format in Format::ALL {
        assert_eq!(Format::named(format.info().name), Some(*format));
    }
    assert_eq!(Format::named("xml"), None);
}

/// Whatever the format, the bytes of an attack do not come out; colours are our own.
#[test]
fn no_format_lets_through_what_a_terminal_obeys() {
    for format in Format::ALL {
        let text = report(&list(), *format, &Style::default());
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{format:?}");
    }
    let page = report(&list(), Format::Html, &Style::default());
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    assert!(page.contains("Content-Security-Policy"));
}

#[test]
fn json_has_the_same_shape_when_empty() {
    let shape = |report: &Report| {
        let text = super::report(report, Format::Json, &Style::default());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let full = list();
    let mut empty = full.clone();
    empty.notes.clear();
    empty.sections[0].rows.clear();
    empty.sections[0].totals = None;
    assert_eq!(shape(&empty), ["schema", "as_of", "rev", "rows", "totals", "notes"]);
    assert_eq!(shape(&full), shape(&empty));
    let columns = |report: &Report| {
        super::report(report, Format::Csv, &Style::default()).lines().next().map(str::to_owned)
    };
    assert_eq!(columns(&full), columns(&empty));
}

/// A reader of CSV gets the fields back, and every record has as many as the first line.
#[test]
fn csv_reads_back() {
    let text = report(&list(), Format::Csv, &Style::default());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let records: Vec<_> = reader.records().map(|record| record.unwrap()).collect();
    assert_eq!(records.len(), 4);
    assert_eq!((&records[1][0], &records[1][3], &records[1][4]), ("'=1+1", "-1234567.00", "EUR"));
    assert_eq!(&records[3][1], "a\\u{202e}b\nc\td \"q\"");
}

/// Every column starts at the same place of the screen, whatever the width of the characters.
#[test]
fn wide_characters_keep_columns_aligned() {
    use unicode_width::UnicodeWidthStr;
    let mut section = Section::new("rows", "", vec![Column::new("a", "名前"), Column::new("b", "B")]);
    for name in ["東京都", "e\u{301}te", "plain", "ＦＵＬＬ"] {
        section.push(vec![Cell::text(name), Cell::text("#")]);
    }
    let text = report(&Report::new("list", "T").section(section), Format::Table, &Style::default());
    let places: Vec<_> =
        text.lines().filter_map(|line| line.find('#').map(|at| line[..at].width())).collect();
    assert_eq!(places, [10, 10, 10, 10]);
}

/// Colour codes add to the text and change nothing else.
#[test]
fn colours_leave_the_text_alone() {
    for sample in [list(), tree()] {
        let style = Style { width: Some(100), ..Style::default() };
        let colored = report(&sample, Format::Table, &Style { color: true, ..style });
        assert_ne!(colored, report(&sample, Format::Table, &style));
        assert_eq!(
            anstream::adapter::strip_str(&colored).to_string(),
            report(&sample, Format::Table, &style)
        );
    }
}

#[test]
fn a_narrow_terminal_wraps_prose_and_spares_figures() {
    let mut section =
        Section::new("rows", "", vec![Column::new("text", "Text"), Column::money("cost", "Cost")]);
    section.push(vec![Cell::text("one two three four"), Cell::Money("1234.50 EUR".parse().unwrap())]);
    let style = Style { width: Some(24), ..Style::default() };
    let text = report(&Report::new("list", "T").section(section.clone()), Format::Table, &style);
    let lines: Vec<_> = text.lines().skip(4).collect();
    assert_eq!(lines, ["one two      1234.50 EUR", "three four"]);
    let tight =
        report(&Report::new("list", "T").section(section), Format::Table, &Style { width: Some(3), ..style });
    assert!(tight.contains("1234.50 EUR"), "{tight}");
}

#[test]
fn a_report_without_sections_or_columns_is_no_accident() {
    let bare = Report::new("list", "").section(Section::new("rows", "", Vec::new()));
    for format in Format::ALL {
        report(&Report::new("list", ""), *format, &Style::default());
        report(&bare, *format, &Style { width: Some(0), ..Style::default() });
    }
}
