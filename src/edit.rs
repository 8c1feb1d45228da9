//! A change to the estate as plain data: what the files shall hold, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// New contents of files, with a message. Making one writes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Edit {
    /// By path relative to the estate's root; `None` deletes the file.
    files: BTreeMap<String, Option<String>>,
    /// The first line of the commit's message.
    pub summary: String,
    /// What follows it, after an empty line.
    pub body: String,
    /// `Name: value` lines at the message's end, such as `Change: CHG-0042`.
    pub trailers: Vec<(String, String)>,
}

impl Edit {
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), ..Self::default() }
    }

    pub fn write(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), Some(text.into()));
    }

    pub fn delete(&mut self, path: impl Into<String>) {
        self.files.insert(path.into(), None);
    }

    /// The files that change, by path; `None` is a deletion.
    pub fn files(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_deref()))
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The commit's message: summary, body and trailers.
    pub fn message(&self) -> String {
        let mut message = format!("{}\n", self.summary);
        if !self.body.is_empty() {
            message.push_str(&format!("\n{}\n", self.body.trim_end()));
        }
        if !self.trailers.is_empty() {
            message.push('\n');
            for (name, value) in &self.trailers {
                message.push_str(&format!("{name}: {value}\n"));
            }
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_has_summary_body_and_trailers_apart() {
        let mut edit = Edit::new("Retire srv-web-01");
        assert_eq!(edit.message(), "Retire srv-web-01\n");
        edit.body = "Sold to a broker.\n".into();
        edit.trailers.push(("Change".into(), "CHG-0042".into()));
        assert_eq!(edit.message(), "Retire srv-web-01\n\nSold to a broker.\n\nChange: CHG-0042\n");
    }
}
