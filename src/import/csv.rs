//! CSV files: rows to a mapping. Sloppy files are common, so a row that does not fit is rejected by
//! name and the others are taken; a file that cannot be meant is refused as a whole.

use std::collections::HashMap;

use super::mapping::{Mapping, Row};
use super::{Incoming, ReadError, Rejection};
use crate::report::counted;
use crate::schema::Schemas;
use crate::suggest;

/// The largest file that is read.
pub const MAX_BYTES: u64 = 512 * 1024 * 1024;
/// More columns than any list has: then the delimiter or the file is another.
const MAX_COLUMNS: usize = 2000;
/// No cell of an inventory is longer; a quote that is never closed makes one.
const MAX_CELL_BYTES: usize = 64 * 1024;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A CSV file with a header.
pub struct Sheet<'t> {
    text: &'t str,
    delimiter: u8,
    header: Vec<String>,
}

impl<'t> Sheet<'t> {
    /// Reads the header. Without a delimiter, the one that the header has most of is taken.
    ///
    /// # Errors
    /// A file that is no text or has no header.
    pub fn open(bytes: &'t [u8], delimiter: Option<u8>) -> Result<Self, ReadError> {
        let text = text_of(bytes)?;
        let delimiter = delimiter.unwrap_or_else(|| sniff(text));
        let mut sheet = Self { text, delimiter, header: Vec::new() };
        let mut reader = sheet.reader();
        let header = reader.headers().map_err(unreadable)?;
        sheet.header = header.iter().map(|name| name.trim().to_owned()).collect();
        match sheet.header.len() {
            _ if sheet.header.iter().all(String::is_empty) => {
                Err(ReadError::new("the file is empty: its first line must name the columns"))
            }
            columns if columns > MAX_COLUMNS => {
                Err(ReadError::new(format!("the first line names {columns} columns"))
                    .help("name the delimiter with --delimiter, or check that the file is CSV"))
            }
            _ => Ok(sheet),
        }
    }

    fn reader(&self) -> ::csv::Reader<&'t [u8]> {
        ::csv::ReaderBuilder::new().delimiter(self.delimiter).flexible(true).from_reader(self.text.as_bytes())
    }

    /// The columns that a mapping reads and the file does not have.
    pub fn lacks(&self, mapping: &Mapping) -> Vec<String> {
        let has =
            |name: &String| self.header.iter().any(|column| column.to_lowercase() == name.to_lowercase());
        let absent = mapping.columns().into_iter().filter(|names| !names.iter().any(has));
        absent.map(|names| names.join(" or ")).collect()
    }

    /// The rows by a mapping.
    ///
    /// # Errors
    /// Where columns are missing that the mapping requires, or one that it reads is there twice.
    pub fn rows(&self, mapping: &Mapping, schemas: &Schemas) -> Result<Incoming, ReadError> {
        let columns = Columns::of(&self.header, self.delimiter, mapping)?;
        let mut incoming = Incoming::default();
        for record in self.reader().records() {
            let record = record.map_err(unreadable)?;
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let origin = format!("line {}", record.position().map_or(0, ::csv::Position::line));
            if let Some(reason) = misfit(&record, self.header.len()) {
                incoming.rejections.push(Rejection { origin, reason });
                continue;
            }
            let cell = |column: &str| record.get(*columns.0.get(&column.to_lowercase())?);
            mapping.take(&Row(&cell), &origin, schemas, &mut incoming);
        }
        Ok(incoming)
    }
}

fn unreadable(error: ::csv::Error) -> ReadError {
    ReadError::new(format!("the file cannot be read: {error}"))
}

fn misfit(record: &::csv::StringRecord, columns: usize) -> Option<String> {
    if record.iter().any(|cell| cell.len() > MAX_CELL_BYTES) {
        return Some("a cell is longer than 64 KiB: most likely a quote is not closed".to_owned());
    }
    let cells = record.len();
    (cells != columns).then(|| {
        let cells = counted(cells, "cell");
        format!("it has {cells}, the header {columns}: a delimiter or quote is missing or too many")
    })
}

/// The places of the columns, by name in lower case.
struct Columns(HashMap<String, usize>);

impl Columns {
    fn of(names: &[String], delimiter: u8, mapping: &Mapping) -> Result<Columns, ReadError> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut twice: Vec<&str> = Vec::new();
        for (place, name) in names.iter().enumerate() {
            if places.insert(name.to_lowercase(), place).is_some() {
                twice.push(name);
            }
        }
        let has = |name: &String| places.contains_key(&name.to_lowercase());
        let missing: Vec<&str> =
            mapping.require.iter().filter(|name| !has(name)).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(lacking(&missing, names, delimiter));
        }
        let read = |name: &str| mapping.columns().iter().any(|place| place.iter().any(|known| known == name));
        match twice.into_iter().find(|name| read(name)) {
            Some(name) => Err(ReadError::new(format!("the header names the column `{name}` twice"))
                .help("rename one of them, so that it is clear which is meant")),
            None => Ok(Columns(places)),
        }
    }
}

fn lacking(missing: &[&str], names: &[String], delimiter: u8) -> ReadError {
    let list = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let columns = if missing.len() == 1 { "the column" } else { "the columns" };
    let message = format!("the file lacks {columns} {} of this mapping", list(&mut missing.iter().copied()));
    let similar: Vec<String> = missing
        .iter()
        .filter_map(|name| {
            let known = names.iter().map(String::as_str);
            suggest::closest(name, known).map(|known| format!("`{known}` for `{name}`"))
        })
        .collect();
    let help = match (similar.as_slice(), names.len()) {
        ([], 1) => format!(
            "it has one column at the delimiter `{}`: name another with --delimiter",
            char::from(delimiter).escape_default()
        ),
        ([], _) => format!(
            "it has {}; show the missing ones in the export, or take another mapping",
            list(&mut names.iter().map(String::as_str).filter(|name| !name.is_empty()))
        ),
        (similar, _) => {
            format!("is it {}? rename it in the file, or copy and change the mapping", similar.join(", "))
        }
    };
    ReadError::new(message).help(help)
}

fn text_of(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ReadError::new("the file is UTF-16").help("save it as UTF-8"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        ReadError::new(format!("line {line} is not UTF-8"))
            .help("save the file as UTF-8; `iconv -f WINDOWS-1252 -t UTF-8` does so for most others")
    })?;
    if text.contains('\0') {
        return Err(ReadError::new("the file holds binary data, so it is no CSV"));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The delimiter that the header has most of, outside of quotes.
fn sniff(text: &str) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (count, _) in
                    counts.iter_mut().zip(DELIMITERS).filter(|(_, delimiter)| *delimiter == byte)
                {
                    *count += 1;
                }
            }
        }
    }
    // Of equal counts the first: a comma.
    let ranked = counts.into_iter().zip(DELIMITERS).rev();
    ranked.max_by_key(|(count, _)| *count).map_or(b',', |(_, delimiter)| delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "title: T\nsystem: test\nrequire: [ID, Name]\nrecords:\n  - kind: party\n    key: '{ID}'\n    id: '{Name}'\n    fields: {name: '{Name}', kind: team, notes: '{Notes}'}\n";

    fn run(text: impl AsRef<[u8]>) -> Result<Incoming, ReadError> {
        let schemas = Schemas::shipped();
        let mapping = Mapping::read("test", MAPPING, &schemas)?;
        Sheet::open(text.as_ref(), None)?.rows(&mapping, &schemas)
    }

    fn names(text: impl AsRef<[u8]>) -> Vec<String> {
        run(text).unwrap().proposals.into_iter().map(|proposal| proposal.id).collect()
    }

    fn wrong(text: impl AsRef<[u8]>) -> String {
        let error = run(text).unwrap_err();
        format!("{}; {}", error.message, error.help.unwrap_or_default())
    }

    #[test]
    fn delimiters_marks_quotes_and_line_ends_are_understood() {
        for text in [
            "ID,Name\n1,Ops\n2,\"Dev, Web\"\n",
            "ID;Name\r\n1;Ops\r\n2;Dev, Web\r\n",
            "ID\tName\n1\tOps\n2\tDev, Web",
            "\u{feff}\"ID\",\"name\"\n\"1\",\"Ops\"\n\n\"2\",\"Dev, Web\"\n,\n",
        ] {
            assert_eq!(names(text), ["Ops", "Dev, Web"], "{text}");
        }
    }

    #[test]
    fn quoted_line_ends_keep_the_count_of_lines() {
        let incoming = run("ID,Name,Notes\n1,Ops,\"two\nlines\"\n2,Dev\n3,QA,x,y\n").unwrap();
        assert_eq!(incoming.proposals.len(), 1);
        let rejected: Vec<_> = incoming
            .rejections
            .iter()
            .map(|r| (r.origin.as_str(), r.reason.split(':').next().unwrap()))
            .collect();
        assert_eq!(
            rejected,
            [("line 4", "it has 2 cells, the header 3"), ("line 5", "it has 4 cells, the header 3")]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_rejects_its_row() {
        let text = format!("ID,Name\n1,\"Ops\n{}", "2,Dev\n".repeat(20_000));
        let incoming = run(text).unwrap();
        assert_eq!((incoming.proposals.len(), incoming.rejections.len()), (0, 1));
        assert!(incoming.rejections[0].reason.contains("a quote is not closed"));
    }

    #[test]
    fn columns_that_the_mapping_would_read_are_told() {
        let mapping = Mapping::read("test", MAPPING, &Schemas::shipped()).unwrap();
        let sheet = Sheet::open(b"id;NAME\n1;x\n", None).unwrap();
        assert_eq!(sheet.lacks(&mapping), ["Notes"]);
    }

    #[test]
    fn a_file_that_cannot_be_meant_is_refused() {
        for (bytes, message) in [
            (&b""[..], "the file is empty"),
            (b"ID,Name\n1,\xe9t\xe9\n", "line 2 is not UTF-8"),
            (b"\xff\xfeI\0D\0", "the file is UTF-16; save it as UTF-8"),
            (b"PK\x03\x04\0\0", "binary data"),
            (b"ID,Nane\n1,x\n", "the file lacks the column `Name` of this mapping; is it `Nane` for `Name`?"),
            (b"a,b\n1,x\n", "the file lacks the columns `ID`, `Name` of this mapping; it has `a`, `b`"),
            (b"ID Name\n1 x\n", "name another with --delimiter"),
            (b"ID,Name,Name\n1,x,y\n", "the header names the column `Name` twice"),
        ] {
            assert!(wrong(bytes).contains(message), "{message}: {}", wrong(bytes));
        }
        // A column that nobody reads may come twice, as in Snipe-IT's reports with addresses.
        assert_eq!(names("ID,Name,Address,Address\n1,x,a,b\n"), ["x"]);
    }
}
