//! From a report to text: one file per output format, registered in one line each.
//!
//! Everything here is pure: a value and a style go in, a text comes out. What a terminal can do
//! is found out by the command line and arrives as a [`Style`].

pub mod escape;
pub mod findings;
pub mod ics;

mod branches;
mod csv;
mod flat;
mod html;
mod json;
mod jsonl;
mod md;
mod plain;
mod table;
mod yaml;

#[cfg(test)]
mod tests;

use crate::report::Report;

/// What the place that will show the text can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    pub color: bool,
    /// In columns; nothing is wrapped where it is unknown.
    pub width: Option<usize>,
    /// Lines and marks in ASCII; text from records stays as it is.
    pub ascii: bool,
}

/// A format as a list of formats shows it.
#[derive(Clone, Copy, Debug)]
pub struct FormatInfo {
    pub name: &'static str,
    pub media: &'static str,
    pub description: &'static str,
}

/// An enum of formats with their registry: one line a format.
macro_rules! formats {
    ($(#[$doc:meta])* $kind:ident of $subject:ty {
        $($variant:ident = $name:literal, $media:literal, $description:literal, $render:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $kind { $($variant),* }

        impl $kind {
            pub const ALL: &'static [$kind] = &[$($kind::$variant),*];

            pub fn info(self) -> $crate::render::FormatInfo {
                match self {
                    $($kind::$variant => $crate::render::FormatInfo {
                        name: $name, media: $media, description: $description,
                    }),*
                }
            }

            /// The format of that name, as written on the command line.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|format| format.info().name == name)
            }

            fn renderer(self) -> fn($subject, &$crate::render::Style) -> String {
                match self { $($kind::$variant => $render),* }
            }
        }
    };
}
use formats;

formats! {
    /// How a report can be written.
    Format of &Report {
        Table = "table", "text/plain", "aligned columns for people", table::render;
        Plain = "plain", "text/tab-separated-values", "one record a line, separated by tabs", plain::render;
        Json = "json", "application/json", "one document with rows, totals and notes", json::render;
        Jsonl = "jsonl", "application/x-ndjson", "one JSON object a row", jsonl::render;
        Csv = "csv", "text/csv", "for spreadsheets, amounts and currencies apart", csv::render;
        Yaml = "yaml", "application/yaml", "the JSON document as YAML", yaml::render;
        Md = "md", "text/markdown", "a table in GitHub's Markdown", md::render;
        Html = "html", "text/html", "a page to read or to print", html::render;
    }
}

/// The report as text, ending in a line end unless it is empty.
pub fn report(report: &Report, format: Format, style: &Style) -> String {
    format.renderer()(report, style)
}

/// A document of a shape of its own, where the format writes documents: JSON and YAML.
pub fn document(value: &serde_json::Value, format: Format) -> Option<String> {
    match format {
        Format::Json => Some(json::pretty(value)),
        Format::Jsonl => Some(format!("{}\n", escape::json(&value.to_string()))),
        Format::Yaml => Some(yaml::document(value)),
        _ => None,
    }
}

/// A header's key as people read it: `as_of` is "as of".
fn header_label(key: &str) -> String {
    escape::terminal(&key.replace('_', " "))
}

/// The header on one line: `as of 2025-06-30 · rev 3a1f9c2`.
fn header_line(header: &[(&'static str, String)], style: &Style) -> String {
    let mark = if style.ascii { " | " } else { " · " };
    let part = |(key, value): &(&str, String)| format!("{} {}", header_label(key), escape::terminal(value));
    header.iter().map(part).collect::<Vec<_>>().join(mark)
}

/// The text in a style where colours are wanted.
fn paint(text: &str, style: anstyle::Style, color: bool) -> String {
    if color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
